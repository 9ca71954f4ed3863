using CustomerInsights.Host.Features.Profiles.Search;
using System.Text.Json;
using CustomerInsights.Host.Platform;
using CustomerInsights.Storage.Profiles;

namespace CustomerInsights.Host.Features.Profiles;

/// <summary>A profile in a list.</summary>
/// <param name="Id">Its id.</param>
/// <param name="Type">Its type.</param>
/// <param name="DisplayName">What to call it.</param>
/// <param name="Attributes">Attributes by name.</param>
/// <param name="Measures">Measures by name, as of the last refresh.</param>
/// <param name="Identifiers">Typed values that name it.</param>
/// <param name="CreatedAt">When it was made.</param>
/// <param name="ChangedAt">When it last changed.</param>
public sealed record ProfileResponse(
    string Id,
    string Type,
    string DisplayName,
    IReadOnlyDictionary<string, object?> Attributes,
    IReadOnlyDictionary<string, object?> Measures,
    IReadOnlyList<ProfileIdentifier> Identifiers,
    DateTimeOffset CreatedAt,
    DateTimeOffset ChangedAt)
{
    /// <summary>How it was found; absent when nothing was searched.</summary>
    public MatchResponse? Match { get; init; }

    /// <summary>False for a visitor of whom nothing is known but what the browser is called.</summary>
    public bool Known { get; init; } = true;

    /// <summary>What enrichments say, by attribute with its namespace; absent when none says anything.</summary>
    public IReadOnlyDictionary<string, object?>? Enrichments { get; init; }

    /// <summary>The account that it belongs to; absent when it has none.</summary>
    public ProfileReference? BelongsTo { get; init; }

    /// <summary>Its parent in the hierarchy; absent when it has none.</summary>
    public ProfileReference? Parent { get; init; }

    internal static ProfileResponse Of(StoredProfile profile) => new(
        profile.Id.ToString(),
        profile.Type,
        profile.DisplayName,
        PlainJson.Of(profile.Attributes),
        PlainJson.Of(profile.Measures),
        profile.Identifiers,
        profile.CreatedAt,
        profile.ChangedAt)
    {
        Known = !profile.IsUnknown,
        Enrichments = profile.Enriched is { } said ? PlainJson.Of(said) : null,
    };
}

/// <summary>Another profile, as far as it takes to name it.</summary>
/// <param name="Id">Its id.</param>
/// <param name="Type">Its type.</param>
/// <param name="DisplayName">What to call it.</param>
public sealed record ProfileReference(string Id, string Type, string DisplayName);

/// <summary>A source record that a profile is made of.</summary>
/// <param name="Stream">The stream, <c>crm.contacts</c>.</param>
/// <param name="Key">The record's key there.</param>
public sealed record RecordReference(string Stream, string Key);

/// <summary>An attribute and the record that it comes from.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Value">Its value.</param>
/// <param name="From">The record that gave it.</param>
public sealed record AttributeResponse(string Name, object? Value, RecordReference? From);

/// <summary>Why two records are held for one person.</summary>
/// <param name="A">One record.</param>
/// <param name="B">The other.</param>
/// <param name="Kind">asserted, identifier or policy.</param>
/// <param name="Rule">The rule that found it.</param>
/// <param name="Score">How alike, 0 to 1.</param>
public sealed record EdgeResponse(RecordReference A, RecordReference B, EdgeKind Kind, string Rule, double Score);

internal static class Provenance
{
    /// <summary>Attribute name to node id.</summary>
    public static Dictionary<string, long> Read(string json) => JsonSerializer.Deserialize<Dictionary<string, long>>(json) ?? [];
}
