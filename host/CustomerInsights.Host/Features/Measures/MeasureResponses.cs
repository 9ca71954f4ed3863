using System.Text.Json;
using CustomerInsights.Core.Rules;
using CustomerInsights.Core.Statistics;
using CustomerInsights.Host.Platform;

namespace CustomerInsights.Host.Features.Measures;

/// <summary>A row of a business measure.</summary>
/// <param name="Dimensions">One value per dimension, in the order of <c>by</c>; the time bucket is the last.</param>
/// <param name="Value">The value.</param>
public sealed record BusinessRowResponse(IReadOnlyList<object?> Dimensions, object? Value);

/// <summary>The rows of a business measure as they are stored.</summary>
/// <param name="Rows">The rows, ordered by dimensions.</param>
/// <param name="Total">The value over all of them together; null where none is computed.</param>
internal sealed record BusinessRows(IReadOnlyList<BusinessRowResponse> Rows, object? Total)
{
    /// <summary>JSON: a list of rows, or an object with rows and total.</summary>
    public static string Write(IReadOnlyList<BusinessRow> rows, BusinessRow? total)
    {
        var list = rows.Select(row => new BusinessRowResponse([.. row.Dimensions.Select(PlainJson.Of)], PlainJson.Of(row.Value))).ToList();
        return total is null ? Json.Write(list) : Json.Write(new BusinessRows(list, PlainJson.Of(total.Value)));
    }

    public static BusinessRows Read(string json) => json.StartsWith('[')
        ? new BusinessRows(JsonSerializer.Deserialize<List<BusinessRowResponse>>(json, Json.Options)!, null)
        : JsonSerializer.Deserialize<BusinessRows>(json, Json.Options)!;
}

/// <summary>The distribution of a measure per profile.</summary>
/// <param name="Count">Profiles that have a value.</param>
/// <param name="Missing">Profiles that have none.</param>
/// <param name="Distinct">Distinct values; 10,000 means that many or more.</param>
/// <param name="Min">The least value.</param>
/// <param name="Max">The greatest value.</param>
/// <param name="Mean">The mean of numbers.</param>
/// <param name="Quantiles">For numbers, dates and times, by level: <c>0.05</c>, <c>0.25</c>, <c>0.5</c>, <c>0.75</c>, <c>0.95</c>. Of every n-th profile where more than 10,000 have a value.</param>
/// <param name="Top">The most frequent values, at most 10.</param>
public sealed record DistributionResponse(
    long Count, long Missing, int Distinct, object? Min, object? Max, double? Mean, IReadOnlyDictionary<string, object?>? Quantiles, IReadOnlyList<TopValue> Top)
{
    internal static DistributionResponse Of(DistributionSummary summary) => new(
        summary.Count, summary.Missing, summary.Distinct, PlainJson.Of(summary.Min), PlainJson.Of(summary.Max), summary.Mean,
        summary.Quantiles.Count == 0
            ? null
            : ValueDistribution.Levels.Zip(summary.Quantiles).ToDictionary(
                pair => pair.First.ToString(System.Globalization.CultureInfo.InvariantCulture), pair => PlainJson.Of(pair.Second), StringComparer.Ordinal),
        [.. summary.Top.Select(top => new TopValue(PlainJson.Of(top.Value), top.Count))]);
}

/// <summary>A frequent value.</summary>
/// <param name="Value">The value.</param>
/// <param name="Count">How many profiles have it.</param>
public sealed record TopValue(object? Value, long Count);
