namespace CustomerInsights.Core.Unification;

/// <summary>Which record each attribute of a profile comes from.</summary>
public sealed record MergePolicy
{
    /// <summary>Attributes that are chosen one by one.</summary>
    public IReadOnlyList<UnifiedAttribute> Attributes { get; init; } = [];

    /// <summary>Attributes that are chosen together (an address), so that no half of one meets a half of another.</summary>
    public IReadOnlyList<AttributeGroup> Groups { get; init; } = [];

    /// <summary>
    /// The proposal an admin starts from: fields of the same name are one attribute, chosen by importance, in order of first
    /// appearance.
    /// </summary>
    public static MergePolicy ByFieldName(IReadOnlyList<StreamSchema> streamsInMatchOrder)
    {
        ArgumentNullException.ThrowIfNull(streamsInMatchOrder);
        var byName = new Dictionary<string, List<AttributeSource>>(StringComparer.Ordinal);
        var order = new List<string>();
        foreach (var stream in streamsInMatchOrder)
        {
            foreach (var field in stream.Fields)
            {
                if (!byName.TryGetValue(field.Name, out var sources))
                {
                    byName.Add(field.Name, sources = []);
                    order.Add(field.Name);
                }

                sources.Add(new AttributeSource { Stream = stream.Name, Field = field.Name });
            }
        }

        return new MergePolicy { Attributes = [.. order.Select(name => new UnifiedAttribute { Name = name, Sources = byName[name] })] };
    }
}

/// <summary>Which of several values wins.</summary>
public enum MergeKind
{
    /// <summary>The first source, in the order given, that has a value.</summary>
    Importance = 0,

    /// <summary>The value whose record has the largest recency field; ties and missing recency go by order.</summary>
    MostRecent = 1,

    /// <summary>The value whose record has the smallest recency field; ties and missing recency go by order.</summary>
    LeastRecent = 2,
}

/// <summary>One attribute of the profile.</summary>
public sealed record UnifiedAttribute
{
    /// <summary>Unique among attributes and group members.</summary>
    public string Name { get; init; } = "";

    /// <summary>The fields it may come from, most important first. To separate a field, give it an attribute of its own.</summary>
    public IReadOnlyList<AttributeSource> Sources { get; init; } = [];

    /// <summary>Default <see cref="MergeKind.Importance"/>.</summary>
    public MergeKind Kind { get; init; }

    /// <summary>True leaves the attribute out of the profile; it stays usable for matching.</summary>
    public bool Excluded { get; init; }
}

/// <summary>A field of a stream that may give an attribute its value.</summary>
public sealed record AttributeSource
{
    /// <summary>Name of the stream.</summary>
    public string Stream { get; init; } = "";

    /// <summary>Name of the field in it.</summary>
    public string Field { get; init; } = "";

    /// <summary>Date, time or number field of the same stream; required for the recency kinds.</summary>
    public string? RecencyField { get; init; }
}

/// <summary>Up to 10 attributes ranked as a unit over up to 15 sources; a source in which all are missing gives way to the next.</summary>
public sealed record AttributeGroup
{
    /// <summary>Name shown to admins.</summary>
    public string Name { get; init; } = "";

    /// <summary>Names of the attributes, 1 to 10.</summary>
    public IReadOnlyList<string> Attributes { get; init; } = [];

    /// <summary>1 to 15 sources, most important first. One stream may stand here twice (billing and delivery address).</summary>
    public IReadOnlyList<GroupSource> Sources { get; init; } = [];

    /// <summary>Default <see cref="MergeKind.Importance"/>.</summary>
    public MergeKind Kind { get; init; }

    /// <summary>True leaves all its attributes out of the profile.</summary>
    public bool Excluded { get; init; }
}

/// <summary>The fields of one stream that fill a group.</summary>
public sealed record GroupSource
{
    /// <summary>Name of the stream.</summary>
    public string Stream { get; init; } = "";

    /// <summary>One field for each attribute of the group, in the same order; null where the stream has none.</summary>
    public IReadOnlyList<string?> Fields { get; init; } = [];

    /// <summary>Date, time or number field of the same stream; required for the recency kinds.</summary>
    public string? RecencyField { get; init; }
}
