using CustomerInsights.Host.Platform;

namespace CustomerInsights.Host.Features.Access;

/// <summary>What an endpoint asks of its caller; every endpoint under /api has one, a test sees to it.</summary>
internal sealed record Requirement(AccessAction Action, ResourceKind Kind);

internal static class RequirementExtensions
{
    /// <summary>Lets only those through who may do the action on the kind; the route value <c>name</c> or <c>id</c> says on which one.</summary>
    public static TBuilder Requires<TBuilder>(this TBuilder builder, AccessAction action, ResourceKind kind)
        where TBuilder : IEndpointConventionBuilder
    {
        builder.WithMetadata(new Requirement(action, kind));
        return builder;
    }

    /// <summary>Refuses, before any endpoint runs, what its requirement does not allow; an endpoint under /api without one answers nobody.</summary>
    public static IApplicationBuilder UseAccess(this IApplicationBuilder app) => app.Use(async (context, next) =>
    {
        var endpoint = context.GetEndpoint();
        if (endpoint is null || !context.Request.Path.StartsWithSegments("/api", StringComparison.OrdinalIgnoreCase))
        {
            await next(context);
            return;
        }

        if (context.User.Identity?.IsAuthenticated != true)
        {
            context.Response.Headers.WWWAuthenticate = "Bearer";
            context.Response.Headers.WWWAuthenticate = "Bearer";
            await Problems.Unauthenticated().ExecuteAsync(context);
            return;
        }

        if (endpoint is not RouteEndpoint)
        {
            // Routing's own answer: the method or the media type is not possible here. No handler of ours runs.
            await next(context);
            return;
        }

        var requirement = endpoint.Metadata.GetMetadata<Requirement>();
        var id = (context.GetRouteValue("name") ?? context.GetRouteValue("id")) as string;
        var access = context.RequestServices.GetRequiredService<IAccess>();
        if (requirement is null || !access.May(context.User, requirement.Action, requirement.Kind, id))
        {
            var (action, kind) = requirement is null ? ("use", "this route") : (requirement.Action.ToString().ToLowerInvariant(), Plural(requirement.Kind));
            await Problems.Forbidden(action, kind).ExecuteAsync(context);
            return;
        }

        await next(context);
    });

    private static string Plural(ResourceKind kind) => kind switch
    {
        ResourceKind.Activity => "activities",
        ResourceKind.Audit => "the audit",
        ResourceKind.Metadata => "metadata",
        ResourceKind.Privacy => "requests about personal data",
        ResourceKind.Unification => "unification policies",
        _ => kind.ToString().ToLowerInvariant() + "s",
    };
}
