namespace CustomerInsights.Host.Features.Metadata;

/// <summary>The kinds of definitions; the words are those of REST and recipes.</summary>
internal static class DefinitionKinds
{
    public const string ProfileType = "profileType";
    public const string ActivityType = "activityType";
    public const string Relationship = "relationship";
    public const string Connection = "connection";
    public const string Source = "source";
    public const string EventSource = "eventSource";
    public const string Mapping = "mapping";
    public const string Unification = "unification";
    public const string Measure = "measure";
    public const string Segment = "segment";
    public const string Enrichment = "enrichment";
    public const string Export = "export";
    public const string Card = "card";
    public const string ConsentSettings = "consentSettings";

    /// <summary>In the order in which they build on each other.</summary>
    public static readonly IReadOnlyList<string> All = [ConsentSettings, ProfileType, ActivityType, Relationship, Connection, Source, EventSource, Mapping, Unification, Measure, Segment, Enrichment, Export, Card];

    /// <summary><c>a segment</c>, <c>an export</c>.</summary>
    public static string WithArticle(string kind) => kind is ActivityType or EventSource or Enrichment or Export ? $"an {Words(kind)}" : $"a {Words(kind)}";

    /// <summary>What a person calls it in a sentence.</summary>
    public static string Words(string kind) => kind switch
    {
        ProfileType => "profile type",
        ActivityType => "activity type",
        EventSource => "event source",
        ConsentSettings => "consent settings",
        Unification => "unification policy",
        _ => kind,
    };
}
