namespace CustomerInsights.Core.Columns.Evaluation;

/// <summary>What rules over columns may read: the images of all profile types that they reach, and how profiles refer to each other. Immutable.</summary>
/// <param name="Images">By profile type.</param>
/// <param name="Relations">By profile type, then by the name of the relationship.</param>
public sealed record ColumnWorld(
    IReadOnlyDictionary<string, ColumnImage> Images,
    IReadOnlyDictionary<string, IReadOnlyDictionary<string, ColumnRelation>> Relations)
{
    /// <summary>A world of one profile type that refers to none.</summary>
    public static ColumnWorld Of(ColumnImage image)
    {
        ArgumentNullException.ThrowIfNull(image);
        return new ColumnWorld(
            new Dictionary<string, ColumnImage> { [image.ProfileType] = image },
            new Dictionary<string, IReadOnlyDictionary<string, ColumnRelation>>());
    }

    internal ColumnRelation? Relation(string profileType, string name) =>
        Relations.TryGetValue(profileType, out var relations) ? relations.GetValueOrDefault(name) : null;
}

/// <summary>How profiles of one type find the profile at the other end of a relationship.</summary>
/// <param name="To">The profile type at the other end. A type without an image has no profiles.</param>
public abstract record ColumnRelation(string To);

/// <summary>
/// Found by a value: the profile whose <paramref name="TargetAttribute"/> is written like this one's <paramref name="Attribute"/>.
/// Of several the oldest (the lowest number) is meant.
/// </summary>
/// <param name="To">The profile type at the other end.</param>
/// <param name="Attribute">The attribute that refers.</param>
/// <param name="TargetAttribute">The attribute that is referred to.</param>
public sealed record ValueRelation(string To, string Attribute, string TargetAttribute) : ColumnRelation(To);

/// <summary>Found by a link between numbers, such as a contact's account.</summary>
/// <param name="To">The profile type at the other end.</param>
/// <param name="Targets">From a profile's number to the other's.</param>
public sealed record LinkRelation(string To, IReadOnlyDictionary<long, long> Targets) : ColumnRelation(To);
