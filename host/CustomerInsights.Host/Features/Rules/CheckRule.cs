using System.Text.Json;
using System.Text.Json.Nodes;
using CustomerInsights.Core.Model;
using CustomerInsights.Core.Rules;
using CustomerInsights.Host.Features.Access;
using CustomerInsights.Host.Features.Metadata;
using CustomerInsights.Storage.Activities;
using CustomerInsights.Storage.Profiles;
using Microsoft.AspNetCore.Http.HttpResults;

namespace CustomerInsights.Host.Features.Rules;

/// <summary>POST /rules/check: what is wrong with a rule, or what it means, reads and costs. A rule with errors is an answer, not a problem.</summary>
internal static class CheckRule
{
    /// <summary>The rule to check, as text or as a tree.</summary>
    /// <param name="Rule">The text, at most 10,000 characters.</param>
    /// <param name="Tree">The JSON form; see /rules/schema.</param>
    /// <param name="ProfileType">The profile type. Default: customer.</param>
    /// <param name="Use">What the rule is for. Default: condition.</param>
    public sealed record Request(string? Rule = null, JsonElement? Tree = null, string ProfileType = "customer", RuleUse Use = RuleUse.Condition);

    /// <summary>The findings. All but <paramref name="Errors"/> is left out where it cannot be told.</summary>
    /// <param name="Valid">The rule can be saved and run.</param>
    /// <param name="Errors">All errors, in the order of their places.</param>
    /// <param name="Type">The type of the answer.</param>
    /// <param name="Text">The rule in its canonical form; there whenever it could be read.</param>
    /// <param name="Tree">Its JSON form; there whenever it could be read.</param>
    /// <param name="Explanation">The rule in English.</param>
    /// <param name="Dependencies">What it reads.</param>
    /// <param name="Cost">What evaluating it over all profiles costs.</param>
    public sealed record Response(
        bool Valid,
        IReadOnlyList<Error> Errors,
        DataType? Type = null,
        string? Text = null,
        JsonObject? Tree = null,
        string? Explanation = null,
        Reads? Dependencies = null,
        RuleCost? Cost = null);

    /// <summary>One error.</summary>
    /// <param name="Code">Stable, such as RUL012.</param>
    /// <param name="Message">What was found, without place and suggestion.</param>
    /// <param name="Line">From 1; 0 when the rule came as a tree.</param>
    /// <param name="Column">From 1, in UTF-16 units; 0 when the rule came as a tree.</param>
    /// <param name="Length">How many characters are concerned.</param>
    /// <param name="Suggestion">A name that exists and is near.</param>
    /// <param name="Pointer">The place as a JSON pointer when the rule came as a tree.</param>
    public sealed record Error(string Code, string Message, int Line, int Column, int Length, string? Suggestion = null, string? Pointer = null);

    /// <summary>What a rule reads, and so what can change its answer.</summary>
    /// <param name="Attributes">Attributes of the profile.</param>
    /// <param name="RelatedAttributes">Attributes across relationships, such as account.industry.</param>
    /// <param name="Activities">The fields read of each activity type; empty when only their number counts.</param>
    /// <param name="Segments">Segments asked for.</param>
    /// <param name="Channels">Channels asked for.</param>
    /// <param name="Time">The answer can change although no data does.</param>
    /// <param name="Population">The ranks of all profiles are needed.</param>
    public sealed record Reads(
        IReadOnlyList<string> Attributes,
        IReadOnlyList<string> RelatedAttributes,
        IReadOnlyDictionary<string, IReadOnlyList<string>> Activities,
        IReadOnlyList<string> Segments,
        IReadOnlyList<string> Channels,
        bool Time,
        bool Population);

    public static void Map(IEndpointRouteBuilder routes) =>
        routes.MapPost("/rules/check", HandleAsync).WithName(nameof(CheckRule)).WithSummary("What is wrong with a rule, or what it means, reads and costs.")
            .Accepts<Request>("application/json").Produces<Response>().Requires(AccessAction.Read, ResourceKind.Segment);

    internal static async Task<Results<JsonHttpResult<Response>, ProblemHttpResult>> HandleAsync(
        HttpRequest http, MetadataService metadata, IProfileStore profiles, IActivityStore activities, CancellationToken cancellationToken)
    {
        var (request, problem) = await RuleRequest.ReadAsync<Request>(http, cancellationToken);
        if (request is null)
        {
            return problem!;
        }

        problem = SchemaRequest.Schema(await metadata.ModelAsync(cancellationToken), request.ProfileType, out var schema)
            ?? RuleRequest.Parse(request.Rule, request.Tree, out _);
        if (problem is not null)
        {
            return problem;
        }

        RuleRequest.Parse(request.Rule, request.Tree, out var parsed);
        var bound = RuleBinder.Bind(parsed!, schema, request.Use);
        var response = new Response(
            bound.Rule is not null,
            [.. bound.Errors.Select(e => new Error(e.Code, e.Message, e.Line, e.Column, e.Length, e.Suggestion, e.Pointer))],
            bound.Rule?.Type,
            parsed!.Expression is { } tree ? RuleText.Format(tree) : null,
            parsed.Expression is { } same ? RuleJson.Write(same) : null);
        if (bound.Rule is { } rule)
        {
            var counts = (await profiles.CountAsync(cancellationToken)).FirstOrDefault(c => c.Key == request.ProfileType).Value;
            var rows = (await activities.CountAsync(cancellationToken)).ToDictionary(c => c.Type, c => c.Total, StringComparer.Ordinal);
            response = response with
            {
                Explanation = RuleExplanation.Describe(rule),
                Dependencies = Of(rule.Dependencies),
                Cost = RuleCost.Estimate(rule, new RuleVolume(counts, rows)),
            };
        }

        return TypedResults.Json(response, RuleRequest.Deep);
    }

    private static Reads Of(RuleDependencies reads) => new(
        reads.Attributes, [.. reads.RelatedAttributes.Select(a => a.ToString())], reads.Activities, reads.Segments, reads.Channels, reads.TimeDependent, reads.Population);
}
