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
        Request request, MetadataService metadata, PopulationScan population, IProfileStore profiles, TimeProvider clock, CancellationToken cancellationToken)
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

        var draft = new SegmentModel(Draft, new SegmentDocument { Rule = request.Rule, ProfileType = request.ProfileType }, rule, zone);
        var segments = Needed(model, draft);
        var rules = segments.Select(segment => segment.Rule).ToList();
        var (count, of) = (0L, 0L);
        var sample = new List<Sample>();
        try
        {
            var moment = await population.MomentAsync(model, request.ProfileType, rules, clock.GetUtcNow(), null, cancellationToken);
            await foreach (var profile in population.ScanAsync(model, request.ProfileType, rules, cancellationToken))
            {
                var inside = false;
                SegmentEvaluation.Evaluate(profile, segments, moment, name => inside |= name == draft.Name);
                of++;
                if (inside && ++count <= SampleSize)
                {
                    var found = await profiles.FindAsync(profile.Id, cancellationToken);
                    sample.Add(new Sample(profile.Id.ToString(), found?.DisplayName ?? ""));
                }
            }
        }
        catch (Jobs.JobFailedException failure)
        {
            return Problems.Invalid("/rule", "evaluation", failure.Message);
        }

        return TypedResults.Ok(new Response(count, of, sample, RuleText.Format(rule.Source)));
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
