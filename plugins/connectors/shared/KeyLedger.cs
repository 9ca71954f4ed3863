using System.Numerics;

namespace CustomerInsights.Connectors.Files;

/// <summary>What the ledger knows of a key.</summary>
internal enum KeySeen
{
    /// <summary>It is new.</summary>
    New,

    /// <summary>It was read before with the same content.</summary>
    Same,

    /// <summary>It was read before with other content.</summary>
    Different,
}

/// <summary>
/// Remembers the keys of one run in 16 bytes each: 64 bits of the key, 32 of the content, 32 of the line. Two keys fall
/// together once in 10^19 pairs; at 10 million keys that is one chance in 370,000 for the whole file.
/// </summary>
/// <param name="expected">About how many keys will come: a table that need not grow is twice as fast to fill.</param>
internal sealed class KeyLedger(long expected = 0)
{
    /// <summary>Keys that are remembered; later ones are taken as new. 512 MiB when full.</summary>
    public const int MaxKeys = 1 << 24;

    // A guess costs at most 64 MiB.
    private Entry[] _entries = new Entry[BitOperations.RoundUpToPowerOf2((uint)Math.Clamp(expected * 2, 1024, 1 << 22))];
    private int _count;

    /// <summary>True when a key came that could not be remembered any more.</summary>
    public bool Full { get; private set; }

    /// <summary>Notes a key.</summary>
    /// <param name="key">Hash of the key.</param>
    /// <param name="content">Hash of the content.</param>
    /// <param name="line">Line within the run; kept for the message.</param>
    /// <param name="firstLine">The line at which it was first seen.</param>
    public KeySeen Note(ulong key, uint content, uint line, out uint firstLine)
    {
        ref var entry = ref Find(key);
        firstLine = line;
        if (entry.Key == 0)
        {
            Add(ref entry, key, content, line);
            return KeySeen.New;
        }

        firstLine = entry.Line;
        return entry.Content == content ? KeySeen.Same : KeySeen.Different;
    }

    /// <summary>Counts how often a content has come, from 1.</summary>
    /// <param name="content">Hash of the content.</param>
    public uint Count(ulong content)
    {
        ref var entry = ref Find(content);
        if (entry.Key == 0)
        {
            Add(ref entry, content, 0, 1);
            return 1;
        }

        return ++entry.Line;
    }

    private ref Entry Find(ulong key)
    {
        key = key == 0 ? 1 : key; // Zero marks a free place.
        var mask = _entries.Length - 1;
        var at = (int)key & mask;
        while (_entries[at].Key != 0 && _entries[at].Key != key)
        {
            at = (at + 1) & mask;
        }

        return ref _entries[at];
    }

    private void Add(ref Entry free, ulong key, uint content, uint line)
    {
        if (_count == MaxKeys)
        {
            Full = true;
            return;
        }

        free = new Entry(key == 0 ? 1 : key, content, line);
        if (++_count * 2L <= _entries.Length)
        {
            return;
        }

        var old = _entries;
        _entries = new Entry[old.Length * 2];
        foreach (var entry in old)
        {
            if (entry.Key != 0)
            {
                Find(entry.Key) = entry;
            }
        }
    }

    private struct Entry(ulong key, uint content, uint line)
    {
        public readonly ulong Key = key;
        public readonly uint Content = content;
        public uint Line = line;
    }
}
