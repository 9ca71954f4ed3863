namespace CustomerInsights.Host.Features.Jobs;

internal static class JobsModule
{
    public static IServiceCollection AddJobs(this IServiceCollection services) => services
        .AddSingleton<JobQueue>()
        .AddSingleton<IJobHandler, RefreshJob>()
        .AddHostedService<JobRunner>();

    public static void MapJobs(this IEndpointRouteBuilder routes)
    {
        ListJobs.Map(routes);
        GetJob.Map(routes);
        FollowJob.Map(routes);
        CancelJob.Map(routes);
        StartRefresh.Map(routes);
    }
}
