using System.Globalization;
using CustomerInsights.Core.Model;
using CustomerInsights.Core.Rules;
using CustomerInsights.Host.Features.Access;
using CustomerInsights.Host.Features.Metadata;
using CustomerInsights.Host.Features.Profiles;
using CustomerInsights.Host.Platform;
using Microsoft.AspNetCore.Http.HttpResults;

namespace CustomerInsights.Host.Features.Segments;

/// <summary>POST /segments/suggestions/groups: everyone in one of eight groups by how lately, how often and for how much they acted; each as a rule.</summary>
internal static class SuggestGroups
{
    private const string Draft = "(group)";

    /// <summary>What is looked at.</summary>
    /// <param name="Activity">The activity type: order.</param>
    /// <param name="Amount">Its numeric field that is summed up: amount, or a duration.</param>
    /// <param name="Days">How far back, 1 to 3,650 days. Default: 365.</param>
    /// <param name="ProfileType">The profile type. Default: customer.</param>
    /// <param name="TimeZone">The time zone of calendar days. Default: UTC.</param>
    public sealed record Request(string Activity, string Amount, int Days = 365, string ProfileType = "customer", string? TimeZone = null);

    /// <summary>The groups.</summary>
    /// <param name="Of">How many profiles there are.</param>
    /// <param name="Active">How many of them acted in the period; the limits are of these.</param>
    /// <param name="RecentDays">A third of the active acted so many days ago or later.</param>
    /// <param name="LapsedDays">A third of the active acted longer ago than so many days.</param>
    /// <param name="Often">So many times or more is often: two thirds are below or at it, but at least 2.</param>
    /// <param name="Much">So much or more is much: two thirds are below or at it.</param>
    /// <param name="Groups">The groups; everyone is in exactly one.</param>
    public sealed record Response(long Of, long Active, long RecentDays, long LapsedDays, long Often, object Much, IReadOnlyList<Group> Groups);

    /// <summary>A group.</summary>
    /// <param name="Name">A name for its segment.</param>
    /// <param name="Description">Who is in it.</param>
    /// <param name="Rule">The rule: save it as a segment.</param>
    /// <param name="Count">How many.</param>
    public sealed record Group(string Name, string Description, string Rule, long Count);

    public static void Map(IEndpointRouteBuilder routes) =>
        routes.MapPost("/segments/suggestions/groups", HandleAsync).WithName(nameof(SuggestGroups)).WithSummary("Everyone in one of eight groups by how lately, how often and for how much they acted; each as a rule.").Requires(AccessAction.Read, ResourceKind.Segment);

    internal static async Task<Results<Ok<Response>, ProblemHttpResult>> HandleAsync(
        Request request, MetadataService metadata, SegmentAnswers answers, IPopulationAnswers population, TimeProvider clock, CancellationToken cancellationToken)
    {
        var model = await metadata.ModelAsync(cancellationToken);
        if (SchemaRequest.Schema(model, request.ProfileType, out var schema) is { } unknown)
        {
            return unknown;
        }

        if (Refused(request, schema) is { } refused)
        {
            return refused;
        }

        if (!TimeZones.TryFind(request.TimeZone, out var zone))
        {
            return Problems.Invalid("/timeZone", "timezone", TimeZones.Unknown(request.TimeZone));
        }

        var (activity, amount) = (Text([request.Activity]), Text([request.Activity, request.Amount]));
        var when = $"where at >= ago({request.Days.ToString(CultureInfo.InvariantCulture)}d)";
        var measures = new Expressions($"days_since(last({Text([request.Activity, "at"])} {when}))", $"count({activity} {when})", $"sum({amount} {when})");
        List<BoundRule> rules = [.. new[] { measures.Recency, measures.Frequency, measures.Money }.Select(text => RuleBinder.Bind(text, schema, RuleUse.Value).Rule!)];
        var question = new PopulationQuestion(model, request.ProfileType, clock.GetUtcNow(), zone);
        try
        {
            var limits = await LimitsAsync(population, question, rules, cancellationToken);
            var drafts = Rules(measures, limits).Select((group, i) =>
            {
                var document = new SegmentDocument { Rule = group.Rule, ProfileType = request.ProfileType, TimeZone = request.TimeZone };
                return (group.Name, group.Description, Segment: new SegmentModel($"{Draft} {i}", document, RuleBinder.Bind(group.Rule, schema, RuleUse.Condition).Rule!, zone));
            }).ToList();
            var answer = await answers.MembersAsync(question, [.. drafts.Select(draft => draft.Segment)], cancellationToken);
            return TypedResults.Ok(new Response(
                answer.Of, limits.Active, limits.Recent, limits.Lapsed, limits.Often, PlainJson.Of(limits.Much)!,
                [.. drafts.Select(draft => new Group(draft.Name, draft.Description, RuleText.Format(draft.Segment.Rule.Source), answer.Members[draft.Segment.Name].Length))]));
        }
        catch (Jobs.JobFailedException failure)
        {
            return Problems.Invalid("/amount", "evaluation", failure.Message);
        }
    }

    private static ProblemHttpResult? Refused(Request request, RuleSchema schema)
    {
        if (request.Days is < 1 or > 3650)
        {
            return Problems.Invalid("/days", "range", $"{request.Days}: give 1 to 3,650 days.");
        }

        if (!schema.Activities.TryGetValue(request.Activity, out var fields))
        {
            return Problems.Invalid("/activity", "unknown", $"There is no activity type '{request.Activity}'.{Names.Suggest(request.Activity, schema.Activities.Keys)}");
        }

        return fields.GetValueOrDefault(request.Amount) is DataType.Integer or DataType.Decimal or DataType.Number
            ? null
            : Problems.Invalid("/amount", "unknown", $"'{request.Activity}' has no numeric field '{request.Amount}'.{Names.Suggest(request.Amount, fields.Where(field => field.Value is DataType.Integer or DataType.Decimal or DataType.Number).Select(field => field.Key))}");
    }

    private static async Task<Limits> LimitsAsync(IPopulationAnswers population, PopulationQuestion question, List<BoundRule> rules, CancellationToken cancellationToken)
    {
        var (recency, frequency, money) = (new List<long>(), new List<long>(), new List<double>());
        await foreach (var profile in population.ValuesAsync(question, rules, cancellationToken))
        {
            if (profile.Values is [{ IsMissing: false } last, var count, var sum])
            {
                recency.Add(last.AsInteger());
                frequency.Add(count.AsInteger());
                money.Add(sum.AsNumber());
            }
        }

        recency.Sort();
        frequency.Sort();
        money.Sort();
        var much = Third(money, 2);
        return new Limits(
            recency.Count,
            Third(recency, 1),
            Third(recency, 2),
            Math.Max(2, Third(frequency, 2)),
            rules[2].Type switch
            {
                DataType.Integer => Value.Of((long)much),
                DataType.Decimal => Value.Of(Math.Round((decimal)Math.Clamp(much, -1e20, 1e20), 2)),
                _ => Value.Of(much),
            });
    }

    // The value that a third, or two, of the ascending ones do not exceed.
    private static T? Third<T>(List<T> sorted, int thirds) => sorted.Count == 0 ? default : sorted[Math.Max(0, ((sorted.Count * thirds) + 2) / 3 - 1)];

    private static IEnumerable<(string Name, string Description, string Rule)> Rules(Expressions of, Limits limits)
    {
        string Number(long number) => number.ToString(CultureInfo.InvariantCulture);
        var recent = $"{of.Recency} <= {Number(limits.Recent)}";
        var current = $"{of.Recency} <= {Number(limits.Lapsed)}";
        var lapsed = $"{of.Recency} > {Number(limits.Lapsed)}";
        var middle = $"{of.Recency} > {Number(limits.Recent)} and {current}";
        var often = $"{of.Frequency} >= {Number(limits.Often)}";
        var seldom = $"{of.Frequency} < {Number(limits.Often)}";
        var literal = RuleText.Format(new LiteralExpression(limits.Much));
        var (much, little) = ($"{of.Money} >= {literal}", $"{of.Money} < {literal}");
        yield return ("champions", "Acted lately, often and for much.", $"{recent} and {often} and {much}");
        yield return ("loyal", "Act often and have not lapsed, but are no champions.", $"{current} and {often} and not ({recent} and {much})");
        yield return ("big-spenders", "Have not lapsed; seldom, but for much.", $"{current} and {seldom} and {much}");
        yield return ("promising", "Acted lately; seldom and for little yet.", $"{recent} and {seldom} and {little}");
        yield return ("needs-attention", "Not lately, not lapsed; seldom and for little.", $"{middle} and {seldom} and {little}");
        yield return ("at-risk", "Lapsed, but acted often or for much before.", $"{lapsed} and ({often} or {much})");
        yield return ("hibernating", "Lapsed; seldom and for little.", $"{lapsed} and {seldom} and {little}");
        yield return ("not-active", "Did not act in the period.", $"{of.Frequency} = 0");
    }

    private static string Text(NodeList<string> parts) => RuleText.Format(new NameExpression(parts));

    private sealed record Expressions(string Recency, string Frequency, string Money);

    private sealed record Limits(long Active, long Recent, long Lapsed, long Often, Value Much);
}
