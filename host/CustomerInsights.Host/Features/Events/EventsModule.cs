using CustomerInsights.Host.Features.Events.Projecting;
using CustomerInsights.Host.Features.Events.Receiving;

namespace CustomerInsights.Host.Features.Events;

/// <summary>Events as sites, apps and services post them: the door, and the projector that makes nodes and activities of them.</summary>
internal static class EventsModule
{
    public static IServiceCollection AddEvents(this IServiceCollection services) => services
        .AddSingleton<EventIntake>()
        .AddSingleton<EventProjector>()
        .AddSingleton<IProjectorLag>(provider => provider.GetRequiredService<EventProjector>())
        .AddHostedService(provider => provider.GetRequiredService<EventProjector>());

    public static void MapEventFates(this IEndpointRouteBuilder routes)
    {
        GetEventFate.Map(routes);
        GetEventSourceStatus.Map(routes);
        ListEventViolations.Map(routes);
    }

    /// <summary>The routes of the protocol. They lie beside /api, whose versions and problem details are not theirs.</summary>
    public static void MapEvents(this IEndpointRouteBuilder routes)
    {
        ReceiveEvents.Map(routes);
        GetBrowserSettings.Map(routes);
    }
}
