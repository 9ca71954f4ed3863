using CustomerInsights.Core.Model;
using CustomerInsights.Core.Rules;
using CustomerInsights.Core.Statistics;
using CustomerInsights.Host.Features.Access;
using CustomerInsights.Host.Features.Metadata;
using CustomerInsights.Host.Features.Profiles;
using CustomerInsights.Host.Platform;
using CustomerInsights.Storage.Segments;
using Microsoft.AspNetCore.Http.HttpResults;

namespace CustomerInsights.Host.Features.Segments;

/// <summary>POST /segments/{name}/differentiators: which attributes and measures set the members apart from all others, or from those of a second segment.</summary>
internal static class DescribeDifferences
{
    private const int Most = 200;

    // Shared out among the attributes that are looked at (Bonferroni), so that a look at many finds no more by chance than a look at one.
    private const double Doubt = 0.01;

    /// <summary>What to compare.</summary>
    /// <param name="Against">A second segment; who is in both counts for the first alone. Default: everyone who is not in it.</param>
    /// <param name="Attributes">Attributes, measures or expressions, at most 200. Default: all of the profile type but lists.</param>
    public sealed record Request(string? Against = null, IReadOnlyList<string>? Attributes = null);

    /// <summary>What sets them apart.</summary>
    /// <param name="Members">Profiles of the segment that were looked at.</param>
    /// <param name="Others">Profiles that it was compared with.</param>
    /// <param name="Items">The attributes that differ, the most different first.</param>
    /// <param name="Alike">Attributes in which no difference shows that chance would not give, by name.</param>
    public sealed record Response(long Members, long Others, IReadOnlyList<Item> Items, IReadOnlyList<string> Alike);

    /// <summary>An attribute that differs.</summary>
    /// <param name="Attribute">Its name, or the expression.</param>
    /// <param name="IsMeasure">True for a measure.</param>
    /// <param name="InRule">True: the segment's own rule reads it, so that it differs by definition.</param>
    /// <param name="Score">How much: 0 for not at all, 1 for no value in common. See the guide for the formula.</param>
    /// <param name="PValue">How likely so large a difference is by chance alone.</param>
    /// <param name="Distribution">Its values in both groups.</param>
    public sealed record Item(string Attribute, bool IsMeasure, bool InRule, double Score, double PValue, IReadOnlyList<Bin> Distribution);

    /// <summary>A value, or a bucket of values that ends with <paramref name="To"/>.</summary>
    /// <param name="Value">The value.</param>
    /// <param name="To">The upper end of a bucket, included; it begins behind the one before.</param>
    /// <param name="Missing">True: profiles without a value.</param>
    /// <param name="Other">True: all other values together.</param>
    /// <param name="Members">How many of the members.</param>
    /// <param name="Others">How many of the others.</param>
    public sealed record Bin(object? Value, object? To, bool Missing, bool Other, long Members, long Others);

    public static void Map(IEndpointRouteBuilder routes) =>
        routes.MapPost("/segments/{name}/differentiators", HandleAsync).WithName(nameof(DescribeDifferences)).WithSummary("Which attributes and measures set the members apart from all others, or from those of a second segment.").Requires(AccessAction.Read, ResourceKind.Segment);

    internal static async Task<Results<Ok<Response>, ProblemHttpResult>> HandleAsync(
        string name, Request request, MetadataService metadata, ISegmentStore store, IPopulationAnswers population, SegmentLooks looks, TimeProvider clock, CancellationToken cancellationToken)
    {
        var model = await metadata.ModelAsync(cancellationToken);
        if (model.Segments.FirstOrDefault(segment => segment.Name == name) is not { } segment)
        {
            return Problems.NotFound("segment", name);
        }

        var type = segment.Document.ProfileType;
        if (request.Against is { } asked && !model.Segments.Any(other => other.Name == asked && other.Document.ProfileType == type))
        {
            return Problems.Invalid("/against", "unknown", $"There is no segment '{asked}' of {type}s.{Names.Suggest(asked, model.Segments.Select(other => other.Name))}");
        }

        var attributes = request.Attributes ?? [.. model.Schemas[type].Attributes.Where(pair => pair.Value != DataType.TextList).Select(pair => pair.Key).Order(StringComparer.Ordinal)];
        if (attributes.Count is 0 or > Most)
        {
            return Problems.Invalid("/attributes", "count", $"1 to {Most} attributes can be compared; these are {attributes.Count}. Name those that matter.");
        }

        if (MemberFields.Bind("/attributes", attributes, model.Schemas[type], out var fields, Most) is { } refused)
        {
            return refused;
        }

        await looks.NoteAsync(name, cancellationToken);
        var members = await store.MembersAsync(name, cancellationToken);
        var others = request.Against is null ? null : await store.MembersAsync(request.Against, cancellationToken);
        var question = new PopulationQuestion(model, type, clock.GetUtcNow(), segment.Zone);
        var tables = await CountAsync(population, question, fields, members, others, cancellationToken);
        var items = new List<Item>();
        var alike = new List<string>();
        foreach (var (field, table) in fields.Zip(tables.Fields))
        {
            var difference = DistributionDifference.Of(table.Members, table.Others);
            if (difference.Score > 0 && difference.PValue < Doubt / fields.Count && Math.Min(tables.Members, tables.Others) >= DistributionDifference.SmallestGroup)
            {
                items.Add(new Item(
                    field.Name,
                    model.Measures.Any(measure => measure.Name == field.Name && measure.Document.ProfileType == type),
                    segment.Rule.Dependencies.Attributes.Intersect(field.Rule.Dependencies.Attributes, StringComparer.Ordinal).Any(),
                    Math.Round(difference.Score, 6),
                    difference.PValue,
                    table.Describe()));
            }
            else
            {
                alike.Add(field.Name);
            }
        }

        return TypedResults.Ok(new Response(
            tables.Members, tables.Others, [.. items.OrderByDescending(item => item.Score).ThenBy(item => item.Attribute, StringComparer.Ordinal)], [.. alike.Order(StringComparer.Ordinal)]));
    }

    private static async Task<(long Members, long Others, IReadOnlyList<Table> Fields)> CountAsync(
        IPopulationAnswers population, PopulationQuestion question, IReadOnlyList<MappedField> fields, long[] members, long[]? others, CancellationToken cancellationToken)
    {
        bool? IsMember(long number) => Array.BinarySearch(members, number) >= 0 ? true : others is null || Array.BinarySearch(others, number) >= 0 ? false : null;
        List<BoundRule> rules = [.. fields.Select(field => field.Rule)];
        List<AttributeBins> bins = [.. fields.Select(field => new AttributeBins(field.Type))];
        await foreach (var profile in population.ValuesAsync(question, rules, cancellationToken))
        {
            if (IsMember(profile.Number) is null)
            {
                continue;
            }

            for (var i = 0; i < bins.Count; i++)
            {
                bins[i].Learn(profile.Values[i]);
            }
        }

        bins.ForEach(one => one.Find());
        List<Table> tables = [.. bins.Select(one => new Table(one))];
        var (first, second) = (0L, 0L);
        await foreach (var profile in population.ValuesAsync(question, rules, cancellationToken))
        {
            if (IsMember(profile.Number) is not { } isMember)
            {
                continue;
            }

            (first, second) = isMember ? (first + 1, second) : (first, second + 1);
            for (var i = 0; i < tables.Count; i++)
            {
                tables[i].Add(profile.Values[i], isMember);
            }
        }

        return (first, second, tables);
    }

    private sealed class Table(AttributeBins bins)
    {
        public long[] Members { get; } = new long[bins.Count];

        public long[] Others { get; } = new long[bins.Count];

        public void Add(Value value, bool isMember) => (isMember ? Members : Others)[bins.Bin(value)]++;

        public IReadOnlyList<Bin> Describe() =>
        [
            .. Enumerable.Range(0, bins.Count).Where(bin => Members[bin] + Others[bin] > 0).Select(bin =>
            {
                var label = bins.Of(bin);
                return new Bin(label.Value, label.To, label.Missing, label.Other, Members[bin], Others[bin]);
            }),
        ];
    }
}
