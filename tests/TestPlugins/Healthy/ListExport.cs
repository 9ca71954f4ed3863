using CustomerInsights.Sdk;

namespace Healthy;

/// <summary>Collects the members in memory.</summary>
public sealed class ListExport : IExportTarget
{
    public ExportDescriptor Describe(ReadOnlyMemory<byte> configuration) => new(ExportMembership.Full, ExportVisibility.Transactional) { MaxBatch = 100 };

    public ValueTask<CheckResult> CheckAsync(ReadOnlyMemory<byte> configuration, IPluginContext context, CancellationToken cancellationToken) =>
        new(new CheckResult([new CheckItem("List", Ok: true)]));

    public ValueTask<IExportSession> OpenAsync(ReadOnlyMemory<byte> configuration, ExportJob job, IPluginContext context, CancellationToken cancellationToken) =>
        new(new Session());

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    private sealed class Session : IExportSession
    {
        private readonly List<ExportMember> _members = [];

        public ValueTask<IReadOnlyList<MemberOutcome>> WriteAsync(string batchId, IReadOnlyList<ExportMember> members, CancellationToken cancellationToken)
        {
            _members.AddRange(members);
            return new([.. members.Select(_ => MemberOutcome.Accepted)]);
        }

        public ValueTask<ExportReceipt> CommitAsync(CancellationToken cancellationToken) => new(new ExportReceipt($"{_members.Count} members."));

        public ValueTask AbortAsync(CancellationToken cancellationToken)
        {
            _members.Clear();
            return ValueTask.CompletedTask;
        }

        public ValueTask DisposeAsync() => ValueTask.CompletedTask;
    }
}
