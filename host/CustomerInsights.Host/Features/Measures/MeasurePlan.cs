using System.Security.Cryptography;
using System.Text;
using CustomerInsights.Host.Features.Metadata;
using CustomerInsights.Host.Platform;
using CustomerInsights.Storage;

namespace CustomerInsights.Host.Features.Measures;

/// <summary>Which measures are computed, and why. See docs/decisions/0017-measures-incremental.md.</summary>
/// <param name="Due">Those that are, each with the reason.</param>
/// <param name="Skipped">Those that are not, each with the reason.</param>
/// <param name="Gone">Names that were computed once and are no measures any more: their values must leave the profiles.</param>
internal sealed record MeasurePlan(IReadOnlyDictionary<string, string> Due, IReadOnlyDictionary<string, string> Skipped, IReadOnlyList<string> Gone)
{
    // Another number computes everything once: for a version of the host that gives a rule another meaning.
    private const string Meaning = "1";

    /// <summary>Plans a run over all measures.</summary>
    /// <param name="model">The model.</param>
    /// <param name="before">By what definitions measures were last computed.</param>
    /// <param name="changed">What has changed since they were.</param>
    /// <param name="rowless">Business measures that have no rows.</param>
    public static MeasurePlan Of(InsightsModel model, IReadOnlyDictionary<string, string> before, IReadOnlyList<Change> changed, IReadOnlySet<string> rowless)
    {
        string? Why(MeasureModel measure) =>
            before.GetValueOrDefault(measure.Name) != Fingerprint(measure) || rowless.Contains(measure.Name) ? "It is new or was changed."
            : measure.Rule.Dependencies.TimeDependent ? "Its answer depends on the time."
            : measure.Rule.Dependencies.Population ? "It ranks everyone."
            : measure.Rule.Dependencies.Channels.Count > 0 ? "It asks who can be reached."
            : changed.Select(change => ReasonOf(change, measure)).FirstOrDefault(reason => reason is not null);
        var (due, skipped) = Split(model, Why, "Nothing that it reads has changed.");
        return new MeasurePlan(due, skipped, [.. before.Keys.Where(name => model.Measures.All(measure => measure.Name != name)).Order(StringComparer.Ordinal)]);
    }

    /// <summary>Plans a run of one measure and of what builds on it.</summary>
    public static MeasurePlan OfOne(InsightsModel model, string name)
    {
        var (due, skipped) = Split(model, measure => measure.Name == name ? "Somebody asked for it." : null, "Another measure was asked for.");
        return new MeasurePlan(due, skipped, []);
    }

    /// <summary>What of a definition decides its values.</summary>
    public static string Fingerprint(MeasureModel measure)
    {
        var document = measure.Document;
        var text = string.Join('\n', Meaning, document.ProfileType, document.Business, document.Expression, document.Filter, document.Bucket, document.TimeZone, document.Total, measure.Rule.Type);
        text += measure.Engagement is { } engagement ? "\n" + Json.Write(new { engagement.DailyCap, engagement.Weights }) : "";
        return Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text)).AsSpan(0, 16));
    }

    // The model's order: what a measure reads comes before it.
    private static (Dictionary<string, string> Due, Dictionary<string, string> Skipped) Split(InsightsModel model, Func<MeasureModel, string?> why, string otherwise)
    {
        var due = new Dictionary<string, string>(StringComparer.Ordinal);
        var skipped = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var measure in model.Measures)
        {
            var read = measure.Rule.Dependencies.Attributes
                .Concat(measure.Rule.Dependencies.RelatedAttributes.Select(attribute => attribute.Attribute))
                .FirstOrDefault(due.ContainsKey);
            if (!measure.IsActive)
            {
                skipped.Add(measure.Name, "It is not active.");
            }
            else if ((why(measure) ?? (read is null ? null : $"It reads '{read}', which is computed.")) is { } reason)
            {
                due.Add(measure.Name, reason);
            }
            else
            {
                skipped.Add(measure.Name, otherwise);
            }
        }

        return (due, skipped);
    }

    // A merge moves activities without a row for them, but with one for the profiles.
    private static string? ReasonOf(Change change, MeasureModel measure)
    {
        var reads = measure.Rule.Dependencies;
        return change.Kind switch
        {
            ChangeKind.Profile => "Profiles changed.",
            ChangeKind.Activity when change.ActivityType is null => reads.Activities.Count > 0 ? "Activities changed." : null,
            ChangeKind.Activity => reads.Activities.ContainsKey(change.ActivityType) ? $"Activities of type '{change.ActivityType}' changed." : null,

            // Attributes with a namespace are those of enrichments, whose values come with the measures'.
            ChangeKind.Measures => reads.Attributes.Concat(reads.RelatedAttributes.Select(attribute => attribute.Attribute)).Any(name => name.Contains('.', StringComparison.Ordinal)) ? "Enrichments changed." : null,
            _ => null,
        };
    }
}
