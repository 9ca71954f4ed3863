using CustomerInsights.Host.Features.Access;
using CustomerInsights.Host.Features.Metadata;
using CustomerInsights.Host.Features.Profiles.Search;
using CustomerInsights.Host.Platform;
using CustomerInsights.Host.Platform.Tables;
using Microsoft.AspNetCore.Http.HttpResults;

namespace CustomerInsights.Host.Features.Profiles;

/// <summary>GET /profiles: profiles of a type, oldest first; or those found by name, e-mail, phone or id, best first; of a rule or segment.</summary>
internal static class ListProfiles
{
    private static readonly string[] s_by = ["name", "email", "phone", "id"];

    public static void Map(IEndpointRouteBuilder routes) =>
        routes.MapGet("/profiles", HandleAsync).WithName(nameof(ListProfiles)).WithSummary("Profiles of a type, oldest first; or those found by name, e-mail, phone or id, best first; of a rule or segment.").Requires(AccessAction.Read, ResourceKind.Profile).AsTable("profiles");

    /// <summary>Answers.</summary>
    /// <param name="type">The profile type. Default: customer.</param>
    /// <param name="search">Words of a name (beginnings suffice, typing errors are forgiven), an e-mail address, a phone number in any format, or any id.</param>
    /// <param name="by">What the text is: name, email, phone or id; everything is tried if absent.</param>
    /// <param name="filter">A rule; only profiles for which it holds.</param>
    /// <param name="segment">A segment; only its members.</param>
    /// <param name="known">true: only known profiles; false: only visitors of whom nothing is known. Default: both.</param>
    /// <param name="cursor">Where to go on.</param>
    /// <param name="limit">1 to 1,000. Default: 50.</param>
    /// <param name="table">Asked for as a file.</param>
    /// <param name="metadata">What types there are.</param>
    /// <param name="searcher">Searches.</param>
    /// <param name="owners">Accounts and parents.</param>
    /// <param name="cancellationToken">Cancels.</param>
    internal static async Task<Results<Ok<PageResponse<ProfileResponse>>, TableResult, ProblemHttpResult>> HandleAsync(
        string? type, string? search, string? by, string? filter, string? segment, bool? known, string? cursor, int? limit, TableRequest? table,
        MetadataService metadata, ProfileSearcher searcher, ProfileOwners owners, CancellationToken cancellationToken)
    {
        var request = new PageRequest(cursor, limit);
        var profileType = type ?? "customer";
        var model = await metadata.ModelAsync(cancellationToken);
        if (type is not null && !model.Schemas.ContainsKey(type))
        {
            return Problems.Invalid("type", "unknown", $"There is no profile type '{type}'.{Names.Suggest(type, model.Schemas.Keys)}");
        }

        if (search is not null && search.Trim().Length is 0 or > 200)
        {
            return Problems.Invalid("search", "length", "A search has 1 to 200 characters.");
        }

        if (by is not null && !s_by.Contains(by))
        {
            return Problems.Invalid("by", "by", $"'{by}' is not a way to search; use one of {string.Join(", ", s_by)}, or leave it out.");
        }

        if (segment is not null && !model.Segments.Any(one => one.Name == segment && one.Document.ProfileType == profileType))
        {
            return Problems.Invalid("segment", "unknown", $"There is no segment '{segment}' of {profileType}s.{Names.Suggest(segment, model.Segments.Where(one => one.Document.ProfileType == profileType).Select(one => one.Name))}");
        }

        SegmentModel? rule = null;
        if (filter is not null)
        {
            if (!model.Schemas.ContainsKey(profileType))
            {
                return Problems.Invalid("filter", "unknown", $"There is no profile type '{profileType}'.");
            }

            (rule, var faults) = SegmentBinding.Draft(model, "(filter)", new SegmentDocument { Rule = filter, ProfileType = profileType });
            if (rule is null)
            {
                return Problems.Invalid("The filter is not valid.", [.. faults.Select(fault => fault with { Pointer = "filter" })]);
            }
        }

        try
        {
            var asked = new ProfileSearcher.Request(profileType, search?.Trim(), by, rule, segment, known);
            if (table is not null && search is null)
            {
                return new TableResult(table, Table.Of("profiles", owners.ReadAsync(await searcher.ReadAsync(model, asked, cancellationToken), cancellationToken)));
            }

            var (page, matches) = await searcher.FindAsync(model, asked, request.After(), request.Size(), cancellationToken);
            var response = await owners.PageAsync(page, cancellationToken);
            return TypedResults.Ok(response with { Items = [.. response.Items.Select((item, i) => item with { Match = MatchResponse.Of(matches, page.Items[i], search) })] });
        }
        catch (Jobs.JobFailedException failure)
        {
            return Problems.Invalid("filter", "evaluation", failure.Message);
        }
    }
}
