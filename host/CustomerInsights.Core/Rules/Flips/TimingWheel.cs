using System.Numerics;

namespace CustomerInsights.Core.Rules.Flips;

/// <summary>
/// Which of many keys is due next. One entry a key. Adding, moving and cancelling take constant time; an entry is touched at most nine times on its
/// way, however far off it is. Not safe for several threads.
/// </summary>
/// <remarks>
/// A hierarchical wheel (Varghese and Lauck, "Hashed and hierarchical timing wheels", 1987): nine levels of 64 slots, a slot of the first being
/// 2^13 ticks (0.8 ms) and of each next level 64 times as long. Slots hold entries as doubly linked lists in arrays; a bit a slot tells which are
/// not empty. Memory: about 60 bytes an entry, the dictionary that finds it included.
/// </remarks>
public sealed class TimingWheel
{
    private const int Levels = 9;
    private const int SlotBits = 6;
    private const int Slots = 1 << SlotBits;
    private const int UnitBits = 13;
    private const int None = -1;

    private readonly Dictionary<long, int> _places = [];
    private readonly int[] _heads = new int[Levels * Slots];
    private readonly ulong[] _occupied = new ulong[Levels];
    private Entry[] _entries = [];
    private int _free = None;
    private int _used;
    private long _unit;

    /// <summary>A wheel that stands at an instant.</summary>
    /// <param name="now">UTC ticks; entries that are due then or before come with the next <see cref="Advance"/>.</param>
    public TimingWheel(long now)
    {
        _unit = now >> UnitBits;
        Array.Fill(_heads, None);
    }

    /// <summary>How many keys wait.</summary>
    public int Count => _places.Count;

    /// <summary>Sets when a key is due, in place of what was set.</summary>
    public void Set(long key, long due)
    {
        if (_places.TryGetValue(key, out var place))
        {
            Unlink(place);
        }
        else
        {
            place = Take();
            _places.Add(key, place);
        }

        _entries[place].Key = key;
        _entries[place].Due = due;
        Link(place);
    }

    /// <summary>Sets when a key is due, unless it is due sooner already.</summary>
    public void SetSooner(long key, long due)
    {
        if (DueOf(key) is not { } set || due < set)
        {
            Set(key, due);
        }
    }

    /// <summary>When a key is due, in UTC ticks; null when it does not wait.</summary>
    public long? DueOf(long key) => _places.TryGetValue(key, out var place) ? _entries[place].Due : null;

    /// <summary>Forgets a key; false when it did not wait.</summary>
    public bool Cancel(long key)
    {
        if (!_places.Remove(key, out var place))
        {
            return false;
        }

        Unlink(place);
        Release(place);
        return true;
    }

    /// <summary>Moves the wheel on and takes out what is due at <paramref name="now"/> or before, at most <paramref name="most"/> keys.</summary>
    /// <returns>False when the limit stopped it and more may be due.</returns>
    public bool Advance(long now, ICollection<long> due, int most = int.MaxValue)
    {
        var target = now >> UnitBits;
        while (Next() is var (level, slot, start) && start <= target)
        {
            _unit = Math.Max(_unit, start);
            var left = level == 0 ? TakeDue(slot, now, due, most) : Cascade(level, slot);
            if (due.Count >= most)
            {
                return false;
            }

            if (left)
            {
                return true; // What is left in the slot of this very instant is due within it, but later.
            }
        }

        _unit = Math.Max(_unit, target);
        return true;
    }

    /// <summary>When to advance next, in UTC ticks: no later than the first entry is due. Never, <see cref="long.MaxValue"/>, when none waits.</summary>
    public long Wake()
    {
        if (Next() is not var (level, slot, start))
        {
            return long.MaxValue;
        }

        return level > 0 ? start << UnitBits : First(slot);
    }

    /// <summary>When the first entry is due, in UTC ticks; null when none waits. Looks through one slot.</summary>
    public long? Earliest() => Next() is var (level, slot, _) ? First((level * Slots) + slot) : null;

    private long First(int slot)
    {
        var least = long.MaxValue;
        for (var place = _heads[slot]; place != None; place = _entries[place].Next)
        {
            least = Math.Min(least, _entries[place].Due);
        }

        return least;
    }

    // The first slot that is not empty: on a lower level everything is due before anything of a higher one.
    private (int Level, int Slot, long Start)? Next()
    {
        for (var level = 0; level < Levels; level++)
        {
            if (_occupied[level] == 0)
            {
                continue;
            }

            // Slots behind the wheel's own hand belong to no later turn: an entry lies on the level where its turn is the hand's turn.
            var slot = BitOperations.TrailingZeroCount(_occupied[level]);
            var shift = level * SlotBits;
            var turn = _unit >> (shift + SlotBits) << (shift + SlotBits);
            return (level, slot, turn + ((long)slot << shift));
        }

        return null;
    }

    // True when entries stay.
    private bool TakeDue(int slot, long now, ICollection<long> due, int most)
    {
        var place = _heads[slot];
        while (place != None && due.Count < most)
        {
            var next = _entries[place].Next;
            if (_entries[place].Due <= now)
            {
                due.Add(_entries[place].Key);
                Cancel(_entries[place].Key);
            }

            place = next;
        }

        return _heads[slot] != None;
    }

    private bool Cascade(int level, int slot)
    {
        var place = _heads[(level * Slots) + slot];
        _heads[(level * Slots) + slot] = None;
        _occupied[level] &= ~(1UL << slot);
        while (place != None)
        {
            var next = _entries[place].Next;
            Link(place);
            place = next;
        }

        return false;
    }

    private void Link(int place)
    {
        // What is due already lies where the hand stands.
        var unit = Math.Max(_entries[place].Due >> UnitBits, _unit);
        var level = unit == _unit ? 0 : BitOperations.Log2((ulong)(unit ^ _unit)) / SlotBits;
        var slot = (int)(unit >> (level * SlotBits)) & (Slots - 1);
        var list = (level * Slots) + slot;
        ref var entry = ref _entries[place];
        (entry.List, entry.Previous, entry.Next) = (list, None, _heads[list]);
        if (entry.Next != None)
        {
            _entries[entry.Next].Previous = place;
        }

        _heads[list] = place;
        _occupied[level] |= 1UL << slot;
    }

    private void Unlink(int place)
    {
        ref var entry = ref _entries[place];
        if (entry.Next != None)
        {
            _entries[entry.Next].Previous = entry.Previous;
        }

        if (entry.Previous != None)
        {
            _entries[entry.Previous].Next = entry.Next;
            return;
        }

        _heads[entry.List] = entry.Next;
        if (entry.Next == None)
        {
            _occupied[entry.List / Slots] &= ~(1UL << (entry.List % Slots));
        }
    }

    private int Take()
    {
        if (_free != None)
        {
            var place = _free;
            _free = _entries[place].Next;
            return place;
        }

        if (_used == _entries.Length)
        {
            Array.Resize(ref _entries, Math.Max(64, _used + (_used / 2)));
        }

        return _used++;
    }

    private void Release(int place)
    {
        _entries[place].Next = _free;
        _free = place;
    }

    private struct Entry
    {
        public long Key;
        public long Due;
        public int Next;
        public int Previous;
        public int List;
    }
}
