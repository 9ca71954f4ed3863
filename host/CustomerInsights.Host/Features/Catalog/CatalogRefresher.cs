using CustomerInsights.Host.Features.Access;
using CustomerInsights.Plugins;
using CustomerInsights.Plugins.Catalogs;
using CustomerInsights.Plugins.Packaging;

namespace CustomerInsights.Host.Features.Catalog;

/// <summary>Fetches the catalogs at the start and every hour; what one blocks stops then.</summary>
internal sealed partial class CatalogRefresher(CatalogStore catalogs, PluginHost plugins, TimeProvider clock, ILogger<CatalogRefresher> log) : BackgroundService
{
    private static readonly TimeSpan s_every = TimeSpan.FromHours(1);

    /// <summary>POST /catalog/refresh: fetches now.</summary>
    public static void Map(IEndpointRouteBuilder routes) => routes.MapPost("/catalog/refresh", async (CatalogStore catalogs, PluginHost plugins, CancellationToken ct) =>
    {
        await catalogs.RefreshAsync(ct);
        plugins.LookAgain();
        return TypedResults.NoContent();
    }).WithName("RefreshCatalog").Requires(AccessAction.Write, ResourceKind.Plugin);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(s_every, clock);
        do
        {
            try
            {
                await catalogs.RefreshAsync(stoppingToken);
                plugins.LookAgain();
            }
            catch (Exception error) when (error is PackageException or IOException or UnauthorizedAccessException)
            {
                // trust.json holds a mistake, or the disk is full: shown by GET /catalog too, and tried again.
                NotFetched(error.Message);
            }
        }
        while (await timer.WaitForNextTickAsync(stoppingToken));
    }

    [LoggerMessage(1700, LogLevel.Warning, "The catalogs were not fetched. {Problem}")]
    private partial void NotFetched(string problem);
}
