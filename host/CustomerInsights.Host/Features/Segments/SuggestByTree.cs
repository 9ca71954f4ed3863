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

/// <summary>POST /segments/suggestions/tree: groups in which an attribute differs from the average, found by a decision tree over other attributes; each as a rule.</summary>
internal static class SuggestByTree
{
    private const string Draft = "(leaf)";
    private const int MostRows = 1_000_000;
    private const int MostAttributes = 50;
    private const int MostClasses = 10;

    // The tree has looked for large differences, so that the test is on their side: hence strict, and shared out among the leaves.
    private const double Doubt = 0.001;

    /// <summary>What is explained by what.</summary>
    /// <param name="Target">The attribute or measure to explain: a number, or text or Boolean of at most 10 values.</param>
    /// <param name="Attributes">Attributes and measures to explain it by, at most 50. Default: all of the profile type, as far as they have at most 100 values where they are text.</param>
    /// <param name="Segment">Only among the members of this segment.</param>
    /// <param name="ProfileType">The profile type. Default: customer.</param>
    /// <param name="Depth">The most questions that lead to a group, 1 to 5. Default: 3.</param>
    /// <param name="SmallestGroup">The fewest members of a group, 20 or more. Default: 50.</param>
    public sealed record Request(string Target, IReadOnlyList<string>? Attributes = null, string? Segment = null, string ProfileType = "customer", int Depth = 3, int SmallestGroup = 50);

    /// <summary>The groups.</summary>
    /// <param name="Of">How many profiles were looked at.</param>
    /// <param name="Mean">For a number: its mean over all.</param>
    /// <param name="Shares">For values: the share of each over all.</param>
    /// <param name="Groups">The groups that differ significantly from the rest, the most different first.</param>
    /// <param name="LeftOut">Attributes that could not be used: lists, and text of more than 100 values.</param>
    public sealed record Response(long Of, double? Mean, IReadOnlyList<Share>? Shares, IReadOnlyList<Group> Groups, IReadOnlyList<string> LeftOut);

    /// <summary>A group.</summary>
    /// <param name="Rule">The rule that exactly its members hold.</param>
    /// <param name="Count">How many.</param>
    /// <param name="Mean">For a number: its mean in the group.</param>
    /// <param name="Shares">For values: the share of each in the group.</param>
    /// <param name="PValue">How likely so large a difference from the rest is by chance alone, had the group not been looked for.</param>
    public sealed record Group(string Rule, long Count, double? Mean, IReadOnlyList<Share>? Shares, double PValue);

    /// <summary>A value's share.</summary>
    /// <param name="Value">The value; absent for missing.</param>
    /// <param name="Part">0 to 1.</param>
    public sealed record Share(object? Value, double Part);

    public static void Map(IEndpointRouteBuilder routes) =>
        routes.MapPost("/segments/suggestions/tree", HandleAsync).WithName(nameof(SuggestByTree)).WithSummary("Groups in which an attribute differs from the average, found by a decision tree over other attributes; each as a rule.").Requires(AccessAction.Read, ResourceKind.Segment);

    internal static async Task<Results<Ok<Response>, ProblemHttpResult>> HandleAsync(
        Request request, MetadataService metadata, SegmentAnswers answers, IPopulationAnswers population, ISegmentStore store, TimeProvider clock, CancellationToken cancellationToken)
    {
        var model = await metadata.ModelAsync(cancellationToken);
        if (SchemaRequest.Schema(model, request.ProfileType, out var schema) is { } unknown)
        {
            return unknown;
        }

        if (request.Depth is < 1 or > 5 || request.SmallestGroup is < 20 or > 1_000_000)
        {
            return Problems.Invalid(request.Depth is < 1 or > 5 ? "/depth" : "/smallestGroup", "range", "'depth' is 1 to 5, 'smallestGroup' 20 to 1,000,000.");
        }

        if (request.Segment is { } within && !model.Segments.Any(segment => segment.Name == within && segment.Document.ProfileType == request.ProfileType))
        {
            return Problems.Invalid("/segment", "unknown", $"There is no segment '{within}' of {request.ProfileType}s.{Names.Suggest(within, model.Segments.Select(segment => segment.Name))}");
        }

        var names = request.Attributes ?? [.. schema.Attributes.Keys.Where(name => name != request.Target).Order(StringComparer.Ordinal).Take(MostAttributes)];
        if (MemberFields.Bind("/target", [request.Target], schema, out var target) is { } wrong)
        {
            return wrong;
        }

        if (MemberFields.Bind("/attributes", names, schema, out var fields, MostAttributes) is { } refused)
        {
            return refused;
        }

        var sample = new TreeSample(target[0], fields);
        var members = request.Segment is null ? null : await store.MembersAsync(request.Segment, cancellationToken);
        var question = new PopulationQuestion(model, request.ProfileType, clock.GetUtcNow());
        await foreach (var profile in population.ValuesAsync(question, [target[0].Rule, .. fields.Select(field => field.Rule)], cancellationToken))
        {
            if (members is null || Array.BinarySearch(members, profile.Number) >= 0)
            {
                sample.Add(profile.Values);
            }

            if (sample.Count > MostRows || sample.Classes > MostClasses)
            {
                return sample.Count > MostRows
                    ? Problems.Invalid("/segment", "size", $"A tree is made of at most {MostRows:N0} profiles; name a segment to look at fewer.")
                    : Problems.Invalid("/target", "values", $"'{request.Target}' has more than {MostClasses} values; take a number, or one of fewer.");
            }
        }

        // Those who were asked for stay in the segment whatever it becomes: the rule names it.
        Expression? only = request.Segment is null ? null : new CallExpression("segment", [new LiteralExpression(Value.Of(request.Segment))]);
        var found = sample.Groups(new TreeLimits(request.Depth, request.SmallestGroup), Doubt, only);
        var drafts = found.Select((group, i) => new SegmentModel(
            $"{Draft} {i}", new SegmentDocument { ProfileType = request.ProfileType }, RuleBinder.Bind(group.Rule, schema, RuleUse.Condition).Rule!, TimeZoneInfo.Utc)).ToList();
        var counts = drafts.Count == 0 ? null : (await answers.MembersAsync(question, drafts, cancellationToken)).Members;
        return TypedResults.Ok(new Response(
            sample.Count,
            sample.Mean,
            sample.Shares(),
            [.. found.Select((group, i) => new Group(RuleText.Format(group.Rule), counts![drafts[i].Name].Length, group.Mean, group.Shares, group.PValue))],
            sample.LeftOut));
    }
}
