using System.Globalization;
using CustomerInsights.Host.Commands;
using CustomerInsights.Host.Features.Access;
using CustomerInsights.Host.Features.Accounts;
using CustomerInsights.Host.Features.Activities;
using CustomerInsights.Host.Features.Cards;
using CustomerInsights.Host.Features.Catalog;
using CustomerInsights.Host.Features.Columns;
using CustomerInsights.Host.Features.Connections;
using CustomerInsights.Host.Features.Consent;
using CustomerInsights.Host.Features.Events;
using CustomerInsights.Host.Features.Enrichments;
using CustomerInsights.Host.Features.Exports;
using CustomerInsights.Host.Features.Ingestion;
using CustomerInsights.Host.Features.Jobs;
using CustomerInsights.Host.Features.Measures;
using CustomerInsights.Host.Features.Metadata;
using CustomerInsights.Host.Features.Plugins;
using CustomerInsights.Host.Features.Privacy;
using CustomerInsights.Host.Features.Profiles;
using CustomerInsights.Host.Features.Recipes;
using CustomerInsights.Host.Features.Rules;
using CustomerInsights.Host.Features.Segments;
using CustomerInsights.Host.Features.Trends;
using CustomerInsights.Host.Features.Unification;
using CustomerInsights.Host.Features.Upgrades;
using CustomerInsights.Host.Features.WhatIf;
using CustomerInsights.Host.Platform;
using CustomerInsights.Storage;
using CustomerInsights.Storage.Sqlite;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;

namespace CustomerInsights.Host;

/// <summary>The application: opens the store, adds the slices, maps their routes. Reads as a table of contents.</summary>
internal static class InsightsApp
{
    /// <summary>Opens the store of the data directory and builds the application on it; dispose it to let go of both.</summary>
    public static async Task<WebApplication> BuildAsync(HostSettings settings, TimeProvider clock, Action<ILoggingBuilder>? logging, CancellationToken cancellationToken)
    {
        CultureInfo.DefaultThreadCurrentCulture = CultureInfo.InvariantCulture;
        PrivateFolder(settings.DataDirectory);
        var builder = WebApplication.CreateSlimBuilder(new WebApplicationOptions { ContentRootPath = AppContext.BaseDirectory });
        builder.Logging.ClearProviders();
        (logging ?? Console)(builder.Logging);
        builder.WebHost.UseUrls(settings.Url);
        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
            kestrel.Limits.MaxRequestBodySize = settings.MaxRequestBytes;
        });

        var services = builder.Services;
        services.AddSingleton(settings);
        services.AddSingleton(clock);
        var store = await OpenStoreAsync(settings, clock, logging ?? Console, cancellationToken);

        // Of a host that was killed: its address may be another program's by now, which must not be sent the key.
        RunningHost.Remove(settings.DataDirectory);

        // By a factory: the container lets go of what it made, and only of that.
        services.AddSingleton(_ => store);
        AddSlicesOfStore(services);
        AddPlatform(services, settings);
        services
            .AddAccess()
            .AddJobs()
            .AddMetadata()
            .AddPlugins(settings)
            .AddCatalog(settings)
            .AddUpgrades()
            .AddIngestion()
            .AddActivities()
            .AddPrivacy()
            .AddEvents()
            .AddUnification()
            .AddAccounts()
            .AddProfiles()
            .AddCards()
            .AddConsent()
            .AddColumns()
            .AddMeasures()
            .AddSegments()
            .AddTrends()
            .AddWhatIf()
            .AddEnrichments()
            .AddPluginConnections()
            .AddExports()
            .AddRecipes()
            .AddRules();

        var app = builder.Build();
        _ = app.Services.GetRequiredService<IInsightsStore>();
        app.UseExceptionHandler();
        app.UseStatusCodePages(async context => await Problems.ForStatus(context.HttpContext).ExecuteAsync(context.HttpContext));
        app.UseRouting();
        app.UseApiKeys();
        app.UseAccess();
        MapPublic(app);
        app.MapEvents();
        EmbedCard.Map(app);
        var api = app.MapGroup("/api/v1").AuditsReads();
        api.MapAccess();
        api.MapJobs();
        api.MapMetadata();
        api.MapPlugins();
        api.MapCatalog();
        api.MapIngestion();
        api.MapActivities();
        api.MapEventFates();
        api.MapUnification();
        api.MapAccounts();
        api.MapProfiles();
        api.MapCards();
        api.MapConsent();
        api.MapColumns();
        api.MapMeasures();
        api.MapSegments();
        api.MapTrends();
        api.MapWhatIf();
        api.MapEnrichments();
        api.MapConnections();
        api.MapExports();
        api.MapPrivacy();
        api.MapRecipes();
        api.MapRules();
        return app;
    }

    /// <summary>Starts plugins, completes interrupted deletions, then starts jobs and the server; writes <c>host.json</c> for the command line.</summary>
    public static async Task StartAsync(WebApplication app, CancellationToken cancellationToken)
    {
        var settings = app.Services.GetRequiredService<HostSettings>();
        await app.Services.StartPluginsAsync(settings, cancellationToken);
        await app.Services.GetRequiredService<MetadataService>().SweepAsync(cancellationToken);
        await app.StartAsync(cancellationToken);
        var url = app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First();
        RunningHost.Write(settings.DataDirectory, url, app.Services.GetRequiredService<LocalKey>().Text);
    }

    private static async Task<IInsightsStore> OpenStoreAsync(HostSettings settings, TimeProvider clock, Action<ILoggingBuilder> logging, CancellationToken cancellationToken)
    {
        // The store outlives the container's loggers by a moment when the host stops, so that it has its own.
        var loggers = LoggerFactory.Create(logging);
        return await SqliteStore.OpenAsync(new SqliteStoreOptions { Directory = settings.DataDirectory }, clock, loggers, cancellationToken);
    }

    private static void AddSlicesOfStore(IServiceCollection services)
    {
        services.AddSingleton(provider => provider.GetRequiredService<IInsightsStore>().Definitions);
        services.AddSingleton(provider => provider.GetRequiredService<IInsightsStore>().Audit);
        services.AddSingleton(provider => provider.GetRequiredService<IInsightsStore>().ApiKeys);
        services.AddSingleton(provider => provider.GetRequiredService<IInsightsStore>().Jobs);
        services.AddSingleton(provider => provider.GetRequiredService<IInsightsStore>().Records);
        services.AddSingleton(provider => provider.GetRequiredService<IInsightsStore>().Activities);
        services.AddSingleton(provider => provider.GetRequiredService<IInsightsStore>().Profiles);
        services.AddSingleton(provider => provider.GetRequiredService<IInsightsStore>().Identifiers);
        services.AddSingleton(provider => provider.GetRequiredService<IInsightsStore>().Links);
        services.AddSingleton(provider => provider.GetRequiredService<IInsightsStore>().Clusters);
        services.AddSingleton(provider => provider.GetRequiredService<IInsightsStore>().Measures);
        services.AddSingleton(provider => provider.GetRequiredService<IInsightsStore>().Segments);
        services.AddSingleton(provider => provider.GetRequiredService<IInsightsStore>().Trends);
        services.AddSingleton(provider => provider.GetRequiredService<IInsightsStore>().SegmentStates);
        services.AddSingleton(provider => provider.GetRequiredService<IInsightsStore>().Exports);
        services.AddSingleton(provider => provider.GetRequiredService<IInsightsStore>().Enrichments);
        services.AddSingleton(provider => provider.GetRequiredService<IInsightsStore>().Plugins);
        services.AddSingleton(provider => provider.GetRequiredService<IInsightsStore>().PluginUpgrades);
        services.AddSingleton(provider => provider.GetRequiredService<IInsightsStore>().Ledger);
        services.AddSingleton(provider => provider.GetRequiredService<IInsightsStore>().Identities);
        services.AddSingleton(provider => provider.GetRequiredService<IInsightsStore>().Verdicts);
        services.AddSingleton(provider => provider.GetRequiredService<IInsightsStore>().Reviews);
        services.AddSingleton(provider => provider.GetRequiredService<IInsightsStore>().Policies);
        services.AddSingleton(provider => provider.GetRequiredService<IInsightsStore>().MatchModels);
        services.AddSingleton(provider => provider.GetRequiredService<IInsightsStore>().Events);
        services.AddSingleton(provider => provider.GetRequiredService<IInsightsStore>().EventProjection);
        services.AddSingleton(provider => provider.GetRequiredService<IInsightsStore>().Changes);
        services.AddSingleton(provider => provider.GetRequiredService<IInsightsStore>().Privacy);
        services.AddSingleton(provider => provider.GetRequiredService<IInsightsStore>().Reads);
    }

    private static void AddPlatform(IServiceCollection services, HostSettings settings)
    {
        services.ConfigureHttpJsonOptions(options => Json.Configure(options.SerializerOptions));
        services.Configure<RouteHandlerOptions>(options => options.ThrowOnBadRequest = true);
        services.AddProblemDetails();
        services.AddExceptionHandler<RequestFailures>();
        services.AddDataProtection()
            .SetApplicationName("CustomerInsights")
            .PersistKeysToFileSystem(PrivateFolder(Path.Combine(settings.DataDirectory, "keys")));
        services.AddOpenApi("v1", ApiDocument.Configure);
        services.AddHealthChecks().AddCheck<StoreHealth>("store");
    }

    // All that is known of every customer, and the keys to every secret: nobody but the owner may look. One that exists keeps the rights that it has.
    private static DirectoryInfo PrivateFolder(string path) => OperatingSystem.IsWindows()
        ? Directory.CreateDirectory(path)
        : Directory.CreateDirectory(path, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);

    private static void MapPublic(WebApplication app)
    {
        app.MapHealthChecks("/health/live", new() { Predicate = _ => false });
        app.MapHealthChecks("/health/ready");
        app.MapOpenApi("/openapi/{documentName}.json");
        app.UseSwaggerUI(page =>
        {
            page.RoutePrefix = "reference";
            page.SwaggerEndpoint("/openapi/v1.json", "Customer Insights v1");
            page.DocumentTitle = "Customer Insights REST reference";
        });
        app.MapGet("/", () => TypedResults.Content(FrontPage.Html, "text/html; charset=utf-8")).ExcludeFromDescription();
    }

    private static void Console(ILoggingBuilder logging)
    {
        logging.AddSimpleConsole(options =>
        {
            options.SingleLine = true;
            options.UseUtcTimestamp = true;
            options.TimestampFormat = "HH:mm:ss ";
        });
        logging.SetMinimumLevel(LogLevel.Information);
        logging.AddFilter("Microsoft", LogLevel.Warning);

        // It warns that its keys lie unencrypted in the data directory. They do, readable by the owner alone: docs/admins/install-and-run.md says so.
        logging.AddFilter("Microsoft.AspNetCore.DataProtection", LogLevel.Error);
    }
}
