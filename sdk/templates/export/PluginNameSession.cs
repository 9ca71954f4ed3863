using CustomerInsights.Sdk;

namespace PublisherName.PluginName;

/// <summary>
/// One run. The API keeps what is sent aside, under the run's id, until the commit. After a crash the run comes again with the same ids of run
/// and batches, from its first batch; the API knows by them what it has.
/// </summary>
internal sealed class PluginNameSession(ListApi api, ExportJob job, int email) : IExportSession
{
    private long _sent;

    /// <inheritdoc />
    public async ValueTask<IReadOnlyList<MemberOutcome>> WriteAsync(string batchId, IReadOnlyList<ExportMember> members, CancellationToken cancellationToken)
    {
        var outcomes = new MemberOutcome[members.Count];
        var sent = new List<int>(members.Count);
        for (var i = 0; i < members.Count; i++)
        {
            if (members[i].Values[email] is { IsNull: false } address && address.AsText().Contains('@', StringComparison.Ordinal))
            {
                sent.Add(i);
                outcomes[i] = MemberOutcome.Accepted;
            }
            else
            {
                outcomes[i] = new MemberOutcome(MemberResult.RejectedPermanent, "It has no e-mail address.");
            }
        }

        // A dry run goes all the way, but for the sending.
        if (sent.Count > 0 && !job.DryRun)
        {
            var refused = await api.StageAsync(job, batchId, [.. sent.Select(i => members[i])], cancellationToken).ConfigureAwait(false);
            foreach (var (place, reason) in refused)
            {
                outcomes[sent[place]] = new MemberOutcome(MemberResult.RejectedPermanent, reason);
            }
        }

        _sent += outcomes.LongCount(outcome => outcome.Result == MemberResult.Accepted);
        return outcomes;
    }

    /// <inheritdoc />
    public async ValueTask<ExportReceipt> CommitAsync(CancellationToken cancellationToken)
    {
        if (!job.DryRun)
        {
            await api.CommitAsync(job, cancellationToken).ConfigureAwait(false);
        }

        return new ExportReceipt(job.DryRun ? $"{_sent} members would be on the list." : $"{_sent} members are on the list.");
    }

    /// <inheritdoc />
    public async ValueTask AbortAsync(CancellationToken cancellationToken)
    {
        if (!job.DryRun)
        {
            await api.DiscardAsync(job, cancellationToken).ConfigureAwait(false);
        }
    }

    /// <inheritdoc />
    public ValueTask DisposeAsync()
    {
        api.Dispose();
        return ValueTask.CompletedTask;
    }
}
