namespace CustomerInsights.Core.Unification.Linkage;

/// <summary>Hashes that are the same on every machine and in every run.</summary>
internal static class TextHash
{
    /// <summary>FNV-1a over UTF-16 units, 64 bits; never 0.</summary>
    internal static ulong Of(string text) => Of(text.AsSpan());

    /// <summary>FNV-1a over UTF-16 units, 64 bits; never 0.</summary>
    internal static ulong Of(ReadOnlySpan<char> text)
    {
        var hash = 14695981039346656037UL;
        foreach (var c in text)
        {
            hash = (hash ^ c) * 1099511628211UL;
        }

        return hash == 0 ? 1 : hash;
    }

    /// <summary>Spreads the bits of a number over all 64.</summary>
    internal static ulong Mix(ulong x)
    {
        x ^= x >> 32;
        x *= 0xD6E8FEB86659FD93UL;
        x ^= x >> 32;
        x *= 0xD6E8FEB86659FD93UL;
        return x ^ (x >> 32);
    }

    /// <summary>A number for each record that depends on its values alone.</summary>
    internal static ulong[] OfRows(IReadOnlyList<MatchColumn> columns)
    {
        var hashes = new ulong[columns[0].Rows];
        foreach (var column in columns)
        {
            var own = Array.ConvertAll(column.Values, Of);
            for (var row = 0; row < hashes.Length; row++)
            {
                hashes[row] = And(hashes[row], own[column.Ids[row]]);
            }
        }

        return hashes;
    }

    /// <summary>A record's number so far, with the hash of one value more.</summary>
    internal static ulong And(ulong hash, ulong value) => Mix((hash * 0x9E3779B97F4A7C15UL) + value);
}
