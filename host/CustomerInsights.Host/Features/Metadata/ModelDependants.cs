using CustomerInsights.Core.Rules;

namespace CustomerInsights.Host.Features.Metadata;

/// <summary>What builds on a segment or a measure, directly or through others, in the order in which it is computed.</summary>
/// <param name="Measures">Measures.</param>
/// <param name="Segments">Segments.</param>
/// <param name="Exports">Exports of those segments or with fields that read those measures.</param>
internal sealed record ModelDependants(IReadOnlyList<MeasureModel> Measures, IReadOnlyList<SegmentModel> Segments, IReadOnlyList<ExportModel> Exports)
{
    /// <summary>What builds on a segment; the segment itself is not among it.</summary>
    public static ModelDependants OfSegment(InsightsModel model, string name) => Of(model, new HashSet<string>(StringComparer.Ordinal), new HashSet<string>(StringComparer.Ordinal) { name }, name, null);

    /// <summary>What builds on a measure; the measure itself is not among it.</summary>
    public static ModelDependants OfMeasure(InsightsModel model, string name) => Of(model, new HashSet<string>(StringComparer.Ordinal) { name }, new HashSet<string>(StringComparer.Ordinal), null, name);

    /// <summary>Those segments and measures that do not name the segment themselves, as <c>segment:name</c> and <c>measure:name</c>.</summary>
    public IReadOnlyList<string> Indirect(InsightsModel model, string segment) =>
    [
        .. Measures.Where(measure => !measure.Rule.Dependencies.Segments.Contains(segment)).Select(measure => $"measure:{measure.Name}"),
        .. Segments.Where(other => !other.Rule.Dependencies.Segments.Contains(segment)).Select(other => $"segment:{other.Name}"),
    ];

    private static ModelDependants Of(InsightsModel model, HashSet<string> measures, HashSet<string> segments, string? segment, string? measure)
    {
        // The lists are in the order in which they are computed, and no measure names a segment: one look at each finds all.
        measures.UnionWith(model.Measures.Where(one => Reads(one.Rule.Dependencies, measures, segments)).Select(one => one.Name));
        segments.UnionWith(model.Segments.Where(one => Reads(one.Rule.Dependencies, measures, segments)).Select(one => one.Name));
        return new ModelDependants(
            [.. model.Measures.Where(one => measures.Contains(one.Name) && one.Name != measure)],
            [.. model.Segments.Where(one => segments.Contains(one.Name) && one.Name != segment)],
            [.. model.Exports.Values.Where(one => segments.Contains(one.Document.Segment) || one.Fields.Any(field => Reads(field.Rule.Dependencies, measures, segments))).OrderBy(one => one.Name, StringComparer.Ordinal)]);
    }

    private static bool Reads(RuleDependencies dependencies, HashSet<string> measures, HashSet<string> segments) =>
        dependencies.Attributes.Any(measures.Contains)
        || dependencies.RelatedAttributes.Any(attribute => measures.Contains(attribute.Attribute))
        || dependencies.Segments.Any(segments.Contains);
}
