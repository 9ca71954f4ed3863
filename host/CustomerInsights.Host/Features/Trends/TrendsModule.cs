using CustomerInsights.Host.Features.Jobs;

namespace CustomerInsights.Host.Features.Trends;

/// <summary>How many people there are, can be reached and are active, day by day.</summary>
internal static class TrendsModule
{
    public static IServiceCollection AddTrends(this IServiceCollection services) => services
        .AddSingleton<IJobHandler, TrendsJob>()
        .AddSingleton<TrendSchedule>()
        .AddHostedService(provider => provider.GetRequiredService<TrendSchedule>());

    public static void MapTrends(this IEndpointRouteBuilder routes)
    {
        ProfileTrend.Map(routes);
        MonthlyActiveTrend.Map(routes);
        RunTrends.Map(routes);
    }
}
