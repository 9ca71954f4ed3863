using CustomerInsights.Core.Model;
using CustomerInsights.Host.Features.Access;
using CustomerInsights.Host.Features.Metadata;
using CustomerInsights.Host.Features.Profiles;
using CustomerInsights.Host.Platform;
using CustomerInsights.Storage.Measures;
using CustomerInsights.Storage.Profiles;
using Microsoft.AspNetCore.Http.HttpResults;

namespace CustomerInsights.Host.Features.Measures;

/// <summary>GET /profiles/{id}/engagement: a profile's engagement scores of now, and what each activity type contributes.</summary>
internal static class GetEngagement
{
    /// <summary>The scores.</summary>
    /// <param name="Id">The profile's id; another than asked for when that one was merged away.</param>
    /// <param name="Scores">One for each engagement measure of its type.</param>
    public sealed record Response(string Id, IReadOnlyList<Score> Scores);

    /// <summary>An engagement score, taken apart.</summary>
    /// <param name="Measure">The measure.</param>
    /// <param name="Value">The score of now, 0 to 100; absent until everybody was ranked once.</param>
    /// <param name="Stored">The score that the last run gave; rules, lists and exports see this one.</param>
    /// <param name="Points">Points of all types together, 0 at the least.</param>
    /// <param name="Percentile">The part of the engaged that stand below, 0 to 100; those that stand equal are counted half.</param>
    /// <param name="RankedAt">When everybody was ranked.</param>
    /// <param name="DailyCap">How many activities of one type count on one day.</param>
    /// <param name="Parts">By activity type, most points first.</param>
    public sealed record Score(
        string Measure, int? Value, object? Stored, double Points, double? Percentile, DateTimeOffset? RankedAt, int DailyCap, IReadOnlyList<Part> Parts);

    /// <summary>What an activity type contributes.</summary>
    /// <param name="Type">The activity type.</param>
    /// <param name="Activities">How many count.</param>
    /// <param name="Recent">The same, each halved by every half life that it is old.</param>
    /// <param name="Weight">The type's weight.</param>
    /// <param name="HalfLifeDays">Its half life.</param>
    /// <param name="Points">Weight × ln(1 + recent).</param>
    public sealed record Part(string Type, int Activities, double Recent, double Weight, double HalfLifeDays, double Points);

    public static void Map(IEndpointRouteBuilder routes) =>
        routes.MapGet("/profiles/{id}/engagement", HandleAsync).WithName(nameof(GetEngagement))
            .WithSummary("A profile's engagement scores of now, and what each activity type contributes.").Requires(AccessAction.Read, ResourceKind.Profile);

    internal static async Task<Results<Ok<Response>, ProblemHttpResult>> HandleAsync(
        string id, IProfileStore profiles, IMeasureStore store, MetadataService metadata, TimeProvider clock, CancellationToken cancellationToken)
    {
        if (!ProfileId.TryParse(id, out var asked) || await profiles.FindAsync(asked, cancellationToken) is not { } profile)
        {
            return Problems.NotFound("profile", id, "Search for the person: GET /api/v1/profiles?search=…");
        }

        var model = await metadata.ModelAsync(cancellationToken);
        var scores = model.Measures.Where(measure => measure.Engagement is not null && measure.Document.ProfileType == profile.Type).ToList();
        var types = scores.SelectMany(score => score.Engagement!.Weights.Keys).ToHashSet(StringComparer.Ordinal);
        if (await profiles.ReadTouchedAsync([new ProfileRead(profile.Number, types)], cancellationToken) is not [var touched])
        {
            return Problems.NotFound("profile", id, "It was merged or removed just now; ask again.");
        }

        var (subject, now) = (new ProfileSubject(touched.Profile, RelatedProfiles.None), clock.GetUtcNow());
        var found = new List<Score>();
        foreach (var score in scores)
        {
            found.Add(Of(score, subject, await store.FindRanksAsync(score.Name, cancellationToken), now));
        }

        return TypedResults.Ok(new Response(profile.Id.ToString(), found));
    }

    private static Score Of(MeasureModel measure, ProfileSubject profile, MeasureRecord? record, DateTimeOffset now)
    {
        var model = measure.Engagement!;
        var parts = model.Parts(type => EngagementReading.Times(profile, type), now)
            .Select(part => new Part(part.Type, part.Activities, part.Recent, part.Weight, model.Weights[part.Type].HalfLifeDays, part.Points))
            .OrderByDescending(part => part.Points).ThenBy(part => part.Type, StringComparer.Ordinal).ToList();
        var points = EngagementReading.Points(model, profile, now);
        var ranks = record is null ? null : EngagementReading.Read(record.Json);
        return new Score(
            measure.Name, ranks?.Score(points), PlainJson.Of(profile.Attribute(measure.Name)), points, ranks is null ? null : 100 * ranks.Rank(points), record?.At, model.DailyCap, parts);
    }
}
