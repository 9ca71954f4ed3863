namespace CustomerInsights.Core.Unification.Matching;

/// <summary>How much of the beginning and of the end of each text is shared by so many others that it tells nothing.</summary>
internal sealed class FrequentAffixes
{
    // Shared by more than one in 50, but never by fewer than 32: below that a posting list is short. Each length that is cut
    // off costs look-ups, so that a smaller share does not pay.
    private const int OneIn = 50;
    private const int Least = 32;

    private readonly string[] _texts;
    private readonly int[] _beginnings;
    private readonly int[] _ends;

    public FrequentAffixes(string[] texts)
    {
        _texts = texts;
        _beginnings = Lengths(texts, static (text, depth) => text[depth]);
        _ends = Lengths(texts, static (text, depth) => text[text.Length - 1 - depth]);
    }

    /// <summary>
    /// The part to cut for this many edits: all of the text unless a frequent affix would fill a whole segment. At least two
    /// units a segment stay where the text has them.
    /// </summary>
    public Cut CutOf(int item, int edits)
    {
        var length = _texts[item].Length;
        var atEnd = _ends[item] >= _beginnings[item];
        var affix = Math.Max(_ends[item], _beginnings[item]);
        affix = Math.Min(affix, length - (2 * (edits + 1)));
        return affix <= 0 || affix * (edits + 1) < length ? new Cut(0, length)
            : atEnd ? new Cut(0, length - affix)
            : new Cut(affix, length - affix);
    }

    private static int[] Lengths(string[] texts, Func<string, int, char> at)
    {
        var lengths = new int[texts.Length];
        var threshold = Math.Max(Least, texts.Length / OneIn);
        var groups = new int[texts.Length];
        var active = Enumerable.Range(0, texts.Length).ToList();
        for (var depth = 0; active.Count > 0; depth++)
        {
            var ids = new Dictionary<(int, char), int>();
            var counts = new List<int>();
            active = active.FindAll(item => texts[item].Length > depth);
            foreach (var item in active)
            {
                var key = (groups[item], at(texts[item], depth));
                if (!ids.TryGetValue(key, out var id))
                {
                    ids.Add(key, id = counts.Count);
                    counts.Add(0);
                }

                counts[id]++;
                groups[item] = id;
            }

            active = active.FindAll(item => counts[groups[item]] > threshold);
            foreach (var item in active)
            {
                lengths[item] = depth + 1;
            }
        }

        return lengths;
    }
}
