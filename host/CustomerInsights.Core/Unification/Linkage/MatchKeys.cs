namespace CustomerInsights.Core.Unification.Linkage;

/// <summary>What an expert wants two records to have in common to be compared: one part of a value, or two.</summary>
public sealed record MatchKey
{
    /// <summary>One or two parts, all of which two records must share.</summary>
    public IReadOnlyList<MatchKeyPart> Parts { get; init; } = [];
}

/// <summary>A part of a field's values, in the words of reports: <c>surname: sound</c> is field <c>surname</c>, part <c>sound</c>.</summary>
public sealed record MatchKeyPart
{
    /// <summary>Name of the field.</summary>
    public string Field { get; init; } = "";

    /// <summary>What of its values. Each type of field has some, see <see cref="MatchKeys.PartsOf"/>.</summary>
    public string Part { get; init; } = "";
}

/// <summary>Where the keys come from.</summary>
public enum MatchKeyUse
{
    /// <summary>All are tried on a sample, and those that find most for their pairs are used.</summary>
    Auto = 0,

    /// <summary>Those that are written, and beside them those that find what these do not.</summary>
    Add,

    /// <summary>Those that are written and no others.</summary>
    Only,
}

/// <summary>The keys that an expert may write.</summary>
public static class MatchKeys
{
    /// <summary>Most keys that can be written.</summary>
    public const int Most = 64;

    /// <summary>Most parts of a key.</summary>
    public const int MostParts = 2;

    /// <summary>The parts that a type of field offers.</summary>
    /// <param name="type">What the values are.</param>
    /// <returns>Their names; none for fields that are not compared.</returns>
    public static IReadOnlyList<string> PartsOf(MatchFieldType type) => KeyParts.NamesOf(type);

    /// <summary>The keys to choose from: those that are written first, in their order.</summary>
    /// <param name="parts">All parts that the fields have.</param>
    /// <param name="options">What the expert wrote.</param>
    /// <returns>The keys, how many of the first are to be used in any case, and those that are written and name a part that is not there: their field is not compared or has no values.</returns>
    internal static (BlockingKey[] Keys, int Given, IReadOnlyList<MatchKey> Lost) From(IReadOnlyList<KeyPart> parts, MatcherOptions options)
    {
        var all = BlockingKey.All(parts);
        if (options.KeyUse == MatchKeyUse.Auto)
        {
            return (all, 0, []);
        }

        var (given, lost) = (new List<BlockingKey>(), new List<MatchKey>());
        foreach (var key in options.Keys)
        {
            if (Find(parts, key) is { } found)
            {
                given.Add(found);
            }
            else
            {
                lost.Add(key);
            }
        }

        var known = given.Select(Places).ToHashSet();
        return ([.. given, .. options.KeyUse == MatchKeyUse.Only ? [] : all.Where(key => !known.Contains(Places(key)))], given.Count, lost);
    }

    /// <summary>A key as an expert would write it.</summary>
    internal static MatchKey Written(BlockingKey key, IReadOnlyList<KeyPart> parts) => new()
    {
        Parts = [.. new[] { key.First, key.Second }.Where(part => part >= 0).Select(part => new MatchKeyPart { Field = parts[part].FieldName, Part = parts[part].Part })],
    };

    /// <summary>A key's name in reports.</summary>
    internal static string NameOf(MatchKey key) => string.Join(" + ", key.Parts.Select(part => $"{part.Field}: {part.Part}"));

    // A key's parts have no order.
    private static (int, int) Places(BlockingKey key) => (Math.Min(key.First, key.Second), Math.Max(key.First, key.Second));

    private static BlockingKey? Find(IReadOnlyList<KeyPart> parts, MatchKey key)
    {
        var places = key.Parts.Select(part => Enumerable.Range(0, parts.Count).Where(place => parts[place].FieldName == part.Field && parts[place].Part == part.Part).DefaultIfEmpty(-1).First()).ToList();
        return places.Count is 0 or > MostParts || places.Contains(-1) ? null : new(NameOf(key), places[0], places.Count == 1 ? -1 : places[1]);
    }
}
