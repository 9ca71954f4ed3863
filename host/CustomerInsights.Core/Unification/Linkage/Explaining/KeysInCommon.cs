namespace CustomerInsights.Core.Unification.Linkage;

/// <summary>
/// The keys of a finished run, made again from its fields: nothing of them is kept during the run. Each key costs one sort of its records' hashes
/// when it is first asked for a group's size, and 4 bytes a record from then on.
/// </summary>
internal sealed class KeysInCommon : ICandidateKeys
{
    private readonly PartCodes _codes;
    private readonly (BlockingKey Key, HashSet<uint> TooLarge, Lazy<uint[]> Sorted)[] _keys;

    /// <param name="result">A run that compared something.</param>
    internal KeysInCommon(MatcherResult result)
    {
        var learnt = result.Learnt!;
        _codes = new PartCodes(learnt.Parts, Array.ConvertAll(result.Fields, field => field.Column), 1);
        _keys = [.. learnt.Keys.Select((key, i) => (key, learnt.TooLarge[i], new Lazy<uint[]>(() => Sorted(key))))];
    }

    /// <inheritdoc/>
    public IEnumerable<KeyInCommon> InCommon(int a, int b)
    {
        foreach (var (key, tooLarge, sorted) in _keys)
        {
            if (_codes.Agree(key, a, b))
            {
                var hash = _codes.Hash(key, a);
                var size = First(sorted.Value, (ulong)hash + 1) - First(sorted.Value, hash);
                yield return new(key.Name, size <= KeyChoice.LargestGroup && !tooLarge.Contains(hash), size);
            }
        }
    }

    private uint[] Sorted(BlockingKey key)
    {
        var hashes = new uint[_codes.Rows];
        _codes.Hashes(key, hashes);
        Array.Sort(hashes);
        return hashes;
    }

    private static int First(uint[] sorted, ulong least)
    {
        var (from, to) = (0, sorted.Length);
        while (from < to)
        {
            var middle = (from + to) / 2;
            (from, to) = sorted[middle] < least ? (middle + 1, to) : (from, middle);
        }

        return from;
    }
}
