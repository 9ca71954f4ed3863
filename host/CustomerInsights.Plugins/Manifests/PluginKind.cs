using System.Text.Json.Serialization;

namespace CustomerInsights.Plugins.Manifests;

/// <summary>What a component is.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<PluginKind>))]
public enum PluginKind
{
    /// <summary>Brings records in; implements <c>ISourceConnector</c>.</summary>
    [JsonStringEnumMemberName("connector")]
    Connector = 0,

    /// <summary>Writes attributes; implements <c>IProfileEnrichment</c> or <c>IPopulationEnrichment</c>.</summary>
    [JsonStringEnumMemberName("enrichment")]
    Enrichment = 1,

    /// <summary>Brings segments out; implements <c>IExportTarget</c>.</summary>
    [JsonStringEnumMemberName("export")]
    Export = 2,
}
