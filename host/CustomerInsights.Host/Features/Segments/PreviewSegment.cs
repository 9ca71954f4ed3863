using CustomerInsights.Core.Rules;
using CustomerInsights.Host.Features.Access;
using CustomerInsights.Host.Features.Metadata;
using CustomerInsights.Host.Features.Profiles;
using CustomerInsights.Host.Platform;
using CustomerInsights.Storage.Profiles;
using Microsoft.AspNetCore.Http.HttpResults;

namespace CustomerInsights.Host.Features.Segments;

/// <summary>POST /segments/preview: how many a rule would hold, and who some of them are, before it is saved.</summary>
internal static class PreviewSegment
{
    private const int SampleSize = 10;

    // No segment can be called so: one called 'preview' may be asked for.
    private const string Draft = "(preview)";

    /// <summary>The rule to look at.</summary>
    /// <param name="Rule">The rule.</param>
    /// <param name="ProfileType">The profile type. Default: customer.</param>
    /// <param name="TimeZone">The time zone of calendar days. Default: UTC.</param>
    public sealed record Request(string Rule, string ProfileType = "customer", string? TimeZone = null);

    /// <summary>What the rule holds.</summary>
    /// <param name="Count">How many profiles hold it now.</param>
    /// <param name="Of">How many profiles there are.</param>
    /// <param name="Sample">The first of them, oldest first.</param>
    /// <param name="Rule">The rule in its canonical form.</param>
    public sealed record Response(long Count, long Of, IReadOnlyList<Sample> Sample, string Rule);

    /// <summary>One of them.</summary>
    /// <param name="Id">The profile's id.</param>
    /// <param name="DisplayName">What to call it.</param>
    public sealed record Sample(string Id, string DisplayName);

    public static void Map(IEndpointRouteBuilder routes) =>
        routes.MapPost("/segments/preview", HandleAsync).WithName(nameof(PreviewSegment)).WithSummary("How many a rule would hold, and who some of them are, before it is saved.").Requires(AccessAction.Read, ResourceKind.Segment);

    internal static async Task<Results<Ok<Response>, ProblemHttpResult>> HandleAsync(
        Request request, MetadataService metadata, IPopulationAnswers population, IProfileStore profiles, TimeProvider clock, CancellationToken cancellationToken)
    {
        var model = await metadata.ModelAsync(cancellationToken);
        if (!model.Schemas.TryGetValue(request.ProfileType, out var schema))
        {
            return Problems.Invalid("/profileType", "unknown", $"There is no profile type '{request.ProfileType}'.{Names.Suggest(request.ProfileType, model.Schemas.Keys)}");
        }

        var zone = TimeZoneInfo.Utc;
        if (request.TimeZone is not null && !TimeZoneInfo.TryFindSystemTimeZoneById(request.TimeZone, out zone!))
        {
            return Problems.Invalid("/timeZone", "timezone", $"'{request.TimeZone}' is not a time zone; use an IANA name such as Europe/Berlin.");
        }

        var bound = RuleBinder.Bind(request.Rule, schema, RuleUse.Condition);
        if (bound.Rule is not { } rule || bound.Errors.Count > 0)
        {
            return Problems.Invalid("The rule is not valid.", [.. bound.Errors.Select(error => new Fault("/rule", error.Code, error.ToString()))]);
        }

        var draft = new SegmentModel(Draft, new SegmentDocument { Rule = request.Rule, ProfileType = request.ProfileType, TimeZone = request.TimeZone }, rule, zone);
        MembershipAnswer answer;
        try
        {
            var question = new PopulationQuestion(model, request.ProfileType, clock.GetUtcNow());
            answer = await population.MembersAsync(question, Needed(model, draft), new Dictionary<string, long[]>(), cancellationToken);
        }
        catch (Jobs.JobFailedException failure)
        {
            return Problems.Invalid("/rule", "evaluation", failure.Message);
        }

        var members = answer.Members[draft.Name];
        var sample = await profiles.NamesAsync(members[..Math.Min(SampleSize, members.Length)], cancellationToken);
        return TypedResults.Ok(new Response(
            members.Length, answer.Of, [.. sample.Select(one => new Sample(one.Id.ToString(), one.DisplayName))], RuleText.Format(rule.Source)));
    }

    // The draft and every segment that it asks for, in order; memberships are computed with it, so that the answer is of this moment.
    private static List<SegmentModel> Needed(InsightsModel model, SegmentModel draft)
    {
        var wanted = new HashSet<string>(draft.Rule.Dependencies.Segments, StringComparer.Ordinal);
        foreach (var segment in model.Segments.Reverse().Where(segment => wanted.Contains(segment.Name)))
        {
            wanted.UnionWith(segment.Rule.Dependencies.Segments);
        }

        return [.. model.Segments.Where(segment => wanted.Contains(segment.Name) && segment.Name != draft.Name), draft];
    }
}
