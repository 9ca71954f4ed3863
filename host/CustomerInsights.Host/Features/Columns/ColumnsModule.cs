using CustomerInsights.Host.Features.Jobs;
using CustomerInsights.Host.Features.Profiles;

namespace CustomerInsights.Host.Features.Columns;

internal static class ColumnsModule
{
    public static IServiceCollection AddColumns(this IServiceCollection services) => services
        .AddSingleton<ColumnImages>()
        .AddSingleton<IPopulationAnswers, ColumnAnswers>()
        .AddSingleton<IJobHandler, RebuildColumns.Job>()
        .AddHostedService<ColumnFollower>();

    public static void MapColumns(this IEndpointRouteBuilder routes)
    {
        GetColumns.Map(routes);
        RebuildColumns.Map(routes);
    }
}
