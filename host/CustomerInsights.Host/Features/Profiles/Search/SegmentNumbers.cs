using System.Collections.Concurrent;
using CustomerInsights.Storage.Segments;

namespace CustomerInsights.Host.Features.Profiles.Search;

/// <summary>Members of segments that were asked for lately, as long as nobody entered or left them: a large segment takes longer to read than a search.</summary>
internal sealed class SegmentNumbers(ISegmentStore store)
{
    private const int Most = 8;
    private readonly ConcurrentDictionary<string, (long Move, long[] Members)> _known = new(StringComparer.Ordinal);

    /// <summary>The members' numbers, ascending.</summary>
    public async ValueTask<long[]> OfAsync(string segment, CancellationToken cancellationToken)
    {
        // Asked first: who moves while the members are read is seen to have moved the next time.
        var last = await store.LastMoveAsync(cancellationToken);
        if (_known.TryGetValue(segment, out var known)
            && (known.Move == last || (await store.MovesAsync(known.Move, [segment], 1, cancellationToken) is { Moves.Count: 0, Through: var through } && through >= last)))
        {
            _known[segment] = (last, known.Members);
            return known.Members;
        }

        var members = await store.MembersAsync(segment, cancellationToken);
        if (_known.Count >= Most)
        {
            _known.Clear();
        }

        _known[segment] = (last, members);
        return members;
    }
}
