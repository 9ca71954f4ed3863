using CustomerInsights.Host.Features.Jobs;
using CustomerInsights.Host.Features.Metadata;
using CustomerInsights.Storage.Records;

namespace CustomerInsights.Host.Features.Ingestion;

internal static class IngestionModule
{
    public static IServiceCollection AddIngestion(this IServiceCollection services) => services
        .AddSingleton<SourceDiscovery>()
        .AddSingleton<ISourceDiscovery>(provider => provider.GetRequiredService<SourceDiscovery>())
        .AddSingleton<IJobHandler, IngestJob>()
        .AddSingleton<IDefinitionFollower, ForgetSource>();

    public static void MapIngestion(this IEndpointRouteBuilder routes)
    {
        CheckSource.Map(routes);
        DiscoverSource.Map(routes);
        StartSourceRun.Map(routes);
        PutSourceSecret.Map(routes);
        ListStreams.Map(routes);
        ListStreamRuns.Map(routes);
        ListRecords.Map(routes);
        ListRejected.Map(routes);
    }

    /// <summary>A deleted source takes its streams along: records, nodes, activities. Profiles follow at the next unification.</summary>
    private sealed class ForgetSource(IRecordStore store) : IDefinitionFollower
    {
        public string Kind => DefinitionKinds.Source;

        public async ValueTask DeletedAsync(string name, CancellationToken cancellationToken)
        {
            foreach (var stream in (await store.ListStreamsAsync(cancellationToken)).Where(stream => stream.Name.StartsWith(name + ".", StringComparison.Ordinal)))
            {
                await store.DeleteStreamAsync(stream.Number, cancellationToken);
            }
        }

        public async ValueTask SweepAsync(IReadOnlySet<string> defined, CancellationToken cancellationToken)
        {
            foreach (var stream in await store.ListStreamsAsync(cancellationToken))
            {
                if (!defined.Any(source => stream.Name.StartsWith(source + ".", StringComparison.Ordinal)))
                {
                    await store.DeleteStreamAsync(stream.Number, cancellationToken);
                }
            }
        }
    }
}
