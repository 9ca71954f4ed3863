using CustomerInsights.Host.Features.Access;
using CustomerInsights.Host.Platform;
using CustomerInsights.Plugins;
using CustomerInsights.Plugins.Desired;
using CustomerInsights.Plugins.Installing;
using CustomerInsights.Storage.Access;
using Microsoft.AspNetCore.Http.HttpResults;

namespace CustomerInsights.Host.Features.Catalog;

/// <summary>POST /plugins/{id}/pin: holds the version until somebody lets it go; shown with who and why.</summary>
internal static class PinPlugin
{
    /// <summary>Pins or lets go.</summary>
    /// <param name="Pinned">False lets go.</param>
    /// <param name="Reason">Why, for who comes after.</param>
    public sealed record Request(bool Pinned = true, string? Reason = null);

    public static void Map(IEndpointRouteBuilder routes) =>
        routes.MapPost("/plugins/{id}/pin", HandleAsync).WithName(nameof(PinPlugin)).Requires(AccessAction.Write, ResourceKind.Plugin);

    internal static async Task<Results<Ok<PluginVersions.Response>, ProblemHttpResult>> HandleAsync(
        string id, Request request, PluginHost plugins, PluginLockFile locks, IAuditStore audit, TimeProvider clock, HttpContext context, CancellationToken cancellationToken)
    {
        if (plugins.Find(id) is not { Manifest: { } manifest } status)
        {
            return Problems.NotFound("plugin", id);
        }

        var version = status.RunningVersion ?? manifest.Version;
        var pin = request.Pinned ? new LockedPin(context.ActorName(), clock.GetUtcNow(), request.Reason) : null;
        var isolation = status.Desired?.Isolation;
        await locks.UpdateAsync(current => current.With(id, (current.Find(id) ?? new LockedPlugin(id, version, "", isolation)) with { Pin = pin }), cancellationToken);
        await plugins.Desired.UpdateAsync(
            state =>
            {
                // "latest" cannot be held: a newer version on disk would be it.
                var wish = state.Find(id) ?? new DesiredPlugin(id) { Enabled = false };
                return state.With(wish with { Pin = request.Pinned, Version = request.Pinned ? version : wish.Version });
            },
            null,
            context.ActorName(),
            cancellationToken);
        await audit.AppendAsync(new AuditEntry(clock.GetUtcNow(), context.ActorName(), request.Pinned ? "plugin.pin" : "plugin.unpin", $"plugin/{id}", request.Reason), cancellationToken);
        return TypedResults.Ok(await PluginVersions.OfAsync(id, plugins, locks, cancellationToken));
    }
}

/// <summary>GET /plugins/{id}/versions: those on disk, side by side, and where one can go back to.</summary>
internal static class PluginVersions
{
    /// <summary>The versions.</summary>
    /// <param name="Running">The version that runs.</param>
    /// <param name="Desired">The version that is wanted.</param>
    /// <param name="Pin">Who holds it, and why.</param>
    /// <param name="Previous">Where a rollback goes, newest first.</param>
    /// <param name="Finishing">Older versions that finish what they have open.</param>
    /// <param name="RolledBack">Versions that were gone back from, and why; nothing takes them but a person who names one.</param>
    /// <param name="OnDisk">All on disk, newest first.</param>
    public sealed record Response(
        string? Running, string? Desired, LockedPin? Pin, IReadOnlyList<string> Previous, IReadOnlyList<string> Finishing, IReadOnlyList<AvoidedVersion> RolledBack, IReadOnlyList<Item> OnDisk);

    /// <summary>A version on disk.</summary>
    /// <param name="Version">The version.</param>
    /// <param name="Usable">Whether its package can be used.</param>
    /// <param name="Problems">What is wrong with it.</param>
    public sealed record Item(string Version, bool Usable, IReadOnlyList<string> Problems);

    public static void Map(IEndpointRouteBuilder routes) =>
        routes.MapGet("/plugins/{id}/versions", HandleAsync).WithName("ListPluginVersions").Requires(AccessAction.Read, ResourceKind.Plugin);

    internal static async Task<Results<Ok<Response>, ProblemHttpResult>> HandleAsync(string id, PluginHost plugins, PluginLockFile locks, CancellationToken cancellationToken) =>
        plugins.Find(id) is null ? Problems.NotFound("plugin", id) : TypedResults.Ok(await OfAsync(id, plugins, locks, cancellationToken));

    internal static async Task<Response> OfAsync(string id, PluginHost plugins, PluginLockFile locks, CancellationToken cancellationToken)
    {
        var status = plugins.Find(id);
        var locked = (await locks.ReadAsync(cancellationToken)).Find(id);
        return new(
            status?.RunningVersion, status?.Desired?.Version, locked?.Pin, [.. (locked?.Previous ?? []).Select(one => one.Version)],
            status?.Finishing ?? [], status?.Desired?.RolledBack ?? [],
            [.. (status?.Versions ?? []).Select(package => new Item(package.Version.ToString(), package.IsUsable, [.. package.Problems.Select(problem => problem.ToString())]))]);
    }
}
