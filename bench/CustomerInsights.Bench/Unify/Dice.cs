namespace CustomerInsights.Bench.Unify;

/// <summary>Chance from a seed, and the slips that people make when they write something down.</summary>
internal sealed class Dice(ulong seed)
{
    private ulong _state = (seed * 0x9E3779B97F4A7C15UL) | 1;

    public int Below(int count)
    {
        _state ^= _state >> 12;
        _state ^= _state << 25;
        _state ^= _state >> 27;
        return (int)(((_state * 0x2545F4914F6CDD1DUL) >> 33) % (uint)count);
    }

    public bool OneIn(int count) => Below(count) == 0;

    public T Of<T>(IReadOnlyList<T> values) => values[Below(values.Count)];

    /// <summary>One of the values, the first ones more often (about Zipf's law, as names are).</summary>
    public T Often<T>(IReadOnlyList<T> values) => values[(int)(values.Count * Math.Pow(Below(10_000) / 10_000.0, 2.2))];

    public string Digits(int count) => string.Concat(Enumerable.Range(0, count).Select(_ => (char)('0' + Below(10))));

    /// <summary>The values in another order.</summary>
    public List<T> Shuffled<T>(IEnumerable<T> values)
    {
        var list = values.ToList();
        for (var i = list.Count - 1; i > 0; i--)
        {
            var j = Below(i + 1);
            (list[i], list[j]) = (list[j], list[i]);
        }

        return list;
    }

    /// <summary>One slip: a letter left out, doubled, changed or swapped with its neighbour. What comes in is of the kind of what was there.</summary>
    public string Slip(string text)
    {
        if (text.Length < 2)
        {
            return text;
        }

        var at = Below(text.Length - 1);
        var near = text[Below(text.Length)];
        var other = char.IsAsciiDigit(text[at]) ? (char)('0' + Below(10)) : char.IsAsciiLetter(text[at]) ? (char)('a' + Below(26)) : near;
        return Below(4) switch
        {
            0 => text.Remove(at, 1),
            1 => text.Insert(at, text[at].ToString()),
            2 => text[..at] + other + text[(at + 1)..],
            _ => text[..at] + text[at + 1] + text[at] + text[(at + 2)..],
        };
    }
}
