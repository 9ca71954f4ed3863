using CustomerInsights.Core.Unification;
using CustomerInsights.Host.Features.Metadata;

namespace CustomerInsights.Host.Features.Recipes;

/// <summary>A recipe: everything that an installation defines, in one document. Applying it twice changes nothing.</summary>
public sealed record RecipeDocument
{
    /// <summary>Where the schema is; for editors.</summary>
    [System.Text.Json.Serialization.JsonPropertyName("$schema")]
    public string? Schema { get; init; }

    /// <summary>The version of the recipe format: 1.</summary>
    public required int Recipe { get; init; }

    /// <summary>What the recipe is called.</summary>
    public string? Name { get; init; }

    /// <summary>What it is for.</summary>
    public string? Description { get; init; }

    /// <summary>Consent settings of the account; the one name is <c>default</c>.</summary>
    public IReadOnlyDictionary<string, ConsentSettingsDocument>? ConsentSettings { get; init; }

    /// <summary>Profile types by name.</summary>
    public IReadOnlyDictionary<string, ProfileTypeDocument>? ProfileTypes { get; init; }

    /// <summary>Activity types by name.</summary>
    public IReadOnlyDictionary<string, ActivityTypeDocument>? ActivityTypes { get; init; }

    /// <summary>Relationships by name.</summary>
    public IReadOnlyDictionary<string, RelationshipDocument>? Relationships { get; init; }

    /// <summary>Connections by name.</summary>
    public IReadOnlyDictionary<string, ConnectionDocument>? Connections { get; init; }

    /// <summary>Sources by name.</summary>
    public IReadOnlyDictionary<string, SourceDocument>? Sources { get; init; }

    /// <summary>Event sources by name: sites, apps and services that post events.</summary>
    public IReadOnlyDictionary<string, EventSourceDocument>? EventSources { get; init; }

    /// <summary>Mappings by stream, <c>source.stream</c>.</summary>
    public IReadOnlyDictionary<string, MappingDocument>? Mappings { get; init; }

    /// <summary>Unification policies by profile type.</summary>
    public IReadOnlyDictionary<string, UnificationPolicy>? Unification { get; init; }

    /// <summary>Measures by name.</summary>
    public IReadOnlyDictionary<string, MeasureDocument>? Measures { get; init; }

    /// <summary>Segments by name.</summary>
    public IReadOnlyDictionary<string, SegmentDocument>? Segments { get; init; }

    /// <summary>Enrichments by name.</summary>
    public IReadOnlyDictionary<string, EnrichmentDocument>? Enrichments { get; init; }

    /// <summary>Exports by name.</summary>
    public IReadOnlyDictionary<string, ExportDocument>? Exports { get; init; }

    /// <summary>Cards by name: what is shown of a profile at a glance.</summary>
    public IReadOnlyDictionary<string, CardDocument>? Cards { get; init; }
}
