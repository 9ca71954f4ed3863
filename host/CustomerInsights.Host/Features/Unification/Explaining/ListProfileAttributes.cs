using CustomerInsights.Core.Model;
using CustomerInsights.Host.Features.Access;
using CustomerInsights.Host.Features.Profiles;
using CustomerInsights.Host.Platform.Tables;
using CustomerInsights.Storage.Profiles;
using Microsoft.AspNetCore.Http.HttpResults;
using Problems = CustomerInsights.Host.Platform.Problems;

namespace CustomerInsights.Host.Features.Unification.Explaining;

/// <summary>GET /profiles/{id}/attributes: a profile's attributes, each with where it came from, by which rule, and the values that lost.</summary>
internal static class ListProfileAttributes
{
    /// <summary>The attributes.</summary>
    /// <param name="Id">The profile's id; another than asked for when that one was merged away.</param>
    /// <param name="View">Which of them these are.</param>
    /// <param name="Items">In the order of the type.</param>
    public sealed record Response(string Id, AttributeView View, IReadOnlyList<ProfileAttributeResponse> Items) : ITablePage<ProfileAttributeResponse>;

    public static void Map(IEndpointRouteBuilder routes) =>
        routes.MapGet("/profiles/{id}/attributes", HandleAsync).WithName(nameof(ListProfileAttributes))
            .WithSummary("A profile's attributes with source, rule and losing values: 'view' is common (known of most profiles; the default), known or all; 'search' looks into names, descriptions and values.")
            .Requires(AccessAction.Read, ResourceKind.Profile).AsTable("attributes");

    internal static async Task<Results<Ok<Response>, ProblemHttpResult>> HandleAsync(
        string id, string? view, string? search, IProfileStore profiles, AttributeSources sources, CommonAttributes common, CancellationToken cancellationToken)
    {
        if (search is { Length: > 200 })
        {
            return Problems.Invalid("search", "length", "Search for at most 200 characters.");
        }

        if (!Enum.TryParse<AttributeView>(view ?? nameof(AttributeView.Common), ignoreCase: true, out var which) || !Enum.IsDefined(which))
        {
            return Problems.Invalid("view", "view", $"There is no view '{view}'; ask for common, known or all.");
        }

        if (!ProfileId.TryParse(id, out var asked) || await profiles.FindAsync(asked, cancellationToken) is not { } profile)
        {
            return Problems.NotFound("profile", id, "Search for the person: GET /api/v1/profiles?search=…");
        }

        var items = await sources.OfAsync(profile, cancellationToken);
        var usual = which == AttributeView.Common ? await common.OfAsync(profile.Type, cancellationToken) : null;
        return TypedResults.Ok(new Response(
            profile.Id.ToString(),
            which,
            [
                .. items.Where(item => which switch
                {
                    AttributeView.Known => item.Value is not null,
                    AttributeView.Common => usual!.Contains(item.Name),
                    _ => true,
                }).Where(item => Fits(item, search)),
            ]));
    }

    private static bool Fits(ProfileAttributeResponse item, string? search)
    {
        bool Has(string? text) => text?.Contains(search!.Trim(), StringComparison.OrdinalIgnoreCase) == true;
        return string.IsNullOrWhiteSpace(search) || Has(item.Name) || Has(item.Description) || Has(item.Value as string ?? item.Value?.ToString());
    }
}
