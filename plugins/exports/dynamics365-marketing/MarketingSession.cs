using System.Collections.Concurrent;
using System.Globalization;
using System.Text.Json;
using CustomerInsights.Exports.Dataverse;
using CustomerInsights.Sdk;

namespace CustomerInsights.Exports.Dynamics365Marketing;

/// <summary>
/// One run, batch by batch. While the last run is known to have ended well, the host's difference is written as it comes. In doubt (a run that broke, an
/// answer that was lost) the segment's members are read first and only what is missing is written: nobody twice, nobody forgotten.
/// </summary>
internal sealed class MarketingSession(DataverseClient client, StaticSegment segment, ExportJob job, int place, IPluginContext context) : IExportSession
{
    private const int MostRounds = 5;

    private readonly string _key = "runs/" + Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData(System.Text.Encoding.UTF8.GetBytes($"{job.ExportName}\n{segment.Name}")));
    private RunMark? _mark;
    private HashSet<Guid>? _known;
    private long _added;
    private long _removed;

    /// <summary>Learns how the last run ended.</summary>
    public async Task BeginAsync(CancellationToken cancellationToken)
    {
        if (await context.Storage.GetAsync(_key, cancellationToken).ConfigureAwait(false) is { } stored)
        {
            try
            {
                _mark = JsonSerializer.Deserialize(stored.Value.Span, MarketingJson.Default.RunMark);
            }
            catch (JsonException)
            {
                // As if there were none: the members are read.
            }
        }

        if (segment.Id is not null && _mark is not { Whole: true } || _mark is { Whole: true } && _mark.Generation != job.Generation - 1)
        {
            _known = await segment.ReadAsync(cancellationToken).ConfigureAwait(false);
        }
    }

    /// <inheritdoc />
    public async ValueTask<IReadOnlyList<MemberOutcome>> WriteAsync(string batchId, IReadOnlyList<ExportMember> members, CancellationToken cancellationToken)
    {
        var outcomes = new MemberOutcome[members.Count];
        var ids = new Guid?[members.Count];
        var wanted = new Dictionary<Guid, bool>(members.Count);
        for (var i = 0; i < members.Count; i++)
        {
            var leaves = members[i].Change == MemberChange.Removed;
            ids[i] = Contacts.IdOf(members[i], place, out var refused);
            outcomes[i] = refused is null ? MemberOutcome.Accepted : leaves ? new MemberOutcome(MemberResult.Unchanged) : refused;
            if (ids[i] is { } id)
            {
                // Of several in one batch the last one counts.
                wanted[id] = !leaves;
            }
        }

        var found = await Contacts.FindAsync(client, wanted.Where(pair => pair.Value && _known?.Contains(pair.Key) != true).Select(pair => pair.Key), cancellationToken).ConfigureAwait(false);
        var unknown = new ConcurrentDictionary<Guid, bool>(wanted.Where(pair => pair.Value && _known?.Contains(pair.Key) != true && !found.Contains(pair.Key)).Select(pair => KeyValuePair.Create(pair.Key, true)));
        if (!job.DryRun)
        {
            await WriteAllAsync(wanted, unknown, cancellationToken).ConfigureAwait(false);
        }

        for (var i = 0; i < members.Count; i++)
        {
            // A contact may be made in Dynamics later: the host offers it again.
            outcomes[i] = ids[i] is { } id && members[i].Change != MemberChange.Removed && unknown.ContainsKey(id)
                ? Contacts.Unknown(id) with { Result = MemberResult.RejectedRetryable }
                : outcomes[i];
        }

        return outcomes;
    }

    /// <inheritdoc />
    public async ValueTask<ExportReceipt> CommitAsync(CancellationToken cancellationToken)
    {
        if (job.DryRun)
        {
            return new ExportReceipt($"Dry run: the segment '{segment.Name}' would be {(segment.Id is null ? "made" : "changed")}.");
        }

        // A run that changed nothing publishes nothing; one that broke after its last batch does it now.
        if (segment.Id is null || _mark is not { Whole: true })
        {
            await MarkAsync(whole: false, cancellationToken).ConfigureAwait(false);
            await segment.MakeAsync(cancellationToken).ConfigureAwait(false);
            await segment.PublishAsync(cancellationToken).ConfigureAwait(false);
        }

        await MarkAsync(whole: true, cancellationToken).ConfigureAwait(false);
        return new ExportReceipt(string.Create(CultureInfo.InvariantCulture, $"Segment '{segment.Name}': {_added} contacts added, {_removed} removed."))
        {
            Details = new Dictionary<string, string>(StringComparer.Ordinal)
            {
                ["segmentName"] = segment.Name,
                ["segmentId"] = segment.Id?.ToString() ?? "",
                ["added"] = _added.ToString(CultureInfo.InvariantCulture),
                ["removed"] = _removed.ToString(CultureInfo.InvariantCulture),
            },
        };
    }

    /// <inheritdoc />
    public ValueTask AbortAsync(CancellationToken cancellationToken) => ValueTask.CompletedTask;

    /// <inheritdoc />
    public ValueTask DisposeAsync()
    {
        client.Dispose();
        return ValueTask.CompletedTask;
    }

    private async Task WriteAllAsync(Dictionary<Guid, bool> wanted, ConcurrentDictionary<Guid, bool> unknown, CancellationToken cancellationToken)
    {
        for (var round = 1; ; round++)
        {
            var changes = wanted.Where(pair => !unknown.ContainsKey(pair.Key) && (_known is null || _known.Contains(pair.Key) != pair.Value)).ToList();
            if (changes.Count == 0)
            {
                return;
            }

            await MarkAsync(whole: false, cancellationToken).ConfigureAwait(false);
            await segment.MakeAsync(cancellationToken).ConfigureAwait(false);
            if (await WriteAsync(changes, unknown, cancellationToken).ConfigureAwait(false))
            {
                return;
            }

            // An answer was lost: look, and write what is missing yet.
            if (round == MostRounds)
            {
                throw new PluginException(FailureKind.Transient, $"Answers of Dynamics to writes were lost {MostRounds} times. The next run goes on where this one stands.");
            }

            _known = await segment.ReadAsync(cancellationToken).ConfigureAwait(false);
        }
    }

    // False when it is not known whether all was done.
    private async Task<bool> WriteAsync(List<KeyValuePair<Guid, bool>> changes, ConcurrentDictionary<Guid, bool> unknown, CancellationToken cancellationToken)
    {
        var lost = 0;
        var calls = changes.GroupBy(pair => (pair.Value, Part: segment.PartOf(pair.Key)))
            .SelectMany(part => part.Select(pair => pair.Key).Chunk(Math.Min(segment.MostAtOnce, client.Pace.Chunk)).Select(ids => (Add: part.Key.Value, part.Key.Part, Ids: (IReadOnlyList<Guid>)ids)))
            .ToList();
        await Parallel.ForEachAsync(calls, Contacts.Together(cancellationToken), async (call, token) =>
        {
            try
            {
                var done = await ChangeAsync(call.Part, call.Ids, call.Add, unknown, token).ConfigureAwait(false);
                Interlocked.Add(ref call.Add ? ref _added : ref _removed, done.Count);
                if (_known is { } known)
                {
                    lock (known)
                    {
                        (call.Add ? (Action<IEnumerable<Guid>>)known.UnionWith : known.ExceptWith)(done);
                    }
                }
            }
            catch (LostAnswerException)
            {
                Interlocked.Increment(ref lost);
            }
        }).ConfigureAwait(false);
        context.Report(new PluginProgress(_added + _removed, job.MemberCount, "writing the segment"));
        return lost == 0;
    }

    // A contact that Dynamics has lost since it was looked up refuses its whole call; the others go without it.
    private async Task<IReadOnlyList<Guid>> ChangeAsync(int part, IReadOnlyList<Guid> ids, bool add, ConcurrentDictionary<Guid, bool> unknown, CancellationToken cancellationToken)
    {
        try
        {
            await segment.ChangeAsync(part, ids, add, cancellationToken).ConfigureAwait(false);
            return ids;
        }
        catch (DataverseRefusal refusal) when (refusal.IsNoSuchRow)
        {
            var found = await Contacts.FindAsync(client, ids, cancellationToken).ConfigureAwait(false);
            if (found.Count == ids.Count)
            {
                throw;
            }

            foreach (var id in ids.Where(id => !found.Contains(id)))
            {
                unknown[id] = true;
            }

            return found.Count == 0 ? [] : await ChangeAsync(part, [.. found], add, unknown, cancellationToken).ConfigureAwait(false);
        }
    }

    private async Task MarkAsync(bool whole, CancellationToken cancellationToken)
    {
        var mark = new RunMark(job.Generation, whole);
        if (mark != _mark)
        {
            await context.Storage.PutAsync(_key, JsonSerializer.SerializeToUtf8Bytes(mark, MarketingJson.Default.RunMark), ifMatch: null, expiresIn: null, cancellationToken).ConfigureAwait(false);
            _mark = mark;
        }
    }
}
