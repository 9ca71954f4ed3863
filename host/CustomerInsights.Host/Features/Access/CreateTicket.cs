using CustomerInsights.Host.Platform;
using Microsoft.AspNetCore.Http.HttpResults;

namespace CustomerInsights.Host.Features.Access;

/// <summary>POST /tickets: makes a ticket with which one request goes without a key, for a browser that cannot send headers.</summary>
internal static class CreateTicket
{
    private const string Prefix = "/api/v1";

    /// <summary>What for.</summary>
    /// <param name="Route">The route that is to be read, without <c>/api/v1</c> and parameters: <c>/segments/events</c>.</param>
    public sealed record Request(string Route);

    /// <summary>The ticket, shown once.</summary>
    /// <param name="Ticket">Send it as <c>?ticket=</c>.</param>
    /// <param name="ExpiresAt">Until when it is good, once.</param>
    public sealed record Response(string Ticket, DateTimeOffset ExpiresAt);

    // Every role may read segments; what the route itself asks is asked below, and again when the ticket is used.
    public static void Map(IEndpointRouteBuilder routes) =>
        routes.MapPost("/tickets", HandleAsync).WithName(nameof(CreateTicket)).WithSummary("Makes a ticket, good once and for a minute, for a reader that cannot send a key.").Requires(AccessAction.Read, ResourceKind.Segment);

    internal static Results<Created<Response>, ProblemHttpResult> HandleAsync(Request request, Tickets tickets, EndpointDataSource endpoints, IAccess access, HttpContext context)
    {
        var able = endpoints.Endpoints.OfType<RouteEndpoint>().Where(endpoint => endpoint.Metadata.GetMetadata<TakesTicket>() is not null).ToList();
        if (able.Find(endpoint => endpoint.RoutePattern.RawText == Prefix + request.Route) is not { } wanted)
        {
            var routes = string.Join(", ", able.Select(endpoint => endpoint.RoutePattern.RawText![Prefix.Length..]).Order(StringComparer.Ordinal));
            return Problems.Invalid("/route", "route", $"No ticket is taken there; use one of {routes}.");
        }

        if (wanted.Metadata.GetMetadata<Requirement>() is not { } requirement || !access.May(context.User, requirement.Action, requirement.Kind, null))
        {
            return Problems.Forbidden("read", "that route");
        }

        if (tickets.Make(context.User.KeyId(), wanted.RoutePattern.RawText!) is not { } made)
        {
            return Problems.Conflict($"{Tickets.MostOfKey} tickets of your key are open.", "Use one, or wait a minute until they have expired.");
        }

        context.Response.Headers.CacheControl = "no-store";
        return TypedResults.Created((string?)null, new Response(made.Text, made.Expires));
    }
}
