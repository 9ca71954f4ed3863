namespace CustomerInsights.Host.Features.WhatIf;

internal static class WhatIfModule
{
    public static IServiceCollection AddWhatIf(this IServiceCollection services) => services.AddSingleton<DraftEffects>().AddSingleton<BusinessEffects>();

    public static void MapWhatIf(this IEndpointRouteBuilder routes) => TryDraft.Map(routes);
}
