namespace CustomerInsights.Host.Features.Rules;

internal static class RulesModule
{
    public static IServiceCollection AddRules(this IServiceCollection services) => services.AddSingleton<CommonValues>();

    public static void MapRules(this IEndpointRouteBuilder routes)
    {
        CheckRule.Map(routes);
        FormatRule.Map(routes);
        CompleteRule.Map(routes);
        GetRuleSchema.Map(routes);
        ListRuleFunctions.Map(routes);
    }
}
