using CustomerInsights.Core.Rules;

namespace CustomerInsights.Host.Features.Metadata;

/// <summary>Binds a measure with what stands beside its expression.</summary>
internal static class MeasureModels
{
    /// <summary>Binds the expression, for a business measure with its filter and its time bucket.</summary>
    public static BoundMeasure Bind(MeasureDocument document, RuleSchema schema)
    {
        if (!document.Business)
        {
            return new BoundMeasure(RuleBinder.Bind(document.Expression, schema, RuleUse.Value), null);
        }

        var filter = document.Filter is null ? null : RuleBinder.Bind(document.Filter, schema, RuleUse.Condition);
        return filter is { Rule: null } or { Errors.Count: > 0 }
            ? new BoundMeasure(filter, null)
            : MeasureBinder.Bind(RuleText.Parse(document.Expression), filter?.Rule.Source, document.Bucket, schema);
    }

    /// <summary>The model of a measure that is bound; its time zone must be known.</summary>
    public static MeasureModel Make(string name, MeasureDocument document, BoundRule rule, BoundRule? total) => new(name, document, rule)
    {
        Total = document.Total ? total : null,
        Zone = document.TimeZone is null ? TimeZoneInfo.Utc : TimeZoneInfo.FindSystemTimeZoneById(document.TimeZone),
    };

    /// <summary>The place of something that only a business measure may have; null when there is nothing of the kind.</summary>
    public static string? BusinessOnly(MeasureDocument document) => document switch
    {
        { Filter: not null } => "/filter",
        { Bucket: not TimeBucket.None } => "/bucket",
        { TimeZone: not null } => "/timeZone",
        { Total: true } => "/total",
        { Active: not null } => "/active",
        _ => null,
    };
}
