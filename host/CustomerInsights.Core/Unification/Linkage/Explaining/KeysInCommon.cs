namespace CustomerInsights.Core.Unification.Linkage;

/// <summary>
/// The keys of a finished run, made again from its fields: nothing of them is kept during the run. Each key costs one sort of its records' hashes
/// when it is first asked for a group's size, and 4 bytes a record from then on.
/// </summary>
internal sealed class KeysInCommon : ICandidateKeys
{
    private readonly PartCodes _codes;
    private readonly (BlockingKey Key, int LargestTaken, Lazy<uint[]> Sorted)[] _keys;

    /// <param name="result">A run that compared something.</param>
    internal KeysInCommon(MatcherResult result)
    {
        var columns = Array.ConvertAll(result.Fields, field => field.Column);
        var learnt = result.Learnt!;
        _codes = new PartCodes(learnt.Parts, columns, 1);

        // The bills of the keys come first, in their order.
        _keys = [.. learnt.Keys.Select((key, i) => (key, result.Keys[i].LargestTaken, new Lazy<uint[]>(() => Sorted(key))))];
    }

    /// <inheritdoc/>
    public IEnumerable<KeyInCommon> InCommon(int a, int b)
    {
        foreach (var (key, largest, sorted) in _keys)
        {
            var hash = _codes.Hash(key, a);
            if (hash != 0 && hash == _codes.Hash(key, b))
            {
                // A group is left out only for its size: none smaller than the largest taken was.
                var size = First(sorted.Value, (ulong)hash + 1) - First(sorted.Value, hash);
                yield return new(key.Name, size <= largest, size);
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
