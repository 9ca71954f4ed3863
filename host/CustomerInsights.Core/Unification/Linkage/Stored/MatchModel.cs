namespace CustomerInsights.Core.Unification.Linkage.Stored;

/// <summary>A field that a model compares.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Type">What its values are.</param>
public sealed record ModelField(string Name, MatchFieldType Type)
{
    /// <summary>Which of day and month goes first.</summary>
    internal DateOrder Dates { get; init; } = DateOrder.Unknown;
}

/// <summary>What two records must have in common to be compared, by the names of its parts.</summary>
/// <param name="First">A part.</param>
/// <param name="Second">The other; null for none.</param>
/// <param name="TooLarge">Hashes of the groups that were too large, and stay out.</param>
internal sealed record ModelKey(string First, string? Second, HashSet<uint> TooLarge);

/// <summary>
/// What a run learnt, without its records: with it another run decides about any records as that one did. Frozen are the fields and their types, what
/// values and words are worth, which values are set aside, the keys and their groups that are too large, and the weights. Nothing of it is
/// kept current: whether two records are compared, and what that says, depends on the two and on how many records there are in the groups that they share, so
/// that records may come and go in any order. Strictness, told pairs and sources come with each run.
/// </summary>
/// <remarks>Immutable. Holds hashes in the place of values. <see cref="ToBytes"/> and <see cref="Read"/> are in step with docs/match-model.md.</remarks>
public sealed class MatchModel
{
    internal MatchModel(string mark, long records, IReadOnlyList<ModelField> fields, FieldFacts[] facts, long[][] levels, ModelKey[] keys, MixtureTables tables)
    {
        (Mark, Records, Fields, Facts, Levels, Keys, Tables) = (mark, records, fields, facts, levels, keys, tables);
        Compared = levels[0].Sum();
    }

    /// <summary>What the model was learnt for, in the caller's words: another mark asks for another model.</summary>
    public string Mark { get; }

    /// <summary>How many records it was learnt from.</summary>
    public long Records { get; }

    /// <summary>How many pairs of records it was learnt from.</summary>
    public long Compared { get; }

    /// <summary>The fields that it compares, at least one.</summary>
    public IReadOnlyList<ModelField> Fields { get; }

    internal FieldFacts[] Facts { get; }

    /// <summary>By field and level, how many of the pairs that were compared had it.</summary>
    internal long[][] Levels { get; }

    internal ModelKey[] Keys { get; }

    internal MixtureTables Tables { get; }

    /// <summary>What a run learnt; of a run that was given a model, that model.</summary>
    /// <param name="run">The run.</param>
    /// <param name="mark">What it was learnt for; up to 1,000 characters.</param>
    /// <returns>The model; null when the run compared nothing.</returns>
    public static MatchModel? Of(MatcherResult run, string mark)
    {
        ArgumentNullException.ThrowIfNull(run);
        ArgumentNullException.ThrowIfNull(mark);
        if (run.Learnt is not { } learnt)
        {
            return null;
        }

        return learnt.Given ?? new(
            mark,
            run.Clusters.Length,
            [.. run.Fields.Select(field => new ModelField(field.Column.Name, field.Column.Type) { Dates = field.Column.Reading.Dates })],
            Array.ConvertAll(run.Fields, FieldFacts.Of),
            LevelsOf(run.Fields.Length, run.Patterns),
            [.. learnt.Keys.Select((key, i) => new ModelKey(learnt.Parts[key.First].Name, key.Second < 0 ? null : learnt.Parts[key.Second].Name, learnt.TooLarge[i]))],
            run.Model!.Tables);
    }

    /// <summary>The model as bytes, the same for the same model: with a checksum, and what this version makes of values.</summary>
    /// <returns>Some ten bytes for each frequent value and word and four for each group that is too large: 0.2 to 5 MB for a million people.</returns>
    public byte[] ToBytes() => ModelFormat.Write(this);

    /// <summary>Reads what <see cref="ToBytes"/> wrote.</summary>
    /// <param name="bytes">The bytes; may be anything.</param>
    /// <param name="reason">Why they cannot be used: damaged, of another version, or of a version that made other things of values; null when they can.</param>
    /// <returns>The model, or null: then it is to be learnt anew.</returns>
    public static MatchModel? Read(ReadOnlySpan<byte> bytes, out string? reason) => ModelFormat.Read(bytes, out reason);

    /// <summary>By field and level the pairs that have it.</summary>
    internal static long[][] LevelsOf(int fields, PatternSet set)
    {
        var levels = Enumerable.Range(0, fields).Select(_ => new long[1 << PairLevels.Bits]).ToArray();
        for (var i = 0; i < set.Patterns.Length; i++)
        {
            for (var field = 0; field < fields; field++)
            {
                levels[field][PairLevels.LevelOf(set.Patterns[i], field)] += set.Counts[i];
            }
        }

        return levels;
    }

    /// <summary>The model's columns, in its order, with what it says of their values.</summary>
    /// <exception cref="ArgumentException">A field is not among them, or has another type.</exception>
    internal MatchColumn[] Arrange(IReadOnlyList<MatchColumn> columns)
    {
        var own = new MatchColumn[Fields.Count];
        for (var field = 0; field < own.Length; field++)
        {
            var (name, type) = (Fields[field].Name, Fields[field].Type);
            own[field] = columns.FirstOrDefault(column => column.Name == name && column.Type == type)
                ?? throw new ArgumentException($"The model compares '{name}' as {type}; there is no such column.", nameof(columns));
            own[field].Facts = Facts[field];
        }

        return own;
    }

    /// <summary>The parts that the keys need, and the keys by the parts' places.</summary>
    internal (List<KeyPart> Parts, BlockingKey[] Keys) Parts(IEnumerable<KeyPart> all)
    {
        var needed = Keys.SelectMany(key => new[] { key.First, key.Second }).ToHashSet(StringComparer.Ordinal);
        var parts = all.Where(part => needed.Contains(part.Name)).ToList();
        return (parts, Array.ConvertAll(Keys, key => new BlockingKey(
            key.Second is null ? key.First : $"{key.First} + {key.Second}", Place(key.First), key.Second is null ? -1 : Place(key.Second))));

        int Place(string name) => parts.FindIndex(part => part.Name == name) is >= 0 and var place
            ? place
            : throw new ArgumentException($"The model compares records by '{name}', which this version does not know.", nameof(all));
    }
}
