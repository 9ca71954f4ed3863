using CustomerInsights.Host.Features.Jobs;

namespace CustomerInsights.Host.Features.Segments.Live;

internal static class LiveModule
{
    public static IServiceCollection AddLive(this IServiceCollection services) => services
        .AddSingleton<LiveMembership>()
        .AddSingleton<ChangedSince>()
        .AddSingleton<IJobHandler, SegmentParityJob>()
        .AddHostedService<LiveService>();

    public static void MapLive(this IEndpointRouteBuilder routes)
    {
        LiveStatus.Map(routes);
        FollowMoves.Map(routes);
        StartSegmentParity.Map(routes);
    }
}
