using CustomerInsights.Core.Rules;
using CustomerInsights.Host.Features.Access;
using CustomerInsights.Host.Platform;

namespace CustomerInsights.Host.Features.Rules;

/// <summary>GET /rules/schema: the JSON schema of a rule's JSON form, for builders and checks.</summary>
internal static class GetRuleSchema
{
    public static void Map(IEndpointRouteBuilder routes) =>
        routes.MapGet("/rules/schema", () => TypedResults.Text(Text(), "application/schema+json")).WithName(nameof(GetRuleSchema)).WithSummary("The JSON schema of a rule's JSON form.").Requires(AccessAction.Read, ResourceKind.Segment);

    public static string Text() => RuleJsonSchema.Make().ToJsonString(Json.Options);
}
