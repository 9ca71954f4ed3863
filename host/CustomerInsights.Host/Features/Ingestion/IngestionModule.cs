using CustomerInsights.Host.Features.Jobs;
using CustomerInsights.Host.Features.Metadata;
using CustomerInsights.Storage.Definitions;
using CustomerInsights.Storage.Records;

namespace CustomerInsights.Host.Features.Ingestion;

internal static class IngestionModule
{
    public static IServiceCollection AddIngestion(this IServiceCollection services) => services
        .AddSingleton<SourceDiscovery>()
        .AddSingleton<ISourceDiscovery>(provider => provider.GetRequiredService<SourceDiscovery>())
        .AddSingleton<IJobHandler, IngestJob>()
        .AddSingleton<IDefinitionFollower>(provider => ActivatorUtilities.CreateInstance<ForgetSource>(provider, DefinitionKinds.Source))
        .AddSingleton<IDefinitionFollower>(provider => ActivatorUtilities.CreateInstance<ForgetSource>(provider, DefinitionKinds.EventSource));

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

    /// <summary>A deleted source, of records or events, takes its streams along: records, nodes, activities. Profiles follow at the next unification.</summary>
    private sealed class ForgetSource(string kind, IRecordStore store, IDefinitionStore definitions) : IDefinitionFollower
    {
        public string Kind => kind;

        public async ValueTask DeletedAsync(string name, CancellationToken cancellationToken)
        {
            foreach (var stream in (await store.ListStreamsAsync(cancellationToken)).Where(stream => stream.Name.StartsWith(name + ".", StringComparison.Ordinal)))
            {
                await store.DeleteStreamAsync(stream.Number, cancellationToken);
            }
        }

        public async ValueTask SweepAsync(IReadOnlySet<string> defined, CancellationToken cancellationToken)
        {
            // A stream may be of a source of the other kind.
            var all = (await definitions.SnapshotAsync(cancellationToken)).Where(one => one.Kind is DefinitionKinds.Source or DefinitionKinds.EventSource).Select(one => one.Name).ToList();
            foreach (var stream in await store.ListStreamsAsync(cancellationToken))
            {
                if (!all.Exists(source => stream.Name.StartsWith(source + ".", StringComparison.Ordinal)))
                {
                    await store.DeleteStreamAsync(stream.Number, cancellationToken);
                }
            }
        }
    }
}
