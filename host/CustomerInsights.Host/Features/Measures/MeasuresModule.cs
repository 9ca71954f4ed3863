using CustomerInsights.Host.Features.Jobs;
using CustomerInsights.Host.Features.Metadata;
using CustomerInsights.Storage.Measures;

namespace CustomerInsights.Host.Features.Measures;

internal static class MeasuresModule
{
    public static IServiceCollection AddMeasures(this IServiceCollection services) => services
        .AddSingleton<ProfileMeasures>()
        .AddSingleton<MeasureTable>()
        .AddSingleton<IJobHandler, MeasuresJob>()
        .AddSingleton<IDefinitionFollower, ForgetMeasure>();

    public static void MapMeasures(this IEndpointRouteBuilder routes)
    {
        GetMeasureValues.Map(routes);
        DownloadMeasureValues.Map(routes);
        ListMeasureHistory.Map(routes);
        ListMeasureDistributions.Map(routes);
        ListMeasureTemplates.Map(routes);
        FillMeasureTemplate.Map(routes);
        ListMeasurePaths.Map(routes);
        MeasureUses.Map(routes);
        RunMeasure.Map(routes);
        GetEngagement.Map(routes);
    }

    /// <summary>A deleted measure takes its rows and its history along.</summary>
    private sealed class ForgetMeasure(IMeasureStore store) : IDefinitionFollower
    {
        public string Kind => DefinitionKinds.Measure;

        public ValueTask DeletedAsync(string name, CancellationToken cancellationToken) => store.DeleteAsync(name, cancellationToken);
    }
}
