using CustomerInsights.Host.Features.Access;
using CustomerInsights.Host.Features.Jobs;
using CustomerInsights.Host.Features.Metadata;
using CustomerInsights.Host.Platform;
using CustomerInsights.Plugins;
using CustomerInsights.Plugins.Installing;
using CustomerInsights.Plugins.Manifests;
using CustomerInsights.Plugins.Packaging;
using CustomerInsights.Storage.Definitions;
using CustomerInsights.Storage.Plugins;
using Microsoft.AspNetCore.Http.HttpResults;

namespace CustomerInsights.Host.Features.Catalog;

/// <summary>POST /plugins/{id}/install and /upgrade: a version from a catalog. What can be refused at once is.</summary>
internal static class InstallPlugin
{
    /// <summary>What to install.</summary>
    /// <param name="Version">The version; left out, the newest that this host takes by itself.</param>
    /// <param name="Isolation">inProcess, process or sandboxedProcess; left out, as before or as the trust in its publisher says.</param>
    /// <param name="AcceptedCapabilities">The capabilitiesSha256 of what you have read and accept.</param>
    /// <param name="AcceptInProcess">True accepts that a plugin of a verified publisher runs in the host's own process.</param>
    /// <param name="AcceptConfigProblems">True takes the version although its schemas refuse stored settings; those connections fail until they are edited.</param>
    public sealed record Request(
        string? Version = null, IsolationMode? Isolation = null, string? AcceptedCapabilities = null, bool? AcceptInProcess = null, bool AcceptConfigProblems = false);

    public static void Map(IEndpointRouteBuilder routes)
    {
        routes.MapPost("/plugins/{id}/install", (string id, Request request, Offers offers, JobQueue queue, HttpContext context, CancellationToken ct) =>
            HandleAsync(PluginAction.Install, id, request, offers, queue, context, ct)).WithName(nameof(InstallPlugin)).Requires(AccessAction.Write, ResourceKind.Plugin);
        routes.MapPost("/plugins/{id}/upgrade", (string id, Request request, Offers offers, JobQueue queue, HttpContext context, CancellationToken ct) =>
            HandleAsync(PluginAction.Upgrade, id, request, offers, queue, context, ct)).WithName("UpgradePlugin").Requires(AccessAction.Write, ResourceKind.Plugin);
    }

    private static async Task<Accepted<AcceptedJob>> HandleAsync(
        PluginAction action, string id, Request request, Offers offers, JobQueue queue, HttpContext context, CancellationToken cancellationToken)
    {
        var offer = await offers.ChooseAsync(id, request.Version, cancellationToken);
        await offers.CheckMoveAsync(id, offer.Number, offer.Version.StateVersion, offer.Version.ReadsStateFrom, action == PluginAction.Upgrade, hasCopy: false, cancellationToken);
        await offers.CheckAcceptedAsync(id, offer.Version.Version, offer.Version.Capabilities, request.AcceptedCapabilities, cancellationToken);
        return await OperationQueue.AddAsync(
            new PluginOperation(action, id, context.ActorName())
            {
                Version = offer.Version.Version,
                Isolation = request.Isolation,
                AcceptInProcess = request.AcceptInProcess,
                AcceptedCapabilities = request.AcceptedCapabilities,
                AcceptConfigProblems = request.AcceptConfigProblems,
            },
            queue, cancellationToken);
    }
}

/// <summary>POST /plugins/{id}/rollback: back to a version that is on disk.</summary>
internal static class RollBackPlugin
{
    /// <summary>Where to go.</summary>
    /// <param name="Version">The version; left out, the one that was wanted before.</param>
    /// <param name="Reason">Why, for who comes after.</param>
    public sealed record Request(string? Version = null, string? Reason = null);

    public static void Map(IEndpointRouteBuilder routes) =>
        routes.MapPost("/plugins/{id}/rollback", HandleAsync).WithName(nameof(RollBackPlugin)).Requires(AccessAction.Write, ResourceKind.Plugin);

    internal static async Task<Results<Accepted<AcceptedJob>, ProblemHttpResult>> HandleAsync(
        string id, Request request, Offers offers, PluginLockFile locks, IPluginUpgradeStore upgrades, PluginHost plugins, JobQueue queue, HttpContext context, CancellationToken cancellationToken)
    {
        if (plugins.Find(id) is not { } status)
        {
            return Problems.NotFound("plugin", id);
        }

        var asked = request.Version ?? ((await locks.ReadAsync(cancellationToken)).Find(id)?.Previous is [var last, ..] ? last.Version : null);
        var onDisk = status.Versions.FirstOrDefault(package => package.Version.ToString() == asked);
        if (onDisk?.Manifest is not { } manifest)
        {
            return Problems.Conflict(
                asked is null ? $"There is no version of {id} before this one." : $"{id} {asked} is not on disk.",
                $"On disk are {string.Join(", ", status.Versions.Select(package => package.Version))}. Name one of them, or install another.");
        }

        if (asked == status.RunningVersion)
        {
            return Problems.Conflict($"{id} {asked} is what runs.", "Name the version to go back to.");
        }

        // With a copy of the state that the version knew, it does not matter what has been written since.
        var hasCopy = await upgrades.FindSnapshotAsync(id, asked!, cancellationToken) is not null;
        await offers.CheckMoveAsync(id, onDisk.Version, manifest.Releases.StateVersion, manifest.Releases.ReadsStateFrom, isUpgrade: false, hasCopy, cancellationToken);
        return await OperationQueue.AddAsync(new PluginOperation(PluginAction.Rollback, id, context.ActorName()) { Version = asked, Reason = request.Reason }, queue, cancellationToken);
    }
}

/// <summary>DELETE /plugins/{id}: stops it and takes its packages away. Refused while a source or an export needs it.</summary>
internal static class UninstallPlugin
{
    public static void Map(IEndpointRouteBuilder routes) =>
        routes.MapDelete("/plugins/{id}", HandleAsync).WithName(nameof(UninstallPlugin)).Requires(AccessAction.Write, ResourceKind.Plugin);

    internal static async Task<Results<Accepted<AcceptedJob>, ProblemHttpResult>> HandleAsync(
        string id, PluginHost plugins, IDefinitionStore definitions, JobQueue queue, HttpContext context, CancellationToken cancellationToken)
    {
        if (plugins.Find(id) is null)
        {
            return Problems.NotFound("plugin", id);
        }

        var users = (await definitions.SnapshotAsync(cancellationToken))
            .Where(one => one.Kind is DefinitionKinds.Source or DefinitionKinds.Enrichment or DefinitionKinds.Export && one.Document.Contains($"\"{id}\"", StringComparison.Ordinal))
            .Select(one => $"{one.Kind} {one.Name}").ToList();
        return users.Count > 0
            ? Problems.Conflict($"{id} is used by {string.Join(", ", users.Take(5))}.", "Delete what uses it first, or disable the plugin: PATCH with \"enabled\": false.")
            : await OperationQueue.AddAsync(new PluginOperation(PluginAction.Uninstall, id, context.ActorName()), queue, cancellationToken);
    }
}

/// <summary>POST /plugins/restore: makes this installation as a plugins.lock.json says, to the byte.</summary>
internal static class RestorePlugins
{
    public static void Map(IEndpointRouteBuilder routes)
    {
        routes.MapPost("/plugins/restore", async (PluginLock wanted, JobQueue queue, HttpContext context, CancellationToken ct) =>
            await OperationQueue.AddAsync(
                new PluginOperation(PluginAction.Restore, "", context.ActorName()) { Lock = PluginLockFile.Read(Json.Bytes(wanted), "The lock") }, queue, ct))
            .WithName(nameof(RestorePlugins)).Requires(AccessAction.Write, ResourceKind.Plugin);
        routes.MapGet("/plugins/lock", async (PluginLockFile locks, CancellationToken ct) => TypedResults.Ok(await locks.ReadAsync(ct)))
            .WithName("GetPluginLock").Requires(AccessAction.Read, ResourceKind.Plugin);
    }
}

/// <summary>Puts operations into the queue of jobs: one of a plugin at a time.</summary>
internal static class OperationQueue
{
    public static async Task<Accepted<AcceptedJob>> AddAsync(PluginOperation operation, JobQueue queue, CancellationToken cancellationToken)
    {
        var (id, added) = await queue.AddOnceAsync(PluginOperationJob.JobKind, operation.Id, Json.Write(operation), operation.Actor, cancellationToken);
        return added
            ? TypedResults.Accepted($"/api/v1/jobs/{id}", new AcceptedJob(id, false))
            : throw new PackageException("busy", $"Another operation on {operation.Id} is under way: GET /api/v1/jobs/{id}. Wait for its end.");
    }
}
