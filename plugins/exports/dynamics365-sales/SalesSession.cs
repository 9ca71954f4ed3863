using System.Collections.Concurrent;
using System.Globalization;
using CustomerInsights.Exports.Dataverse;
using CustomerInsights.Sdk;

namespace CustomerInsights.Exports.Dynamics365Sales;

/// <summary>
/// One run. The batches only tell who is wanted; the commit writes what differs from the list. Whatever cuts it short, the next run reads the list
/// and writes the rest: nobody twice, nobody forgotten.
/// </summary>
internal sealed class SalesSession(DataverseClient client, MarketingList list, ExportJob job, int place, IPluginContext context) : IExportSession
{
    // A write whose answer was lost makes another round necessary; a network that loses answers round after round is left to the host's waits.
    private const int MostRounds = 5;

    private readonly HashSet<Guid> _wanted = [];
    private readonly HashSet<Guid> _unknown = [];
    private readonly ConcurrentBag<Guid> _gone = [];
    private long _done;
    private long _added;
    private long _removed;

    /// <inheritdoc />
    public async ValueTask<IReadOnlyList<MemberOutcome>> WriteAsync(string batchId, IReadOnlyList<ExportMember> members, CancellationToken cancellationToken)
    {
        var outcomes = new MemberOutcome[members.Count];
        var ids = new Guid?[members.Count];
        for (var i = 0; i < members.Count; i++)
        {
            ids[i] = members[i].Change == MemberChange.Removed ? null : Contacts.IdOf(members[i], place, out outcomes[i]!);
            outcomes[i] ??= MemberOutcome.Accepted;
        }

        // Who is on the list is known to be a contact; the others are looked up, once in a run.
        var asked = ids.OfType<Guid>().Where(id => !list.Current.Contains(id) && !_wanted.Contains(id) && !_unknown.Contains(id)).ToHashSet();
        var found = await Contacts.FindAsync(client, asked, cancellationToken).ConfigureAwait(false);
        _unknown.UnionWith(asked.Where(id => !found.Contains(id)));
        for (var i = 0; i < members.Count; i++)
        {
            if (ids[i] is not { } id)
            {
                continue;
            }

            if (_unknown.Contains(id))
            {
                outcomes[i] = Contacts.Unknown(id);
                continue;
            }

            _wanted.Add(id);
            outcomes[i] = list.Current.Contains(id) ? new MemberOutcome(MemberResult.Unchanged) { RemoteId = id.ToString() } : new MemberOutcome(MemberResult.Accepted) { RemoteId = id.ToString() };
        }

        return _wanted.Count <= SalesExport.MaxContacts ? outcomes : throw SalesExport.TooMany(job.SegmentName);
    }

    /// <inheritdoc />
    public async ValueTask<ExportReceipt> CommitAsync(CancellationToken cancellationToken)
    {
        if (job.DryRun)
        {
            var (add, remove) = Difference();
            return Receipt($"Dry run: {add.Count:N0} contacts would be added to the marketing list '{list.Name}' and {remove.Count:N0} removed.");
        }

        await list.MakeAsync(cancellationToken).ConfigureAwait(false);
        for (var round = 1; !await WriteDifferenceAsync(cancellationToken).ConfigureAwait(false); round++)
        {
            if (round == MostRounds)
            {
                throw new PluginException(FailureKind.Transient, $"Answers of Dynamics to writes were lost {MostRounds} times. The next run goes on where this one stands.");
            }

            await list.ReadAsync(cancellationToken).ConfigureAwait(false);
        }

        return Receipt($"The marketing list '{list.Name}' holds {_wanted.Count:N0} contacts: {_added:N0} added, {_removed:N0} removed.");
    }

    /// <inheritdoc />
    public ValueTask AbortAsync(CancellationToken cancellationToken) => ValueTask.CompletedTask;

    /// <inheritdoc />
    public ValueTask DisposeAsync()
    {
        client.Dispose();
        return ValueTask.CompletedTask;
    }

    private (List<Guid> Add, List<Guid> Remove) Difference() =>
        ([.. _wanted.Where(id => !list.Current.Contains(id))], [.. list.Current.Where(id => !_wanted.Contains(id))]);

    // False when it is not known whether all was done.
    private async Task<bool> WriteDifferenceAsync(CancellationToken cancellationToken)
    {
        var (add, remove) = Difference();
        var total = add.Count + remove.Count;
        var lost = 0;
        _done = 0;

        // First those who leave: a list that is full makes room before others come.
        await Parallel.ForEachAsync(Chunks(remove), Contacts.Together(cancellationToken), (some, token) => OneAsync(some, list.RemoveAsync, removing: true, token)).ConfigureAwait(false);
        await Parallel.ForEachAsync(Chunks(add), Contacts.Together(cancellationToken), (some, token) => OneAsync(some, AddAsync, removing: false, token)).ConfigureAwait(false);
        _wanted.ExceptWith(_gone);
        return lost == 0;

        async ValueTask OneAsync(IReadOnlyList<Guid> some, Func<IReadOnlyList<Guid>, CancellationToken, Task> write, bool removing, CancellationToken token)
        {
            try
            {
                await write(some, token).ConfigureAwait(false);
                Interlocked.Add(ref removing ? ref _removed : ref _added, some.Count);
                context.Report(new PluginProgress(Interlocked.Add(ref _done, some.Count), total, "writing the marketing list"));
            }
            catch (LostAnswerException)
            {
                Interlocked.Increment(ref lost);
            }
        }
    }

    // A contact that went between its look-up and now refuses its whole chunk; the others of the chunk are added without it.
    private async Task AddAsync(IReadOnlyList<Guid> contacts, CancellationToken cancellationToken)
    {
        try
        {
            await list.AddAsync(contacts, cancellationToken).ConfigureAwait(false);
        }
        catch (DataverseRefusal refusal) when (refusal.IsNoSuchRow)
        {
            var found = await Contacts.FindAsync(client, contacts, cancellationToken).ConfigureAwait(false);
            if (found.Count == contacts.Distinct().Count())
            {
                throw;
            }

            foreach (var id in contacts.Where(id => !found.Contains(id)))
            {
                _gone.Add(id);
            }

            if (found.Count > 0)
            {
                await AddAsync([.. found], cancellationToken).ConfigureAwait(false);
            }
        }
    }

    // Cut when they are taken, for the size follows the service's answers.
    private IEnumerable<IReadOnlyList<Guid>> Chunks(List<Guid> ids)
    {
        for (var at = 0; at < ids.Count;)
        {
            var count = Math.Min(client.Pace.Chunk, ids.Count - at);
            yield return ids.GetRange(at, count);
            at += count;
        }
    }

    private ExportReceipt Receipt(string text)
    {
        var gone = _gone.IsEmpty ? "" : string.Create(CultureInfo.InvariantCulture, $" {_gone.Count} were deleted in Dynamics meanwhile.");
        return new ExportReceipt(text + gone)
        {
            Details = new Dictionary<string, string>(StringComparer.Ordinal)
            {
                ["listName"] = list.Name,
                ["listId"] = list.Id?.ToString() ?? "",
                ["added"] = _added.ToString(CultureInfo.InvariantCulture),
                ["removed"] = _removed.ToString(CultureInfo.InvariantCulture),
                ["unknown"] = (_unknown.Count + _gone.Count).ToString(CultureInfo.InvariantCulture),
            },
        };
    }
}
