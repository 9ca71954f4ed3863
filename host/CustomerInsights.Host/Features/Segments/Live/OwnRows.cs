using CustomerInsights.Storage.Segments;

namespace CustomerInsights.Host.Features.Segments.Live;

/// <summary>The rows of the feed that the follower made itself and has not come to yet: they tell it nothing.</summary>
internal sealed class OwnRows
{
    private readonly Queue<FeedRange> _ranges = new();

    public void Add(FeedRange made)
    {
        if (made.Last > made.After)
        {
            _ranges.Enqueue(made);
        }
    }

    public bool Contains(long row) => _ranges.Any(range => range.Contains(row));

    /// <summary>Where it stands when its own rows, once what came before them was read, are passed over.</summary>
    public long Behind(long position)
    {
        while (_ranges.TryPeek(out var own) && own.After <= position)
        {
            position = Math.Max(position, _ranges.Dequeue().Last);
        }

        return position;
    }
}
