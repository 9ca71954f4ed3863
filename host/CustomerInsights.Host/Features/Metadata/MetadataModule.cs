using CustomerInsights.Core.Unification;
using CustomerInsights.Host.Features.Access;

namespace CustomerInsights.Host.Features.Metadata;

internal static class MetadataModule
{
    public static IServiceCollection AddMetadata(this IServiceCollection services) => services.AddSingleton<MetadataService>().AddSingleton<EnrichmentTrial>();

    public static void MapMetadata(this IEndpointRouteBuilder routes)
    {
        DefinitionEndpoints.Map<ProfileTypeDocument>(routes, "/profile-types", DefinitionKinds.ProfileType, ResourceKind.Metadata);
        DefinitionEndpoints.Map<ActivityTypeDocument>(routes, "/activity-types", DefinitionKinds.ActivityType, ResourceKind.Metadata);
        DefinitionEndpoints.Map<RelationshipDocument>(routes, "/relationships", DefinitionKinds.Relationship, ResourceKind.Metadata);
        DefinitionEndpoints.Map<SourceDocument>(routes, "/sources", DefinitionKinds.Source, ResourceKind.Source);
        DefinitionEndpoints.Map<EventSourceDocument>(routes, "/event-sources", DefinitionKinds.EventSource, ResourceKind.Source);
        DefinitionEndpoints.Map<MappingDocument>(routes, "/mappings", DefinitionKinds.Mapping, ResourceKind.Metadata);
        DefinitionEndpoints.Map<UnificationPolicy>(routes, "/unification/policies", DefinitionKinds.Unification, ResourceKind.Unification);
        DefinitionEndpoints.Map<MeasureDocument>(routes, "/measures", DefinitionKinds.Measure, ResourceKind.Measure);
        DefinitionEndpoints.Map<SegmentDocument>(routes, "/segments", DefinitionKinds.Segment, ResourceKind.Segment);
        DefinitionEndpoints.Map<CardDocument>(routes, "/cards", DefinitionKinds.Card, ResourceKind.Metadata);
        DefinitionEndpoints.Map<ConsentSettingsDocument>(routes, "/consent-settings", DefinitionKinds.ConsentSettings, ResourceKind.Metadata);
        DefinitionEndpoints.Map<EnrichmentDocument>(routes, "/enrichments", DefinitionKinds.Enrichment, ResourceKind.Enrichment);
        DefinitionEndpoints.Map<ExportDocument>(routes, "/exports", DefinitionKinds.Export, ResourceKind.Export);
    }
}
