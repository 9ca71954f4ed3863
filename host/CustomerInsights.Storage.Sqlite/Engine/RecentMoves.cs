using CustomerInsights.Core.Model;
using CustomerInsights.Storage.Segments;

namespace CustomerInsights.Storage.Sqlite.Engine;

/// <summary>
/// The last comings and goings as they were committed: who follows them closely, and most do, is answered without a look into the database. Whoever is
/// further behind reads there. Numbers are without gaps, so that what is here is all that there is.
/// </summary>
internal sealed class RecentMoves(long last)
{
    private const int Kept = 16_384;

    private readonly Lock _lock = new();
    private readonly NumberedMove?[] _ring = new NumberedMove?[Kept];
    private readonly List<NumberedMove> _pending = [];
    private bool _removed;
    private readonly Dictionary<long, string> _names = [];
    private long _before = last;
    private long _last = last;

    /// <summary>A move of the running transaction; from the writer's thread, as all that writes here.</summary>
    public void Add(SqlConnection db, long number, long segment, ProfileId profile, bool entered, DateTimeOffset at)
    {
        if (!_names.TryGetValue(segment, out var name))
        {
            using var rows = db.Query("SELECT name FROM segments WHERE segment_no = ?1", segment);
            _names[segment] = name = rows.Step() ? rows.Text(0) : "";
        }

        _pending.Add(new NumberedMove(number, name, profile, entered, at));
    }

    /// <summary>A segment is deleted by the running transaction; its history goes with it.</summary>
    public void Remove(long segment)
    {
        _names.Remove(segment);
        _removed = true;
    }

    /// <summary>After a command failed: moves behind a number never were. A deletion that never was only makes readers ask the database.</summary>
    public void UndoTo(long number)
    {
        while (_pending.Count > 0 && _pending[^1].Sequence > number)
        {
            _pending.RemoveAt(_pending.Count - 1);
        }

        _names.Clear();
    }

    public void Committed()
    {
        if (_pending.Count == 0 && !_removed)
        {
            return;
        }

        lock (_lock)
        {
            if (_removed)
            {
                // Rare: all is read from the database until new moves come.
                Array.Clear(_ring);
                _before = _last = Math.Max(_last, _pending.Count > 0 ? _pending[^1].Sequence : 0);
            }
            else
            {
                foreach (var move in _pending)
                {
                    _ring[move.Sequence % Kept] = move;
                    _last = move.Sequence;
                }

                _before = Math.Max(_before, _last - Kept);
            }
        }

        _pending.Clear();
        _removed = false;
    }

    /// <summary>Moves behind a number, and how far was read; null when not all of them are here.</summary>
    public (IReadOnlyList<NumberedMove> Moves, long Through)? Read(long after, IReadOnlyCollection<string>? segments, int limit)
    {
        var wanted = segments?.ToHashSet(StringComparer.Ordinal);
        lock (_lock)
        {
            if (after < _before)
            {
                return null;
            }

            var through = after + Math.Min(Math.Max(0, _last - after), limit);
            var moves = new List<NumberedMove>();
            for (var number = after + 1; number <= through; number++)
            {
                if (_ring[number % Kept] is { } move && wanted?.Contains(move.Segment) != false)
                {
                    moves.Add(move);
                }
            }

            return (moves, through);
        }
    }
}
