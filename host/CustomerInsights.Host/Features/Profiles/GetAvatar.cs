using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using CustomerInsights.Core.Model;
using CustomerInsights.Host.Features.Access;
using CustomerInsights.Host.Platform;
using CustomerInsights.Storage.Profiles;
using Microsoft.AspNetCore.Http.HttpResults;

namespace CustomerInsights.Host.Features.Profiles;

/// <summary>GET /profiles/{id}/avatar: a drawing that is always the same for a profile, for those without a picture.</summary>
internal static class GetAvatar
{
    private const int Cells = 5;

    public static void Map(IEndpointRouteBuilder routes) =>
        routes.MapGet("/profiles/{id}/avatar", HandleAsync).WithName(nameof(GetAvatar))
            .WithSummary("An SVG drawing that is always the same for a profile, for those without a picture.").Requires(AccessAction.Read, ResourceKind.Profile);

    internal static async Task<Results<ContentHttpResult, ProblemHttpResult>> HandleAsync(string id, IProfileStore profiles, HttpResponse response, CancellationToken cancellationToken)
    {
        if (!ProfileId.TryParse(id, out var asked) || await profiles.FindAsync(asked, cancellationToken) is not { } profile)
        {
            return Problems.NotFound("profile", id);
        }

        response.Headers.CacheControl = "private, max-age=86400";
        return TypedResults.Content(Draw(profile.Id), "image/svg+xml", Encoding.UTF8);
    }

    /// <summary>Draws a profile's identicon: five by five cells, mirrored, in a colour of its own.</summary>
    public static string Draw(ProfileId id)
    {
        var hash = SHA256.HashData(Encoding.UTF8.GetBytes(id.ToString()));
        var svg = new StringBuilder("""<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 7 7" shape-rendering="crispEdges"><rect width="7" height="7" fill="#f2f2f2"/>""");
        svg.Append(CultureInfo.InvariantCulture, $"<g fill=\"hsl({((hash[0] << 8) | hash[1]) % 360},55%,45%)\">");
        for (var y = 0; y < Cells; y++)
        {
            for (var x = 0; x < Cells; x++)
            {
                if ((hash[2 + (y * 3) + Math.Min(x, Cells - 1 - x)] & 1) == 1)
                {
                    svg.Append(CultureInfo.InvariantCulture, $"<rect x=\"{x + 1}\" y=\"{y + 1}\" width=\"1\" height=\"1\"/>");
                }
            }
        }

        return svg.Append("</g></svg>").ToString();
    }
}
