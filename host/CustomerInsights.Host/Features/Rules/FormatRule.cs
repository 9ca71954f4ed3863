using System.Text.Json;
using System.Text.Json.Nodes;
using CustomerInsights.Core.Rules;
using CustomerInsights.Host.Features.Access;
using CustomerInsights.Host.Platform;
using Microsoft.AspNetCore.Http.HttpResults;

namespace CustomerInsights.Host.Features.Rules;

/// <summary>POST /rules/format: a rule in its canonical form, as text and as a tree. Names and types are not looked up.</summary>
internal static class FormatRule
{
    /// <summary>The rule, as text or as a tree.</summary>
    /// <param name="Rule">The text, at most 10,000 characters.</param>
    /// <param name="Tree">The JSON form; see /rules/schema.</param>
    public sealed record Request(string? Rule = null, JsonElement? Tree = null);

    /// <summary>The rule in both forms.</summary>
    /// <param name="Text">One line; reads back to the same tree.</param>
    /// <param name="Tree">The JSON form.</param>
    public sealed record Response(string Text, JsonObject Tree);

    public static void Map(IEndpointRouteBuilder routes) =>
        routes.MapPost("/rules/format", HandleAsync).WithName(nameof(FormatRule)).WithSummary("A rule in its canonical form, as text and as a tree.")
            .Accepts<Request>("application/json").Produces<Response>().Requires(AccessAction.Read, ResourceKind.Segment);

    internal static async Task<Results<JsonHttpResult<Response>, ProblemHttpResult>> HandleAsync(HttpRequest http, CancellationToken cancellationToken)
    {
        var (request, problem) = await RuleRequest.ReadAsync<Request>(http, cancellationToken);
        if (request is null)
        {
            return problem!;
        }

        problem = RuleRequest.Parse(request.Rule, request.Tree, out var parsed);
        if (problem is not null)
        {
            return problem;
        }

        string place = request.Rule is null ? "/tree" : "/rule";
        return parsed!.Expression is { } tree
            ? TypedResults.Json(new Response(RuleText.Format(tree), RuleJson.Write(tree)), RuleRequest.Deep)
            : Problems.Invalid("The rule cannot be read.", [.. parsed.Errors.Select(e => new Fault(place + e.Pointer, e.Code, e.ToString()))]);
    }
}
