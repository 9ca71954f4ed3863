using System.Text.Json;
using System.Text.Json.Serialization;
using CustomerInsights.Core.Model;
using CustomerInsights.Core.Rules;
using CustomerInsights.Sdk;

namespace CustomerInsights.Host.Features.Metadata;

/// <summary>A plugin that adds attributes to profiles, under a namespace of its own.</summary>
public sealed record EnrichmentDocument : IConnected
{
    /// <summary>For people.</summary>
    public string? DisplayName { get; init; }

    /// <summary>The plugin's id.</summary>
    public required string Plugin { get; init; }

    /// <summary>The contribution's id within the plugin; not needed when the plugin has one enrichment.</summary>
    public string? Contribution { get; init; }

    /// <summary>The connection that it uses, whose settings and secrets are added to those here.</summary>
    public string? Connection { get; init; }

    /// <summary>The enrichment's configuration, after its schema. Secrets are <c>{"$secret":"name"}</c>.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public JsonElement Settings { get; init; }

    /// <summary>Only members of this segment are handed to the plugin; whoever leaves it loses what was said of them. Default: everyone.</summary>
    public string? Segment { get; init; }

    /// <summary>What it is for: a purpose of the consent settings. Who has not consented to it is not handed to the plugin. Default: that of its segment.</summary>
    public string? Purpose { get; init; }

    /// <summary>The channel to which the consent belongs; needed where the purpose needs consent.</summary>
    public string? Channel { get; init; }

    /// <summary>When it runs. Default: in every refresh, before segments.</summary>
    public SegmentScheduleDocument? Schedule { get; init; }
}

/// <summary>What an enrichment reads and writes, as its plugin last said; stored, so that rules can name it while the plugin is not there.</summary>
internal sealed record EnrichmentDescription(
    string Namespace,
    string ProfileType,
    IReadOnlyList<string> Reads,
    IReadOnlyList<EnrichmentDescription.Field> Writes,
    IReadOnlyList<EnrichmentDescription.Activity> Activities,
    IReadOnlyList<EnrichmentDescription.Table> Tables)
{
    /// <summary>A field that is written.</summary>
    internal sealed record Field(string Name, DataType Type, string? Description = null);

    /// <summary>A type of activities that is read.</summary>
    internal sealed record Activity(string Type, IReadOnlyList<string> Fields);

    /// <summary>A question about each profile, as <see cref="Sdk.EnrichmentCondition"/>.</summary>
    internal sealed record Condition(string Name, string Rule)
    {
        // No parameters: what is null is not written, and a parameter that is not there cannot be read.
        public DateTimeOffset? At { get; init; }

        public TimeSpan Before { get; init; }

        public TimeSpan? Within { get; init; }
    }

    /// <summary>What it asks of each profile; null for nothing, so that what was stored before there were conditions reads as it did.</summary>
    public IReadOnlyList<Condition>? Conditions { get; init; }

    /// <summary>A table with rows by period.</summary>
    internal sealed record Table(string Name, EnrichmentPeriod Period, IReadOnlyList<Field> Fields);

    /// <summary>The attribute that a field becomes.</summary>
    public string Attribute(string field) => $"{Namespace}.{field}";
}

/// <summary>An enrichment, bound.</summary>
internal sealed record EnrichmentModel(string Name, EnrichmentDocument Document, EnrichmentDescription Description, IReadOnlyList<BoundRule> Reads)
{
    /// <summary>What it asks of each profile, in the order of its description.</summary>
    public IReadOnlyList<ConditionModel> Conditions { get; init; } = [];

    /// <summary>What it is for; null where neither it nor its segment says, and everybody is handed over.</summary>
    public PurposeDocument? Purpose { get; init; }

    /// <summary>When it runs, where the clock says so.</summary>
    public Platform.CronSchedule? Cron { get; init; }

    /// <summary>Whether it runs in every refresh.</summary>
    [JsonIgnore]
    public bool AfterRefresh => (Document.Schedule?.Effective ?? SegmentRun.Refresh) == SegmentRun.Refresh;
}

/// <summary>What sources and enrichments said of themselves before they were stored.</summary>
/// <param name="Streams">The fields of streams by full name.</param>
/// <param name="Enrichments">Descriptions by name.</param>
internal sealed record Discovered(
    IReadOnlyDictionary<string, IReadOnlyList<Storage.Records.StreamField>> Streams, IReadOnlyDictionary<string, EnrichmentDescription> Enrichments)
{
    /// <summary>Nothing was asked.</summary>
    public static Discovered Nothing { get; } = Of(new Dictionary<string, IReadOnlyList<Storage.Records.StreamField>>(StringComparer.Ordinal));

    /// <summary>Streams alone.</summary>
    public static Discovered Of(IReadOnlyDictionary<string, IReadOnlyList<Storage.Records.StreamField>> streams) =>
        new(streams, new Dictionary<string, EnrichmentDescription>(StringComparer.Ordinal));
}
