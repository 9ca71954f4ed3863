using CustomerInsights.Host.Features.Jobs;
using CustomerInsights.Host.Features.Metadata;
using CustomerInsights.Host.Features.Segments.Live;
using CustomerInsights.Storage.Segments;

namespace CustomerInsights.Host.Features.Segments;

internal static class SegmentsModule
{
    public static IServiceCollection AddSegments(this IServiceCollection services) => services
        .AddLive()
        .AddSingleton<IJobHandler, SegmentsJob>()
        .AddSingleton<IDefinitionFollower, ForgetSegment>();

    public static void MapSegments(this IEndpointRouteBuilder routes)
    {
        routes.MapLive();
        PreviewSegment.Map(routes);
        ListSegmentMembers.Map(routes);
        ListSegmentHistory.Map(routes);
    }

    /// <summary>A deleted segment takes its members and history along.</summary>
    private sealed class ForgetSegment(ISegmentStore store) : IDefinitionFollower
    {
        public string Kind => DefinitionKinds.Segment;

        public ValueTask DeletedAsync(string name, CancellationToken cancellationToken) => store.DeleteAsync(name, cancellationToken);
    }
}
