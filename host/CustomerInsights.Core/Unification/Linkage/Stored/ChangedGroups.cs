namespace CustomerInsights.Core.Unification.Linkage.Stored;

/// <summary>The groups of one key that rows have left or come to, with the pairs that went and came.</summary>
/// <param name="Gone">Pairs of rows of before, the smaller in the upper half; some more than once.</param>
/// <param name="Came">Pairs of rows now.</param>
/// <param name="Bill">What the key costs now.</param>
internal sealed record ChangedPairs(List<ulong> Gone, List<ulong> Came, KeyBill Bill);

/// <summary>Finds the groups of one key that changed.</summary>
/// <param name="before">The earlier run.</param>
/// <param name="rows">Which rows changed.</param>
/// <param name="codes">The parts' codes of the rows now.</param>
internal sealed class ChangedGroups(MatcherResult before, ChangedRows rows, PartCodes codes)
{
    private const int FilterBits = 1 << 20;

    /// <summary>The pairs of a key that went and came.</summary>
    /// <returns>Null when a group has outgrown what is compared, or the other way round: then pairs of rows that did not change come or go too.</returns>
    internal ChangedPairs? Of(int at, BlockingKey key, HashSet<uint> tooLarge)
    {
        var (groups, filter) = (new Dictionary<uint, Group>(), new ulong[FilterBits / 64]);
        foreach (var row in rows.Now)
        {
            To(codes.Hash(key, row))?.Now.Add(row);
        }

        foreach (var row in rows.Then)
        {
            To(HashThen(at, row))?.Then.Add(row);
        }

        Fill(key, tooLarge, groups, filter);
        var (gone, came, bill) = (new List<ulong>(), new List<ulong>(), before.Keys[at]);
        foreach (var (hash, group) in groups)
        {
            var (was, now, isOut) = (group.Same + group.Then.Count, group.Same + group.Now.Count, tooLarge.Contains(hash));
            if (!isOut && was > KeyChoice.LargestGroup != now > KeyChoice.LargestGroup)
            {
                return null;
            }

            var more = Pairs(now) - Pairs(was);
            if (isOut || now > KeyChoice.LargestGroup)
            {
                bill = bill with { LeftOut = bill.LeftOut + more };
                continue;
            }

            bill = bill with { Pairs = bill.Pairs + more, LargestTaken = now > 1 ? Math.Max(bill.LargestTaken, now) : bill.LargestTaken };
            Meet(group.Then, group.Rows, row => rows.Before[row], gone);
            Meet(group.Now, group.Rows, row => row, came);
        }

        return new(gone, came, bill);

        Group? To(uint hash)
        {
            if (hash == 0)
            {
                return null;
            }

            filter[hash % FilterBits / 64] |= 1UL << (int)(hash % 64);
            return groups.TryGetValue(hash, out var group) ? group : groups[hash] = new Group();
        }
    }

    // The rows that did not change, each to its group where that is one of those.
    private void Fill(BlockingKey key, HashSet<uint> tooLarge, Dictionary<uint, Group> groups, ulong[] filter)
    {
        var hashes = new uint[rows.Before.Length];
        codes.Hashes(key, hashes);
        for (var row = 0; row < hashes.Length; row++)
        {
            var hash = hashes[row];
            if (hash == 0 || rows.Before[row] < 0 || (filter[hash % FilterBits / 64] & (1UL << (int)(hash % 64))) == 0 || !groups.TryGetValue(hash, out var group))
            {
                continue;
            }

            group.Same++;
            if (group.Same <= KeyChoice.LargestGroup && !tooLarge.Contains(hash))
            {
                group.Rows.Add(row);
            }
        }
    }

    private static void Meet(List<int> changed, List<int> same, Func<int, int> number, List<ulong> into)
    {
        for (var i = 0; i < changed.Count; i++)
        {
            foreach (var row in same)
            {
                into.Add(Pair(changed[i], number(row)));
            }

            for (var j = i + 1; j < changed.Count; j++)
            {
                into.Add(Pair(changed[i], changed[j]));
            }
        }
    }

    internal static ulong Pair(int a, int b) => ((ulong)(uint)Math.Min(a, b) << 32) | (uint)Math.Max(a, b);

    private static long Pairs(long size) => size * (size - 1) / 2;

    private uint HashThen(int at, int row)
    {
        var key = before.Learnt!.Keys[at];
        return PartCodes.Hash(CodeThen(key.First, row), key.Second < 0 ? 1 : CodeThen(key.Second, row));
    }

    private uint CodeThen(int place, int row)
    {
        var part = before.Learnt!.Parts[place];
        var id = before.Fields[part.Field].Column.Ids[row];
        return id == 0 ? 0 : PartCodes.Narrow(part.Code(id));
    }

    private sealed class Group
    {
        internal List<int> Now { get; } = [];

        internal List<int> Then { get; } = [];

        /// <summary>Those that did not change, as far as they are compared.</summary>
        internal List<int> Rows { get; } = [];

        internal int Same { get; set; }
    }
}
