using CustomerInsights.Host.Features.Access;
using CustomerInsights.Host.Features.Jobs;
using CustomerInsights.Host.Platform.Tables;
using CustomerInsights.Storage.Activities;

namespace CustomerInsights.Host.Features.Activities;

internal static class ActivitiesModule
{
    public static IServiceCollection AddActivities(this IServiceCollection services) => services.AddSingleton<IJobHandler, ProjectJob>().AddSingleton<IJobHandler, MatchActivitiesJob>();

    public static void MapActivities(this IEndpointRouteBuilder routes)
    {
        ListActivities.Map(routes);
        CountActivityDays.Map(routes);
        GetActivity.Map(routes);
        CountActivities.Map(routes);
        ListAllActivities.Map(routes);
    }
}

/// <summary>GET /activities/counts: by type, how many activities there are and how many belong to no profile yet.</summary>
internal static class CountActivities
{
    public sealed record Response(IReadOnlyList<ActivityCount> Types) : ITablePage<ActivityCount>
    {
        IReadOnlyList<ActivityCount> ITablePage<ActivityCount>.Items => Types;
    }

    public static void Map(IEndpointRouteBuilder routes) =>
        routes.MapGet("/activities/counts", HandleAsync).WithName(nameof(CountActivities)).WithSummary("By type, how many activities there are and how many belong to no profile yet.").Requires(AccessAction.Read, ResourceKind.Activity).AsTable("activity-counts");

    internal static async Task<Response> HandleAsync(IActivityStore store, CancellationToken cancellationToken) =>
        new(await store.CountAsync(cancellationToken));
}
