using CustomerInsights.Host.Features.Jobs;
using CustomerInsights.Host.Features.Metadata;
using CustomerInsights.Host.Features.Segments.Live;
using CustomerInsights.Storage.Segments;

namespace CustomerInsights.Host.Features.Segments;

internal static class SegmentsModule
{
    public static IServiceCollection AddSegments(this IServiceCollection services) => services
        .AddSingleton<IJobHandler, SegmentExpiryJob>()
        .AddSingleton<SegmentSchedules>()
        .AddHostedService(provider => provider.GetRequiredService<SegmentSchedules>())
        .AddSingleton<SegmentAnswers>()
        .AddSingleton<SegmentLooks>()
        .AddSingleton<SegmentTable>()
        .AddLive()
        .AddSingleton<IJobHandler, SegmentsJob>()
        .AddSingleton<IDefinitionFollower, ForgetSegment>();

    public static void MapSegments(this IEndpointRouteBuilder routes)
    {
        routes.MapLive();
        PreviewSegment.Map(routes);
        ListSegmentMembers.Map(routes);
        DownloadSegmentMembers.Map(routes);
        ListSegmentHistory.Map(routes);
        PutSegmentList.Map(routes);
        SegmentSizes.Map(routes);
        SegmentUses.Map(routes);
        RunSegment.Map(routes);
        GetSegmentStatus.Map(routes);
        OverlapSegments.Map(routes);
        ExpireSegments.Map(routes);
        DescribeDifferences.Map(routes);
        SuggestGroups.Map(routes);
        SuggestByTree.Map(routes);
    }

    /// <summary>A deleted segment takes its members and history along.</summary>
    private sealed class ForgetSegment(ISegmentStore store) : IDefinitionFollower
    {
        public string Kind => DefinitionKinds.Segment;

        public ValueTask DeletedAsync(string name, CancellationToken cancellationToken) => store.DeleteAsync(name, cancellationToken);
    }
}
