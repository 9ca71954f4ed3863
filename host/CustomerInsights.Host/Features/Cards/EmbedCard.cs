using System.Security.Cryptography;
using System.Text;
using System.Text.Encodings.Web;
using CustomerInsights.Core.Model;
using CustomerInsights.Host.Features.Metadata;
using CustomerInsights.Host.Features.Privacy.Reads;
using CustomerInsights.Host.Features.Profiles;
using CustomerInsights.Storage.Profiles;
using Microsoft.AspNetCore.Http.HttpResults;

namespace CustomerInsights.Host.Features.Cards;

/// <summary>GET /embed/profiles/{id}/card: a page with one card, to be put into a frame of a site that is allowed to. It runs nothing and loads nothing.</summary>
internal static class EmbedCard
{
    private const string Style =
        "body{margin:0;font:14px/1.4 system-ui,sans-serif;color:#1b1b1b}.card{padding:12px}.avatar{width:48px;height:48px;border-radius:6px;float:left;margin-right:12px}"
        + "h1{font-size:17px;margin:0 0 8px}dl{margin:0;clear:both}dl div{display:flex;gap:8px;padding:2px 0}dt{color:#666;min-width:110px}dd{margin:0;overflow-wrap:anywhere}"
        + "ul{list-style:none;margin:8px 0 0;padding:0}li{display:inline-block;background:#eef;border-radius:4px;padding:1px 6px;margin:0 4px 4px 0}";

    private static readonly string s_styleHash = Convert.ToBase64String(SHA256.HashData(Encoding.UTF8.GetBytes(Style)));

    private const string Route = "/embed/profiles/{id}/card";

    public static void Map(IEndpointRouteBuilder routes) => routes.MapGet(Route, HandleAsync).ExcludeFromDescription();

    private static async Task<IResult> HandleAsync(
        string id, string? token, HttpContext context, CardTokens tokens, IProfileStore profiles, MetadataService metadata, CardValues values, CardTemplates templates, ReadAudit reads, HostSettings settings, CancellationToken cancellationToken)
    {
        // A token is for the id that it was made for; a profile that was merged away since shows what it became.
        if (!ProfileId.TryParse(id, out var asked) || tokens.Card(token ?? "", asked) is not { } name || await profiles.FindAsync(asked, cancellationToken) is not { } profile)
        {
            return Page(context, settings, StatusCodes.Status403Forbidden, "<p>This card cannot be shown: its link is over or not valid. Ask for a new one.</p>");
        }

        var model = await metadata.ModelAsync(cancellationToken);
        var card = model.Cards.FirstOrDefault(one => one.Name == name && one.ProfileType == profile.Type);
        var html = card is not null && await values.OfAsync(model, card, [profile.Number], cancellationToken) is [var own]
            ? templates.Render(card, own, "data:image/svg+xml;base64," + Convert.ToBase64String(Encoding.UTF8.GetBytes(GetAvatar.Draw(profile.Id))))
            : null;
        if (html is not null)
        {
            await reads.NoteAsync("card token", $"GET {Route}", profile.Id, cancellationToken);
        }

        return html is null
            ? Page(context, settings, StatusCodes.Status404NotFound, "<p>There is nothing to show.</p>")
            : Page(context, settings, StatusCodes.Status200OK, html);
    }

    private static ContentHttpResult Page(HttpContext context, HostSettings settings, int status, string content)
    {
        var headers = context.Response.Headers;
        var ancestors = settings.FrameAncestors.Count == 0 ? "'none'" : string.Join(' ', settings.FrameAncestors);
        headers.ContentSecurityPolicy = $"default-src 'none'; style-src 'sha256-{s_styleHash}'; img-src data:; base-uri 'none'; form-action 'none'; frame-ancestors {ancestors}";
        headers.XContentTypeOptions = "nosniff";
        headers["Referrer-Policy"] = "no-referrer";
        headers.CacheControl = "no-store";
        return TypedResults.Content(
            $"<!doctype html><html lang=\"en\"><head><meta charset=\"utf-8\"><title>{HtmlEncoder.Default.Encode("Customer card")}</title><style>{Style}</style></head><body>{content}</body></html>",
            "text/html", Encoding.UTF8, status);
    }
}
