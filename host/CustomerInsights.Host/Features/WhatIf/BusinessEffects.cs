using CustomerInsights.Core.Rules;
using CustomerInsights.Host.Features.Measures;
using CustomerInsights.Host.Features.Metadata;
using CustomerInsights.Host.Features.Profiles;
using CustomerInsights.Host.Platform;

namespace CustomerInsights.Host.Features.WhatIf;

/// <summary>Which rows of a business measure a draft would change: with its filter, time bucket, time zone and total, against the saved definition at the same moment.</summary>
internal sealed class BusinessEffects(IPopulationAnswers population)
{
    private const int SampleSize = 10;

    /// <summary>What becomes of the rows.</summary>
    /// <param name="Before">How many rows the saved definition has now; 0 when there is none that is valid, for the business, and of this profile type.</param>
    /// <param name="After">How many the draft has.</param>
    /// <param name="Changed">Rows of both with another value.</param>
    /// <param name="Added">Rows that only the draft has.</param>
    /// <param name="Removed">Rows that only the saved definition has.</param>
    /// <param name="Sample">The first 10 that differ.</param>
    /// <param name="TotalBefore">The saved definition's total, where it has one.</param>
    /// <param name="TotalAfter">The draft's total, where it has one.</param>
    /// <param name="Note">Why nothing is computed.</param>
    public sealed record BusinessEffect(
        int Before, int After, int Changed, int Added, int Removed, IReadOnlyList<RowEffect> Sample, object? TotalBefore, object? TotalAfter, string? Note);

    /// <summary>A row that differs.</summary>
    /// <param name="Dimensions">Its dimensions.</param>
    /// <param name="Before">The value by the saved definition.</param>
    /// <param name="After">The value by the draft.</param>
    public sealed record RowEffect(IReadOnlyList<object?> Dimensions, object? Before, object? After);

    private sealed record Computed(IReadOnlyList<BusinessRow> Rows, BusinessRow? Total);

    /// <summary>The effect of a draft; null when it is not for the business.</summary>
    public async ValueTask<BusinessEffect?> OfAsync(InsightsModel current, InsightsModel proposed, MeasureModel draft, DateTimeOffset now, CancellationToken cancellationToken)
    {
        if (!draft.Document.Business)
        {
            return null;
        }

        if (!draft.IsActive)
        {
            return new BusinessEffect(0, 0, 0, 0, 0, [], null, null, "It is not active and keeps the rows that it has.");
        }

        var saved = current.Measures.FirstOrDefault(measure => measure.Name == draft.Name && measure.Document.Business && measure.Document.ProfileType == draft.Document.ProfileType);
        var before = saved is null ? new Computed([], null) : await RowsAsync(current, saved, now, cancellationToken);
        return Compare(before, await RowsAsync(proposed, draft, now, cancellationToken));
    }

    private async ValueTask<Computed> RowsAsync(InsightsModel model, MeasureModel measure, DateTimeOffset now, CancellationToken cancellationToken)
    {
        var rows = await population.BusinessAsync(
            new PopulationQuestion(model, measure.Document.ProfileType, now, measure.Zone),
            measure.Total is { } total ? [measure, measure with { Rule = total }] : [measure],
            cancellationToken);
        return new Computed(rows[0], rows.Count > 1 ? rows[1][0] : null);
    }

    private static BusinessEffect Compare(Computed before, Computed after)
    {
        // By type and text, so that a missing value is not an empty one and 1 is not "1".
        static string Key(BusinessRow row) => Json.Write(row.Dimensions.Select(value => $"{value.Type} {value}"));
        var (old, drafted) = (before.Rows.ToDictionary(Key, StringComparer.Ordinal), after.Rows.ToDictionary(Key, StringComparer.Ordinal));
        var removed = old.Where(pair => !drafted.ContainsKey(pair.Key)).Select(pair => new RowEffect(Plain(pair.Value), PlainJson.Of(pair.Value.Value), null)).ToList();
        var added = 0;
        var changed = 0;
        var different = new List<RowEffect>();
        foreach (var (key, row) in drafted)
        {
            var had = old.TryGetValue(key, out var was);
            if (had && was!.Value == row.Value)
            {
                continue;
            }

            (changed, added) = had ? (changed + 1, added) : (changed, added + 1);
            if (different.Count < SampleSize)
            {
                different.Add(new RowEffect(Plain(row), had ? PlainJson.Of(was!.Value) : null, PlainJson.Of(row.Value)));
            }
        }

        return new BusinessEffect(
            old.Count, drafted.Count, changed, added, removed.Count, [.. different.Concat(removed).Take(SampleSize)],
            before.Total is null ? null : PlainJson.Of(before.Total.Value), after.Total is null ? null : PlainJson.Of(after.Total.Value), null);
    }

    private static List<object?> Plain(BusinessRow row) => [.. row.Dimensions.Select(PlainJson.Of)];
}
