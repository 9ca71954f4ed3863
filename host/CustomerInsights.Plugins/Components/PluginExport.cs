using CustomerInsights.Plugins.Boundary;
using CustomerInsights.Plugins.Loading;
using CustomerInsights.Plugins.Manifests;
using CustomerInsights.Plugins.Workers;
using CustomerInsights.Sdk;

namespace CustomerInsights.Plugins.Components;

/// <summary>An export target, opened for one connection. As for <see cref="PluginSource"/>: boundary, one call at a time.</summary>
public sealed class PluginExport : IAsyncDisposable
{
    private readonly ComponentCalls _calls;
    private ExportDescriptor? _descriptor;

    internal PluginExport(ComponentCalls calls) => _calls = calls;

    /// <summary>Which plugin this is.</summary>
    public PluginIdentity Plugin => _calls.Plugin;

    /// <summary>The way to the component itself, for the conformance kit.</summary>
    internal ComponentHandle Handle => _calls.Handle;

    /// <summary>Which component of it.</summary>
    public PluginContribution Contribution => _calls.Contribution;

    /// <summary>What the target wants and promises. Asked once, then remembered.</summary>
    /// <param name="cancellationToken">Cancels the call.</param>
    /// <returns>The description, checked.</returns>
    /// <exception cref="PluginCallException">The configuration is wrong, or the description is.</exception>
    public async Task<ExportDescriptor> DescribeAsync(CancellationToken cancellationToken) =>
        _descriptor ??= await _calls.CallAsync<IExportTarget, ExportDescriptor>(
            "Describe",
            _calls.Short,
            async (target, token) => ExportRules.Descriptor(
                target is IDescribedRemotely<ExportDescriptor> remote ? await remote.DescribeAsync(token) : target.Describe(_calls.Configuration)),
            cancellationToken);

    /// <summary>Tries the configuration.</summary>
    /// <param name="cancellationToken">Cancels the check.</param>
    /// <returns>What was tried, and what failed.</returns>
    /// <exception cref="PluginCallException">The check could not be made.</exception>
    public Task<CheckResult> CheckAsync(CancellationToken cancellationToken) =>
        _calls.CallAsync<IExportTarget, CheckResult>(
            nameof(CheckAsync),
            _calls.CheckLimit,
            async (target, token) => Rules.Check(await target.CheckAsync(_calls.Configuration, _calls.Handle.Context, token)),
            cancellationToken);

    /// <summary>Opens a session for one run. It counts as a running call until it is disposed.</summary>
    /// <param name="job">What is to be exported.</param>
    /// <param name="cancellationToken">Cancels the opening.</param>
    /// <returns>The session; always dispose it.</returns>
    /// <exception cref="PluginCallException">The run cannot begin.</exception>
    public async Task<PluginExportSession> OpenAsync(ExportJob job, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(job);
        var descriptor = await DescribeAsync(cancellationToken);
        return await PluginExportSession.OpenAsync(_calls, descriptor, job, cancellationToken);
    }

    /// <summary>Disposes the component, in limited time. Never throws for what the plugin does.</summary>
    /// <returns>When it is done or given up.</returns>
    public ValueTask DisposeAsync() => new(_calls.Handle.ReleaseAsync());
}
