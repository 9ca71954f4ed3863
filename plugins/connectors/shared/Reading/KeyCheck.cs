using System.Globalization;
using System.Runtime.InteropServices;

namespace CustomerInsights.Connectors.Files;

/// <summary>How a stream's keys are made and checked.</summary>
internal enum KeyRule
{
    /// <summary>The key is a column's; a later row with the same key and other content is rejected.</summary>
    Unique,

    /// <summary>The key is a column's; a later row replaces an earlier one.</summary>
    LastWins,

    /// <summary>There is no key: it is made of the content and counts equal rows.</summary>
    Synthetic,
}

/// <summary>Makes and checks the keys of one run of one stream.</summary>
/// <param name="rule">How.</param>
/// <param name="expected">About how many keys will come.</param>
internal sealed class KeyCheck(KeyRule rule, long expected)
{
    private readonly KeyLedger _ledger = new(rule == KeyRule.LastWins ? 0 : expected);
    private readonly List<(uint FirstLine, string File)> _files = [];
    private uint _firstLine;
    private uint _lastLine;

    public KeyRule Rule { get; } = rule;

    /// <summary>True when the memory set aside for keys was not enough to check all of them.</summary>
    public bool Full => _ledger.Full;

    /// <summary>Tells which file the following keys are from.</summary>
    public void Begin(string file)
    {
        _firstLine = _lastLine;
        _files.Add((_firstLine, file));
    }

    /// <summary>Notes a row's key.</summary>
    /// <param name="key">The key.</param>
    /// <param name="row">The row's bytes.</param>
    /// <param name="line">Its line.</param>
    /// <param name="first">Where the key was seen first, when it was with other content.</param>
    public KeySeen Note(string key, ReadOnlySpan<byte> row, long line, out string? first)
    {
        first = null;
        if (Rule != KeyRule.Unique)
        {
            return KeySeen.New;
        }

        // Lines of all files in one count of 32 bits: 4 billion lines, then messages name a wrong one.
        _lastLine = _firstLine + (uint)line;
        var seen = _ledger.Note(ContentHash.Of(MemoryMarshal.AsBytes(key.AsSpan())), (uint)ContentHash.Of(row), _lastLine, out var firstLine);
        if (seen == KeySeen.Different)
        {
            var (start, file) = _files.FindLast(entry => entry.FirstLine < firstLine);
            first = string.Create(CultureInfo.InvariantCulture, $"{file}, line {firstLine - start}");
        }

        return seen;
    }

    /// <summary>Makes a key: 128 bits of the content, and a number from the second equal row on.</summary>
    public string Make(ReadOnlySpan<byte> row)
    {
        var low = ContentHash.Of(row);
        var count = _ledger.Count(low);
        var high = ContentHash.Of(row, 0x9e3779b97f4a7c15);
        return count == 1
            ? string.Create(CultureInfo.InvariantCulture, $"{high:x16}{low:x16}")
            : string.Create(CultureInfo.InvariantCulture, $"{high:x16}{low:x16}-{count}");
    }
}
