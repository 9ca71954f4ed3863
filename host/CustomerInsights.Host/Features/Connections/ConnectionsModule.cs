using CustomerInsights.Host.Features.Access;
using CustomerInsights.Host.Features.Metadata;
using CustomerInsights.Host.Features.Plugins;
using CustomerInsights.Host.Platform;
using CustomerInsights.Storage.Definitions;

namespace CustomerInsights.Host.Features.Connections;

/// <summary>Connections: where systems outside are and who asks there, made by admins and used by sources, enrichments and exports.</summary>
internal static class ConnectionsModule
{
    public static IServiceCollection AddPluginConnections(this IServiceCollection services) => services
        .AddSingleton<ConnectedSettings>()
        .AddSingleton<IDefinitionFollower>(provider => ActivatorUtilities.CreateInstance<ForgetSecrets>(provider, DefinitionKinds.Connection));

    public static void MapConnections(this IEndpointRouteBuilder routes)
    {
        GetPrivacyText.Map(routes);
        DefinitionEndpoints.Map<ConnectionDocument>(routes, "/connections", DefinitionKinds.Connection, ResourceKind.Connection, View);
        CheckConnection.Map(routes);
        ListConnectionUsers.Map(routes);
        DetachConnection.Map(routes);
        ConnectionSecrets.Map(routes);
    }

    /// <summary>Whether somebody may use a connection in what they make.</summary>
    public static bool MayUse(HttpContext context, ConnectionDocument connection) => connection.Shared || IsTheirs(context);

    /// <summary>A connection as it is stored, if somebody may use it; null where there is none, and where there is none for them.</summary>
    public static async ValueTask<ConnectionDocument?> FindUsableAsync(string name, IDefinitionStore definitions, HttpContext context, CancellationToken cancellationToken) =>
        await definitions.FindAsync(DefinitionKinds.Connection, name, cancellationToken) is { } stored && Json.Read<ConnectionDocument>(stored.Document) is { } connection && MayUse(context, connection) ? connection : null;

    // Who does not make connections sees of a shared one what is needed to choose it, and of others nothing.
    private static ConnectionDocument? View(HttpContext context, ConnectionDocument connection) =>
        IsTheirs(context) ? connection
        : connection.Shared ? new ConnectionDocument { DisplayName = connection.DisplayName, Plugin = connection.Plugin, Shared = true }
        : null;

    private static bool IsTheirs(HttpContext context) =>
        context.RequestServices.GetRequiredService<IAccess>().May(context.User, AccessAction.Write, ResourceKind.Connection, null);
}

/// <summary>GET /connections/privacy: the text that is agreed to with a connection.</summary>
internal static class GetPrivacyText
{
    /// <summary>The text.</summary>
    /// <param name="Version">Send it as <c>agreed</c> to agree.</param>
    /// <param name="Text">What is agreed to.</param>
    public sealed record Response(string Version, string Text);

    public static void Map(IEndpointRouteBuilder routes) =>
        routes.MapGet("/connections/privacy", () => TypedResults.Ok(new Response(PrivacyText.Version, PrivacyText.Text)))
            .WithName(nameof(GetPrivacyText)).WithSummary("The data-privacy text that is agreed to with a connection, and its version.").Requires(AccessAction.Read, ResourceKind.Connection);
}
