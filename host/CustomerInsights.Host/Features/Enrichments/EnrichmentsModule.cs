using CustomerInsights.Host.Features.Jobs;
using CustomerInsights.Host.Features.Metadata;
using CustomerInsights.Storage.Enrichments;

namespace CustomerInsights.Host.Features.Enrichments;

internal static class EnrichmentsModule
{
    public static IServiceCollection AddEnrichments(this IServiceCollection services) => services
        .AddSingleton<IJobHandler, EnrichJob>()
        .AddSingleton<EnrichmentSchedules>()
        .AddHostedService(provider => provider.GetRequiredService<EnrichmentSchedules>())
        .AddSingleton<IDefinitionFollower, ForgetEnrichment>();

    public static void MapEnrichments(this IEndpointRouteBuilder routes)
    {
        StartEnrichment.Map(routes);
        CheckEnrichment.Map(routes);
        GetEnrichmentStatus.Map(routes);
        ListEnrichmentRuns.Map(routes);
        GetEnrichmentRun.Map(routes);
        ListSegmentSuggestions.Map(routes);
        ListProfileEnrichments.Map(routes);
        ListEnrichmentRows.Map(routes);
    }

    /// <summary>A deleted enrichment takes with it what it said.</summary>
    private sealed class ForgetEnrichment(IEnrichmentStore store) : IDefinitionFollower
    {
        public string Kind => DefinitionKinds.Enrichment;

        public async ValueTask DeletedAsync(string name, CancellationToken cancellationToken)
        {
            await store.DeleteAsync(name, cancellationToken);
            while (await store.ClearAsync(cancellationToken))
            {
                // In pieces, each a transaction of its own.
            }
        }

        public async ValueTask SweepAsync(IReadOnlySet<string> defined, CancellationToken cancellationToken)
        {
            foreach (var name in (await store.DescriptionsAsync(cancellationToken)).Keys.Except(defined, StringComparer.Ordinal))
            {
                await DeletedAsync(name, cancellationToken);
            }
        }
    }
}
