using System.Runtime.Intrinsics;
using CustomerInsights.Core.Unification.Normalisation;

namespace CustomerInsights.Core.Unification.Matching;

/// <summary>Normalised texts as whole numbers from 1; 0 means missing. Equal number, equal text.</summary>
internal sealed class Interner
{
    private readonly Dictionary<string, int> _ids = new(StringComparer.Ordinal);
    private readonly List<string> _texts = [""];
    private readonly List<Vector256<byte>> _bags = [Vector256<byte>.Zero];

    public string Text(int id) => _texts[id];

    public Vector256<byte> Bag(int id) => _bags[id];

    public int Add(string text)
    {
        if (text.Length == 0)
        {
            return 0;
        }

        if (!_ids.TryGetValue(text, out var id))
        {
            id = _texts.Count;
            _ids.Add(text, id);
            _texts.Add(text);
            _bags.Add(LetterBags.Of(text));
        }

        return id;
    }
}

/// <summary>Normalised columns, made once for each stream, field and set of normalisers, however many rules use them.</summary>
internal sealed class ValueColumns(RecordTable table, MatchOverrides overrides)
{
    private readonly Dictionary<string, (NormaliserPipeline Pipeline, Interner Interner)> _pipelines = new(StringComparer.Ordinal);
    private readonly Dictionary<(string Pipeline, int Stream, int Field), int[]> _columns = [];

    public Interner InternerOf(MatchCondition condition) => Pipeline(Key(condition)).Interner;

    /// <summary>One id for each row of the stream, from its first row on.</summary>
    public int[] Column(MatchCondition condition, int stream, string field)
    {
        var key = Key(condition);
        var index = table.Field(stream, field);
        if (!_columns.TryGetValue((key, stream, index), out var ids))
        {
            var (pipeline, interner) = Pipeline(key);
            var start = table.Start[stream];
            ids = new int[table.Start[stream + 1] - start];
            for (var i = 0; i < ids.Length; i++)
            {
                ids[i] = interner.Add(pipeline.Apply(table[start + i, index]));
            }

            _columns.Add((key, stream, index), ids);
        }

        return ids;
    }

    // Conditions with the same set of normalisers share one number space, whichever fields they compare.
    private static string Key(MatchCondition condition) =>
        string.Concat(condition.Normalisers.Distinct().Order().Select(n => (char)('A' + (int)n)));

    private (NormaliserPipeline Pipeline, Interner Interner) Pipeline(string key)
    {
        if (!_pipelines.TryGetValue(key, out var pipeline))
        {
            pipeline = (new NormaliserPipeline(key.Select(c => (Normaliser)(c - 'A')), overrides), new Interner());
            _pipelines.Add(key, pipeline);
        }

        return pipeline;
    }
}
