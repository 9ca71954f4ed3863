using CustomerInsights.Plugins.Workers.Protocol;
using CustomerInsights.Sdk;

namespace CustomerInsights.Plugins.Workers;

/// <summary>An export target in a worker.</summary>
internal sealed class RemoteExport(Peer peer, int component) : RemoteComponent(peer, component), IExportTarget, IDescribedRemotely<ExportDescriptor>
{
    public ExportDescriptor Describe(ReadOnlyMemory<byte> configuration) => throw new NotSupportedException("Ask DescribeAsync: the answer is in another process.");

    public async ValueTask<ExportDescriptor> DescribeAsync(CancellationToken cancellationToken) =>
        await AskAsync(WorkerCall.DescribeExport, static body => WireJson.Read(body.Span, WireJson.Default.ExportDescriptor), cancellationToken);

    public ValueTask<CheckResult> CheckAsync(ReadOnlyMemory<byte> configuration, IPluginContext context, CancellationToken cancellationToken) =>
        CheckedAsync(cancellationToken);

    public async ValueTask<IExportSession> OpenAsync(ReadOnlyMemory<byte> configuration, ExportJob job, IPluginContext context, CancellationToken cancellationToken)
    {
        await Peer.CallAsync(
            WorkerCall.Open, WireJson.Write(new OpenArguments(Component, job), WireJson.Default.OpenArguments), static _ => true, cancellationToken);
        return new Session(this);
    }

    // One session at a time is open in a component, so it needs no number of its own.
    private sealed class Session(RemoteExport target) : IExportSession
    {
        public async ValueTask<IReadOnlyList<MemberOutcome>> WriteAsync(string batchId, IReadOnlyList<ExportMember> members, CancellationToken cancellationToken) =>
            await target.Peer.CallAsync(
                WorkerCall.Write,
                WireJson.Write(new WriteArguments(target.Component, batchId, members), WireJson.Default.WriteArguments),
                static body => WireJson.Read(body.Span, WireJson.Default.MemberOutcomeArray),
                cancellationToken);

        public async ValueTask<ExportReceipt> CommitAsync(CancellationToken cancellationToken) =>
            await target.AskAsync(WorkerCall.Commit, static body => WireJson.Read(body.Span, WireJson.Default.ExportReceipt), cancellationToken);

        public async ValueTask AbortAsync(CancellationToken cancellationToken) => await target.AskAsync(WorkerCall.Abort, static _ => true, cancellationToken);

        public async ValueTask DisposeAsync() => await target.AskAsync(WorkerCall.Close, static _ => true, CancellationToken.None);
    }
}
