using CustomerInsights.Sdk;

namespace Faulty;

/// <summary>An export in which any call can go wrong.</summary>
public sealed class FaultyExport : IExportTarget
{
    public ExportDescriptor Describe(ReadOnlyMemory<byte> configuration)
    {
        var fault = Fault.Read(configuration);
        fault.At("describe");
        return fault.How == "null" ? null! : new ExportDescriptor(ExportMembership.Full, ExportVisibility.Stepwise);
    }

    public async ValueTask<CheckResult> CheckAsync(ReadOnlyMemory<byte> configuration, IPluginContext context, CancellationToken cancellationToken)
    {
        await Fault.Read(configuration).AtAsync("check", cancellationToken).ConfigureAwait(false);
        return new CheckResult([new CheckItem("Fault", Ok: true)]);
    }

    public async ValueTask<IExportSession> OpenAsync(ReadOnlyMemory<byte> configuration, ExportJob job, IPluginContext context, CancellationToken cancellationToken)
    {
        var fault = Fault.Read(configuration);
        await fault.AtAsync("open", cancellationToken).ConfigureAwait(false);
        return fault.How == "nullSession" ? null! : new Session(fault);
    }

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    private sealed class Session(Fault fault) : IExportSession
    {
        public async ValueTask<IReadOnlyList<MemberOutcome>> WriteAsync(string batchId, IReadOnlyList<ExportMember> members, CancellationToken cancellationToken)
        {
            await fault.AtAsync("write", cancellationToken).ConfigureAwait(false);
            return fault.How == "tooFew" ? [] : [.. members.Select(_ => MemberOutcome.Accepted)];
        }

        public async ValueTask<ExportReceipt> CommitAsync(CancellationToken cancellationToken)
        {
            await fault.AtAsync("commit", cancellationToken).ConfigureAwait(false);
            return new ExportReceipt("done");
        }

        public ValueTask AbortAsync(CancellationToken cancellationToken) => fault.AtAsync("abort", cancellationToken);

        public ValueTask DisposeAsync() => fault.AtAsync("sessionDispose", CancellationToken.None);
    }
}
