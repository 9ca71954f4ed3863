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
    private const int MostOperands = 50;

    // No segment can be called so: one called 'preview' may be asked for.
    private const string Draft = "(preview)";

    /// <summary>The rule to look at, or the set operations.</summary>
    /// <param name="Rule">The rule.</param>
    /// <param name="ProfileType">The profile type. Default: customer.</param>
    /// <param name="TimeZone">The time zone of calendar days. Default: UTC.</param>
    /// <param name="Combine">Set operations over segments, instead of a rule.</param>
    /// <param name="Fields">Attributes, measures or expressions to show with the sample; at most 100.</param>
    /// <param name="Inspect">True: of a rule of 'and' or 'or', the count of each operand, too.</param>
    public sealed record Request(
        string? Rule = null, string ProfileType = "customer", string? TimeZone = null, IReadOnlyList<SetStepDocument>? Combine = null, IReadOnlyList<string>? Fields = null, bool Inspect = false);

    /// <summary>What the rule holds.</summary>
    /// <param name="Count">How many profiles hold it now.</param>
    /// <param name="Of">How many profiles there are.</param>
    /// <param name="Sample">The first of them, oldest first.</param>
    /// <param name="Rule">The rule in its canonical form.</param>
    /// <param name="Operands">Where asked for: what each operand of the rule holds. Absent for a rule that is not of 'and' or 'or'.</param>
    public sealed record Response(long Count, long Of, IReadOnlyList<Sample> Sample, string Rule, IReadOnlyList<Operand>? Operands);

    /// <summary>One of them.</summary>
    /// <param name="Id">The profile's id.</param>
    /// <param name="DisplayName">What to call it.</param>
    /// <param name="Fields">The fields asked for.</param>
    public sealed record Sample(string Id, string DisplayName, IReadOnlyDictionary<string, object?>? Fields);

    /// <summary>An operand.</summary>
    /// <param name="Rule">The operand.</param>
    /// <param name="Count">How many profiles hold it by itself.</param>
    /// <param name="Cumulative">How many hold the rule up to it.</param>
    public sealed record Operand(string Rule, long Count, long Cumulative);

    public static void Map(IEndpointRouteBuilder routes) =>
        routes.MapPost("/segments/preview", HandleAsync).WithName(nameof(PreviewSegment)).WithSummary("How many a rule would hold, and who some of them are, before it is saved.").Requires(AccessAction.Read, ResourceKind.Segment);

    internal static async Task<Results<Ok<Response>, ProblemHttpResult>> HandleAsync(
        Request request, MetadataService metadata, SegmentAnswers answers, IPopulationAnswers population, IProfileStore profiles, TimeProvider clock, CancellationToken cancellationToken)
    {
        var model = await metadata.ModelAsync(cancellationToken);
        if (SchemaRequest.Schema(model, request.ProfileType, out var schema) is { } unknown)
        {
            return unknown;
        }

        var document = new SegmentDocument { Rule = request.Rule, Combine = request.Combine, ProfileType = request.ProfileType, TimeZone = request.TimeZone };
        var (draft, faults) = SegmentBinding.Draft(model, Draft, document);
        if (draft is null)
        {
            return Problems.Invalid("The rule is not valid.", faults);
        }

        if (MemberFields.Bind("/fields", request.Fields ?? [], schema, out var fields) is { } refused)
        {
            return refused;
        }

        var parts = request.Inspect ? Operands(draft, schema) : [];
        var question = new PopulationQuestion(model, request.ProfileType, clock.GetUtcNow(), draft.Zone);
        MembershipAnswer answer;
        try
        {
            answer = await answers.MembersAsync(question, [.. parts.SelectMany(part => new[] { part.Alone, part.SoFar }), draft], cancellationToken);
        }
        catch (Jobs.JobFailedException failure)
        {
            return Problems.Invalid("/rule", "evaluation", failure.Message);
        }

        var members = answer.Members[draft.Name];
        var names = await profiles.NamesAsync(members[..Math.Min(SampleSize, members.Length)], cancellationToken);
        var values = await MemberFields.OfAsync(population, question, fields, [.. names.Select(one => one.Number)], cancellationToken);
        return TypedResults.Ok(new Response(
            members.Length,
            answer.Of,
            [.. names.Select(one => new Sample(one.Id.ToString(), one.DisplayName, values.GetValueOrDefault(one.Id)))],
            RuleText.Format(draft.Rule.Source),
            parts.Count == 0 ? null : [.. parts.Select(part => new Operand(RuleText.Format(part.Alone.Rule.Source), answer.Members[part.Alone.Name].Length, answer.Members[part.SoFar.Name].Length))]));
    }

    // Each operand alone, and the rule up to it; none where the rule is one condition.
    private static List<(SegmentModel Alone, SegmentModel SoFar)> Operands(SegmentModel draft, RuleSchema schema)
    {
        if (draft.Rule.Source is not LogicalExpression { Operands: var operands, Operator: var joined } || operands.Count > MostOperands)
        {
            return [];
        }

        SegmentModel Part(string name, Expression expression) => draft with { Name = name, Rule = RuleBinder.Bind(expression, schema, RuleUse.Condition).Rule! };
        return
        [
            .. operands.Select((operand, i) => (
                Part($"{Draft} {i + 1}", operand),
                Part($"{Draft} 1-{i + 1}", i == 0 ? operand : new LogicalExpression(joined, [.. operands.Take(i + 1)])))),
        ];
    }
}
