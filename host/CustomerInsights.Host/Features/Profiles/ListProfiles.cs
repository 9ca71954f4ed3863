using CustomerInsights.Host.Features.Access;
using CustomerInsights.Host.Features.Metadata;
using CustomerInsights.Host.Platform;
using CustomerInsights.Storage.Profiles;
using Microsoft.AspNetCore.Http.HttpResults;

namespace CustomerInsights.Host.Features.Profiles;

/// <summary>GET /profiles: profiles of a type, oldest first; or those found by name, e-mail, phone or id, best first.</summary>
internal static class ListProfiles
{
    private static readonly string[] s_by = ["name", "email", "phone", "id"];

    public static void Map(IEndpointRouteBuilder routes) =>
        routes.MapGet("/profiles", HandleAsync).WithName(nameof(ListProfiles)).WithSummary("Profiles of a type, oldest first; or those found by name, e-mail, phone or id, best first.").Requires(AccessAction.Read, ResourceKind.Profile);

    /// <summary>Answers.</summary>
    /// <param name="type">The profile type. Default: customer.</param>
    /// <param name="search">Words of a name (beginnings suffice), an e-mail address, a phone number in any format, or any id.</param>
    /// <param name="by">What the text is: name, email, phone or id; everything is tried if absent.</param>
    /// <param name="cursor">Where to go on.</param>
    /// <param name="limit">1 to 1,000. Default: 50.</param>
    /// <param name="metadata">What types there are.</param>
    /// <param name="store">The store.</param>
    /// <param name="owners">Accounts and parents.</param>
    /// <param name="cancellationToken">Cancels.</param>
    internal static async Task<Results<Ok<PageResponse<ProfileResponse>>, ProblemHttpResult>> HandleAsync(
        string? type, string? search, string? by, string? cursor, int? limit, MetadataService metadata, IProfileStore store, ProfileOwners owners, CancellationToken cancellationToken)
    {
        var request = new PageRequest(cursor, limit);
        var profileType = type ?? "customer";
        var known = (await metadata.ModelAsync(cancellationToken)).Schemas.Keys;
        if (type is not null && !known.Contains(type))
        {
            return Problems.Invalid("type", "unknown", $"There is no profile type '{type}'.{Names.Suggest(type, known)}");
        }

        if (search is null)
        {
            return TypedResults.Ok(await owners.PageAsync(await store.ListAsync(profileType, request.After(), request.Size(), cancellationToken), cancellationToken));
        }

        if (search.Trim().Length is 0 or > 200)
        {
            return Problems.Invalid("search", "length", "A search has 1 to 200 characters.");
        }

        if (by is not null && !s_by.Contains(by))
        {
            return Problems.Invalid("by", "by", $"'{by}' is not a way to search; use one of {string.Join(", ", s_by)}, or leave it out.");
        }

        return TypedResults.Ok(await owners.PageAsync(
            await store.SearchAsync(new ProfileSearch(profileType, search.Trim(), by), request.After(), request.Size(), cancellationToken), cancellationToken));
    }
}
