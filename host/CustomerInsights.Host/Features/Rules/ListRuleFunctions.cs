using CustomerInsights.Core.Rules;
using CustomerInsights.Host.Features.Access;

namespace CustomerInsights.Host.Features.Rules;

/// <summary>GET /rules/functions: the reference of functions, aggregates and literals.</summary>
internal static class ListRuleFunctions
{
    /// <summary>The reference.</summary>
    /// <param name="Functions">All of them, in the order of the documentation.</param>
    public sealed record Response(IReadOnlyList<RuleFunction> Functions);

    public static void Map(IEndpointRouteBuilder routes) =>
        routes.MapGet("/rules/functions", () => new Response(RuleFunctions.All)).WithName(nameof(ListRuleFunctions)).WithSummary("The reference of functions, aggregates and literals.").Requires(AccessAction.Read, ResourceKind.Segment);
}
