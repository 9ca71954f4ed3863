using CustomerInsights.Core.Model;
using CustomerInsights.Host.Features.Access;
using CustomerInsights.Host.Features.Metadata;
using CustomerInsights.Host.Features.Profiles;
using CustomerInsights.Host.Platform;
using CustomerInsights.Host.Platform.Tables;
using CustomerInsights.Storage.Links;
using CustomerInsights.Storage.Profiles;
using Microsoft.AspNetCore.Http.HttpResults;

namespace CustomerInsights.Host.Features.Accounts;

/// <summary>GET /profiles/{id}/contacts: the profiles that belong to an account, oldest first; of one type if it is given.</summary>
internal static class ListContacts
{
    public static void Map(IEndpointRouteBuilder routes) =>
        routes.MapGet("/profiles/{id}/contacts", HandleAsync).WithName(nameof(ListContacts)).WithSummary("The profiles that belong to an account, oldest first; of one type if it is given.").Requires(AccessAction.Read, ResourceKind.Profile).AsTable("contacts");

    internal static async Task<Results<Ok<PageResponse<ProfileResponse>>, ProblemHttpResult>> HandleAsync(
        string id, string? type, string? cursor, int? limit, IProfileStore profiles, IProfileLinkStore links, ProfileOwners owners, MetadataService metadata, CancellationToken cancellationToken)
    {
        if (!ProfileId.TryParse(id, out var asked) || await profiles.FindAsync(asked, cancellationToken) is not { } account)
        {
            return Problems.NotFound("profile", id, "Search for the account: GET /api/v1/profiles?type=account&search=…");
        }

        var known = (await metadata.ModelAsync(cancellationToken)).Schemas.Keys;
        if (type is not null && !known.Contains(type))
        {
            return Problems.Invalid("type", "unknown", $"There is no profile type '{type}'.{Names.Suggest(type, known)}");
        }

        var request = new PageRequest(cursor, limit);
        return TypedResults.Ok(await owners.PageAsync(
            await links.SourcesAsync(account.Id, LinkKind.BelongsTo, type, request.After(), request.Size(), cancellationToken), cancellationToken));
    }
}
