using CustomerInsights.Core.Rules;
using CustomerInsights.Host.Features.Access;
using CustomerInsights.Host.Features.Metadata;
using CustomerInsights.Host.Platform;
using Microsoft.AspNetCore.Http.HttpResults;

namespace CustomerInsights.Host.Features.Rules;

/// <summary>POST /rules/complete: what may follow at the caret of a rule that is being typed.</summary>
internal static class CompleteRule
{
    /// <summary>The text so far.</summary>
    /// <param name="Rule">The rule, finished or not; at most 10,000 characters.</param>
    /// <param name="Position">The caret, from 0, in UTF-16 units. Default: the end.</param>
    /// <param name="ProfileType">The profile type. Default: customer.</param>
    /// <param name="Use">What the rule is for. Default: condition.</param>
    public sealed record Request(string Rule, int? Position = null, string ProfileType = "customer", RuleUse Use = RuleUse.Condition);

    /// <summary>What may follow.</summary>
    /// <param name="Items">At most 50, best first.</param>
    public sealed record Response(IReadOnlyList<RuleCompletionItem> Items);

    public static void Map(IEndpointRouteBuilder routes) =>
        routes.MapPost("/rules/complete", HandleAsync).WithName(nameof(CompleteRule)).WithSummary("What may follow at the caret of a rule that is being typed.").Requires(AccessAction.Read, ResourceKind.Segment);

    internal static async Task<Results<Ok<Response>, ProblemHttpResult>> HandleAsync(
        Request request, MetadataService metadata, CommonValues values, CancellationToken cancellationToken)
    {
        var model = await metadata.ModelAsync(cancellationToken);
        if (SchemaRequest.Schema(model, request.ProfileType, out var schema) is { } problem)
        {
            return problem;
        }

        if (request.Rule.Length > RuleLimits.Characters)
        {
            return Problems.Invalid("/rule", "RUL006", $"The rule is {request.Rule.Length} characters long; at most {RuleLimits.Characters} are allowed. Shorten it.");
        }

        int position = request.Position ?? request.Rule.Length;
        if (position < 0 || position > request.Rule.Length)
        {
            return Problems.Invalid("/position", "range", $"The position is {position}; give one from 0 to {request.Rule.Length}, the length of the rule.");
        }

        var hints = await values.OfAsync(model, request.ProfileType, cancellationToken);
        return TypedResults.Ok(new Response(RuleCompletion.Complete(request.Rule, position, schema, request.Use, hints)));
    }
}
