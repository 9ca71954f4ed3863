using CustomerInsights.Core.Model;
using CustomerInsights.Core.Rules;
using CustomerInsights.Host.Features.Access;
using CustomerInsights.Host.Features.Metadata;
using CustomerInsights.Host.Features.Profiles;
using CustomerInsights.Host.Platform;
using CustomerInsights.Storage.Segments;
using Microsoft.AspNetCore.Http.HttpResults;

namespace CustomerInsights.Host.Features.Segments;

/// <summary>POST /segments/overlap: how many are in which of 2 to 10 segments, as they were last computed; by the values of an attribute where asked.</summary>
internal static class OverlapSegments
{
    private const int MostValues = 100;

    /// <summary>Which segments.</summary>
    /// <param name="Segments">2 to 10 segments of one profile type.</param>
    /// <param name="By">An attribute or measure whose values are told apart.</param>
    public sealed record Request(IReadOnlyList<string> Segments, string? By = null);

    /// <summary>The overlap.</summary>
    /// <param name="Sizes">The members of each, in the order asked.</param>
    /// <param name="Any">Profiles that are in one of them or more.</param>
    /// <param name="Common">Profiles that are in all of them.</param>
    /// <param name="Exclusive">Profiles that are in this one alone, in the order asked.</param>
    /// <param name="Combinations">How many are in exactly these and no other; the empty ones are left out. Largest first.</param>
    /// <param name="By">The same by value, the most frequent first; at most 100, the rest together without a value as the last.</param>
    public sealed record Response(IReadOnlyList<long> Sizes, long Any, long Common, IReadOnlyList<long> Exclusive, IReadOnlyList<Combination> Combinations, IReadOnlyList<ByValue>? By);

    /// <summary>Who is in exactly these.</summary>
    /// <param name="Segments">The segments.</param>
    /// <param name="Count">How many.</param>
    public sealed record Combination(IReadOnlyList<string> Segments, long Count);

    /// <summary>The overlap among those with a value.</summary>
    /// <param name="Value">The value; absent for those without one and for the rest.</param>
    /// <param name="Rest">True: all further values together.</param>
    /// <param name="Combinations">How many are in exactly these.</param>
    public sealed record ByValue(object? Value, bool Rest, IReadOnlyList<Combination> Combinations);

    public static void Map(IEndpointRouteBuilder routes) =>
        routes.MapPost("/segments/overlap", HandleAsync).WithName(nameof(OverlapSegments)).WithSummary("How many are in which of 2 to 10 segments, as they were last computed.").Requires(AccessAction.Read, ResourceKind.Segment);

    internal static async Task<Results<Ok<Response>, ProblemHttpResult>> HandleAsync(
        Request request, MetadataService metadata, ISegmentStore store, IPopulationAnswers population, SegmentLooks looks, TimeProvider clock, CancellationToken cancellationToken)
    {
        var names = request.Segments.Distinct(StringComparer.Ordinal).ToList();
        if (names.Count != request.Segments.Count || names.Count is < 2 or > 10)
        {
            return Problems.Invalid("/segments", "count", "Name 2 to 10 segments, each once.");
        }

        var model = await metadata.ModelAsync(cancellationToken);
        var segments = model.Segments.ToDictionary(segment => segment.Name, StringComparer.Ordinal);
        for (var i = 0; i < names.Count; i++)
        {
            if (!segments.ContainsKey(names[i]))
            {
                return Problems.Invalid($"/segments/{i}", "unknown", $"There is no segment '{names[i]}'.{Names.Suggest(names[i], segments.Keys)}");
            }
        }

        var type = segments[names[0]].Document.ProfileType;
        if (names.Exists(name => segments[name].Document.ProfileType != type))
        {
            return Problems.Invalid("/segments", "type", "The segments have members of different profile types; name those of one.");
        }

        IReadOnlyList<MappedField> by = [];
        if (request.By is not null && MemberFields.Bind("/by", [request.By], model.Schemas[type], out by) is { } refused)
        {
            return refused;
        }

        var members = new List<long[]>();
        foreach (var name in names)
        {
            await looks.NoteAsync(name, cancellationToken);
            members.Add(await store.MembersAsync(name, cancellationToken));
        }

        var masks = Masks(members);
        var counts = new long[1 << names.Count];
        foreach (var mask in masks.Values)
        {
            counts[mask]++;
        }

        var byValue = by.Count == 0 ? null : await ByAsync(population, new PopulationQuestion(model, type, clock.GetUtcNow()), by[0].Rule, masks, names, cancellationToken);
        return TypedResults.Ok(new Response(
            [.. members.Select(list => (long)list.Length)], masks.Count, counts[^1], [.. names.Select((_, i) => counts[1 << i])], Combinations(names, counts), byValue));
    }

    // Bit i: in segment i.
    private static Dictionary<long, int> Masks(List<long[]> members)
    {
        var masks = new Dictionary<long, int>();
        for (var i = 0; i < members.Count; i++)
        {
            foreach (var profile in members[i])
            {
                masks[profile] = masks.GetValueOrDefault(profile) | (1 << i);
            }
        }

        return masks;
    }

    private static List<Combination> Combinations(List<string> names, long[] counts) =>
    [
        .. counts.Select((count, mask) => (Count: count, Mask: mask)).Where(one => one.Count > 0).OrderByDescending(one => one.Count).ThenBy(one => one.Mask)
            .Select(one => new Combination([.. names.Where((_, i) => (one.Mask >> i & 1) != 0)], one.Count)),
    ];

    private static async Task<List<ByValue>> ByAsync(
        IPopulationAnswers population, PopulationQuestion question, BoundRule rule, Dictionary<long, int> masks, List<string> names, CancellationToken cancellationToken)
    {
        var byValue = new Dictionary<Value, long[]>();
        await foreach (var profile in population.ValuesAsync(question, [rule], cancellationToken))
        {
            if (masks.TryGetValue(profile.Number, out var mask))
            {
                if (!byValue.TryGetValue(profile.Values[0], out var counts))
                {
                    byValue.Add(profile.Values[0], counts = new long[1 << names.Count]);
                }

                counts[mask]++;
            }
        }

        var ordered = byValue.OrderByDescending(pair => pair.Value.Sum()).ThenBy(pair => pair.Key.ToString(), StringComparer.Ordinal).ToList();
        var result = ordered.Take(MostValues).Select(pair => new ByValue(PlainJson.Of(pair.Key), false, Combinations(names, pair.Value))).ToList();
        if (ordered.Count > MostValues)
        {
            var rest = new long[1 << names.Count];
            foreach (var (_, counts) in ordered.Skip(MostValues))
            {
                for (var i = 0; i < rest.Length; i++)
                {
                    rest[i] += counts[i];
                }
            }

            result.Add(new ByValue(null, true, Combinations(names, rest)));
        }

        return result;
    }
}
