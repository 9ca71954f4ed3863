using System.Globalization;
using System.Text;
using CustomerInsights.Host.Features.Ingestion;
using CustomerInsights.Host.Features.Metadata;
using CustomerInsights.Host.Features.Plugins;
using CustomerInsights.Plugins;
using CustomerInsights.Plugins.Boundary;
using CustomerInsights.Plugins.Desired;
using CustomerInsights.Plugins.Manifests;
using CustomerInsights.Sdk;
using CustomerInsights.Storage.Plugins;

namespace CustomerInsights.Host.Features.Upgrades;

/// <summary>What trying a version showed.</summary>
/// <param name="Problems">What must keep it from being taken.</param>
/// <param name="Warnings">What people should know.</param>
/// <param name="Passed">The connections whose check passes with the version that runs.</param>
internal sealed record PreflightResult(IReadOnlyList<string> Problems, IReadOnlyList<string> Warnings, IReadOnlyList<string> Passed);

/// <summary>
/// Tries a version in a worker, beside the one that runs: the settings of every connection against its schemas, its check of each, and a read of
/// the first records of each source, with nothing stored. What already fails with the version that runs is no objection.
/// </summary>
internal sealed class Preflight(PluginHost plugins, PluginConnections connections, IPluginUpgradeStore upgrades, IPluginHostServices services, EnrichmentTrial enrichments, TimeProvider clock)
{
    private const int MostRecords = 100;
    private static readonly TimeSpan s_longestRead = TimeSpan.FromMinutes(1);

    /// <summary>What of the stored settings a version's schemas refuse, as sentences, by connection.</summary>
    public async ValueTask<IReadOnlyList<(PluginConnection Connection, string Problem)>> CheckConfigAsync(PluginPackage package, CancellationToken cancellationToken)
    {
        var problems = new List<(PluginConnection, string)>();
        foreach (var connection in await connections.OfAsync(package.Id, cancellationToken))
        {
            var offered = package.Contributions.Where(one => one.Kind == connection.Component && (connection.Contribution is null || one.Id == connection.Contribution)).ToList();
            if (offered is not [var contribution])
            {
                problems.Add((connection, $"{connection.Kind} '{connection.Name}': {package.Version} has {(offered.Count == 0 ? "no" : "more than one")} {connection.Component.ToString().ToLowerInvariant()}{(connection.Contribution is { } named ? $" '{named}'" : "")}."));
                continue;
            }

            problems.AddRange(contribution.ConfigSchema.Validate(Encoding.UTF8.GetString(connection.Configuration))
                .Where(problem => !problem.IsWarning).Select(problem => (connection, $"{connection.Kind} '{connection.Name}' at /settings{problem}")));
        }

        return problems;
    }

    /// <summary>Tries it.</summary>
    /// <param name="package">The version.</param>
    /// <param name="wish">What is to be wanted of it.</param>
    /// <param name="without">The connections that are not tried: it is known already that they will not work.</param>
    /// <param name="report">Hears how far it is.</param>
    /// <param name="cancellationToken">Cancels.</param>
    public async Task<PreflightResult> TryAsync(
        PluginPackage package, DesiredPlugin wish, IReadOnlyCollection<string> without, Action<long, long?, string> report, CancellationToken cancellationToken)
    {
        var version = package.Version.ToString();
        var (problems, warnings, passed) = (new List<string>(), new List<string>(), new List<string>());
        var all = (await connections.OfAsync(package.Id, cancellationToken)).Where(one => !without.Contains(one.Id)).ToList();
        PluginPreflight? tried = null;
        try
        {
            (tried, var skipped) = await plugins.PreflightAsync(package.Id, version, wish, new PreflightServices(services), cancellationToken);
            if (skipped is not null)
            {
                warnings.Add($"{package.Id} {version} was not tried before it was taken: {skipped}");
            }

            for (var i = 0; i < all.Count; i++)
            {
                report(i, all.Count, $"Trying {version} with {all[i].Kind} {all[i].Name}");
                var before = await WhyAsync(token => CheckAsync(package.Id, all[i], token), cancellationToken);
                if (before is null)
                {
                    passed.Add(all[i].Id);
                }

                if (tried is not null && await TryAsync(tried, all[i], cancellationToken) is { } why)
                {
                    (before is null && !why.Patience ? problems : warnings).Add($"{all[i].Kind} '{all[i].Name}' with {version}: {why.Message}{(before is null ? "" : $" It does not work with the version that runs either: {before}")}");
                }
            }
        }
        catch (PluginCallException failure)
        {
            problems.Add($"{package.Id} {version} does not come up: {failure.Failure.Message}");
        }
        finally
        {
            if (tried is not null)
            {
                await tried.DisposeAsync();
            }
        }

        return new(problems, warnings, passed);
    }

    /// <summary>Why the check of a connection does not pass with the version that runs; null when it does.</summary>
    public Task<string?> CheckRunningAsync(string plugin, PluginConnection connection, CancellationToken cancellationToken) =>
        WhyAsync(token => CheckAsync(plugin, connection, token), cancellationToken);

    private Task<CheckResult> CheckAsync(string plugin, PluginConnection connection, CancellationToken cancellationToken) =>
        plugins.CheckAsync(connection.Component, plugin, connection.Contribution, connection.Id, connection.Configuration, cancellationToken);

    private async Task<(string Message, bool Patience)?> TryAsync(PluginPreflight tried, PluginConnection connection, CancellationToken cancellationToken)
    {
        try
        {
            var check = await CheckAsync(tried, connection, cancellationToken);
            if (Failing(check) is { } failing)
            {
                return ($"its check fails: {failing}", false);
            }

            if (connection.IsSource)
            {
                await ReadAsync(tried, connection, cancellationToken);
            }

            return null;
        }
        catch (PluginCallException failure)
        {
            return (failure.Failure.Message, failure.Failure.Kind is FailureKind.Transient or FailureKind.RateLimited);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return (string.Create(CultureInfo.InvariantCulture, $"it had not given {MostRecords} records after {s_longestRead.TotalSeconds:0} s."), true);
        }
    }

    private async Task ReadAsync(PluginPreflight tried, PluginConnection connection, CancellationToken cancellationToken)
    {
        using var late = new CancellationTokenSource(s_longestRead, clock);
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, late.Token);
        await using var source = await tried.OpenSourceAsync(connection.Contribution, connection.Id, connection.Configuration, limit.Token);
        var selections = new List<StreamSelection>();
        foreach (var stream in (await source.DiscoverAsync(limit.Token)).Streams)
        {
            var stored = await upgrades.FindStateAsync($"{connection.Name}.{stream.Name}", limit.Token);
            selections.Add(new StreamSelection(stream.Name, stream.Modes.Contains(SyncMode.Incremental) ? SyncMode.Incremental : SyncMode.Full)
            {
                State = await StreamStates.ForAsync(source, stream, stored, limit.Token),
            });
        }

        var seen = 0;
        await foreach (var message in source.ReadAsync(new ReadRequest("preflight", selections) { RecordLimit = MostRecords, BatchSize = MostRecords }, limit.Token))
        {
            seen += message is RecordBatch batch ? batch.Records.Count : 0;
            if (seen >= MostRecords)
            {
                return;
            }
        }
    }

    private async Task<CheckResult> CheckAsync(PluginPreflight tried, PluginConnection connection, CancellationToken cancellationToken)
    {
        if (connection.IsSource)
        {
            await using var source = await tried.OpenSourceAsync(connection.Contribution, connection.Id, connection.Configuration, cancellationToken);
            return await source.CheckAsync(cancellationToken);
        }

        if (connection.Component == PluginKind.Enrichment)
        {
            await using var enrichment = await tried.OpenEnrichmentAsync(connection.Contribution, connection.Id, connection.Configuration, cancellationToken);
            var check = await enrichment.CheckAsync(cancellationToken);

            // Another version may read other attributes and ask other conditions, which the definitions of now do not have.
            var description = SourceValues.ToDescription(await enrichment.DescribeAsync(cancellationToken));
            return new CheckResult([.. check.Items, .. EnrichmentTrial.Items(null, await enrichments.FaultsAsync(connection.Name, description, newOnly: true, cancellationToken))]);
        }

        await using var target = await tried.OpenExportAsync(connection.Contribution, connection.Id, connection.Configuration, cancellationToken);
        return await target.CheckAsync(cancellationToken);
    }

    private static async Task<string?> WhyAsync(Func<CancellationToken, Task<CheckResult>> check, CancellationToken cancellationToken)
    {
        try
        {
            return Failing(await check(cancellationToken));
        }
        catch (PluginCallException failure)
        {
            return failure.Failure.Message;
        }
    }

    private static string? Failing(CheckResult check) =>
        check.Items.FirstOrDefault(item => !item.Ok) is { } item ? $"{item.Name}{(item.Message is { } message ? $": {message}" : ".")}" : null;
}
