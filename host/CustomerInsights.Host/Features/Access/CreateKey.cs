using CustomerInsights.Host.Platform;
using Microsoft.AspNetCore.Http.HttpResults;

namespace CustomerInsights.Host.Features.Access;

/// <summary>POST /keys: makes an API key and shows it once.</summary>
internal static class CreateKey
{
    /// <summary>What to make.</summary>
    /// <param name="Name">For people; 1 to 100 characters, unique among keys in use.</param>
    /// <param name="Role">admin, contributor or viewer.</param>
    public sealed record Request(string Name, string Role);

    /// <summary>The key, shown once.</summary>
    /// <param name="Id">The public part.</param>
    /// <param name="Name">The name.</param>
    /// <param name="Role">The role.</param>
    /// <param name="Key">The key itself. It is shown now and never again.</param>
    public sealed record Response(string Id, string Name, string Role, string Key);

    public static void Map(IEndpointRouteBuilder routes) =>
        routes.MapPost("/keys", HandleAsync).WithName(nameof(CreateKey)).WithSummary("Makes an API key and shows it once.").Requires(AccessAction.Write, ResourceKind.Key);

    internal static async Task<Results<Created<Response>, ProblemHttpResult>> HandleAsync(
        Request request, ApiKeys keys, Storage.Access.IApiKeyStore store, HttpContext context, CancellationToken cancellationToken)
    {
        if (request.Name.Trim().Length is 0 or > 100)
        {
            return Problems.Invalid("/name", "length", "A key's name has 1 to 100 characters.");
        }

        if (!Roles.All.Contains(request.Role))
        {
            return Problems.Invalid("/role", "role", $"'{request.Role}' is not a role; use one of {string.Join(", ", Roles.All)}.");
        }

        if ((await store.ListAsync(cancellationToken)).Any(key => key.RevokedAt is null && key.Name == request.Name.Trim()))
        {
            return Problems.Conflict($"A key named '{request.Name}' is in use.", "Choose another name, or revoke that key first.");
        }

        var (key, text) = await keys.CreateAsync(request.Name.Trim(), request.Role, context.ActorName(), cancellationToken);
        return TypedResults.Created($"/api/v1/keys/{key.Id}", new Response(key.Id, key.Name, key.Role, text));
    }
}
