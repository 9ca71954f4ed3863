using System.Runtime.CompilerServices;
using CustomerInsights.Plugins.Boundary;
using CustomerInsights.Plugins.Loading;
using CustomerInsights.Plugins.Manifests;
using CustomerInsights.Plugins.Workers;
using CustomerInsights.Sdk;

namespace CustomerInsights.Plugins.Components;

/// <summary>An enrichment, opened for one connection. As for <see cref="PluginSource"/>: boundary, one call at a time.</summary>
public sealed class PluginEnrichment : IAsyncDisposable
{
    private readonly ComponentCalls _calls;
    private EnrichmentDescriptor? _descriptor;

    internal PluginEnrichment(ComponentCalls calls, bool isPopulation) => (_calls, IsPopulation) = (calls, isPopulation);

    /// <summary>Which plugin this is.</summary>
    public PluginIdentity Plugin => _calls.Plugin;

    /// <summary>The way to the component itself, for the conformance kit.</summary>
    internal ComponentHandle Handle => _calls.Handle;

    /// <summary>Which component of it.</summary>
    public PluginContribution Contribution => _calls.Contribution;

    /// <summary>True when it sees everyone before it answers (<see cref="RunAsync"/>); false when it answers profile by profile (<see cref="EnrichAsync"/>).</summary>
    public bool IsPopulation { get; }

    /// <summary>What will be read and written. Asked once, then remembered.</summary>
    /// <param name="cancellationToken">Cancels the call.</param>
    /// <returns>The description, checked.</returns>
    /// <exception cref="PluginCallException">The configuration is wrong, or the description is.</exception>
    public async Task<EnrichmentDescriptor> DescribeAsync(CancellationToken cancellationToken) =>
        _descriptor ??= await _calls.CallAsync<IEnrichment, EnrichmentDescriptor>(
            "Describe",
            _calls.Short,
            async (enrichment, token) => EnrichmentRules.Descriptor(
                enrichment is IDescribedRemotely<EnrichmentDescriptor> remote ? await remote.DescribeAsync(token) : enrichment.Describe(_calls.Configuration),
                IsPopulation),
            cancellationToken);

    /// <summary>Tries the configuration.</summary>
    /// <param name="cancellationToken">Cancels the check.</param>
    /// <returns>What was tried, and what failed.</returns>
    /// <exception cref="PluginCallException">The check could not be made.</exception>
    public Task<CheckResult> CheckAsync(CancellationToken cancellationToken) =>
        _calls.CallAsync<IEnrichment, CheckResult>(
            nameof(CheckAsync),
            _calls.CheckLimit,
            async (enrichment, token) => Rules.Check(await enrichment.CheckAsync(_calls.Configuration, _calls.Handle.Context, token)),
            cancellationToken);

    /// <summary>Answers a batch; for enrichments that are not <see cref="IsPopulation"/>.</summary>
    /// <param name="batch">1 to <see cref="EnrichmentDescriptor.MaxBatch"/> profiles.</param>
    /// <param name="cancellationToken">Cancels the call.</param>
    /// <returns>One result per profile, in the same order, with declared attributes only.</returns>
    /// <exception cref="PluginCallException">The whole batch failed.</exception>
    public async Task<IReadOnlyList<EnrichmentResult>> EnrichAsync(IReadOnlyList<ProfileInput> batch, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(batch);
        var descriptor = await DescribeAsync(cancellationToken);
        if (batch.Count < 1 || batch.Count > descriptor.MaxBatch)
        {
            throw new ArgumentOutOfRangeException(nameof(batch), batch.Count, $"1 to {descriptor.MaxBatch} profiles go into a batch of this enrichment.");
        }

        var rules = new EnrichmentRules(descriptor);
        return await _calls.CallAsync<IProfileEnrichment, IReadOnlyList<EnrichmentResult>>(
            nameof(EnrichAsync),
            _calls.Silence,
            async (enrichment, token) => rules.Results(batch, await enrichment.EnrichAsync(_calls.Configuration, batch, _calls.Handle.Context, token)),
            cancellationToken);
    }

    /// <summary>Runs over a population; for enrichments that are <see cref="IsPopulation"/>.</summary>
    /// <param name="population">The snapshot; read on the plugin's thread, at the plugin's pace.</param>
    /// <param name="resumeFrom">The last checkpoint of the interrupted run, or null.</param>
    /// <param name="cancellationToken">Cancels the run; the plugin has 5 s to end it.</param>
    /// <returns>The messages, checked. A pass over the population and a progress report count as signs of life.</returns>
    /// <exception cref="PluginCallException">The run failed, broke a rule or was silent too long.</exception>
    public async IAsyncEnumerable<PopulationMessage> RunAsync(
        IPopulation population, ReadOnlyMemory<byte>? resumeFrom, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(population);
        var rules = new EnrichmentRules(await DescribeAsync(cancellationToken));
        var handle = _calls.Handle;
        handle.BeginCall(nameof(RunAsync));
        try
        {
            await using var stream = await OpenAsync(new WatchedPopulation(population, handle.Context), resumeFrom, cancellationToken);
            handle.Context.Signs.Show();
            while (await stream.NextAsync(_calls.Silence, rules.Check, null, () => handle.Context.Signs.Last, cancellationToken) is { } message)
            {
                yield return message;
            }
        }
        finally
        {
            handle.EndCall();
        }
    }

    /// <summary>Disposes the component, in limited time. Never throws for what the plugin does.</summary>
    /// <returns>When it is done or given up.</returns>
    public ValueTask DisposeAsync() => new(_calls.Handle.ReleaseAsync());

    private async Task<PluginStream<PopulationMessage>> OpenAsync(
        WatchedPopulation population, ReadOnlyMemory<byte>? resumeFrom, CancellationToken cancellationToken)
    {
        var enrichment = _calls.Handle.Component<IPopulationEnrichment>(nameof(RunAsync));
        var stream = await PluginStream<PopulationMessage>.OpenAsync(
            _calls.Handle.Boundary,
            nameof(RunAsync),
            token => enrichment.RunAsync(_calls.Configuration, population, resumeFrom, _calls.Handle.Context, token),
            cancellationToken);
        _calls.Handle.Track(stream.CloseAsync);
        return stream;
    }
}
