using CustomerInsights.Host.Features.Access;
using CustomerInsights.Host.Platform;
using CustomerInsights.Storage.Privacy;
using Microsoft.AspNetCore.Http.HttpResults;

namespace CustomerInsights.Host.Features.Privacy;

/// <summary>GET /privacy/requests/{id}/export.json and export.html: what is held on the people of a request, until it expires.</summary>
internal static class DownloadPrivacyExport
{
    public static void Map(IEndpointRouteBuilder routes)
    {
        routes.MapGet("/privacy/requests/{id}/export.json", JsonAsync).WithName(nameof(DownloadPrivacyExport)).WithSummary("What is held on the people of a request, as JSON.")
            .Produces<string>(contentType: "application/json").Requires(AccessAction.Read, ResourceKind.Privacy);
        routes.MapGet("/privacy/requests/{id}/export.html", HtmlAsync).WithName(nameof(DownloadPrivacyExport) + "Html").WithSummary("What is held on the people of a request, as a page for people.")
            .Produces<string>(contentType: "text/html").Requires(AccessAction.Read, ResourceKind.Privacy);
    }

    internal static Task<Results<FileStreamHttpResult, ProblemHttpResult>> JsonAsync(string id, IPrivacyStore store, PrivacyFiles files, TimeProvider clock, HttpResponse response, CancellationToken cancellationToken) =>
        SendAsync(id, PrivacyFiles.JsonName, "application/json", store, files, clock, response, cancellationToken);

    internal static Task<Results<FileStreamHttpResult, ProblemHttpResult>> HtmlAsync(string id, IPrivacyStore store, PrivacyFiles files, TimeProvider clock, HttpResponse response, CancellationToken cancellationToken) =>
        SendAsync(id, PrivacyFiles.HtmlName, "text/html; charset=utf-8", store, files, clock, response, cancellationToken);

    private static async Task<Results<FileStreamHttpResult, ProblemHttpResult>> SendAsync(
        string id, string name, string type, IPrivacyStore store, PrivacyFiles files, TimeProvider clock, HttpResponse response, CancellationToken cancellationToken)
    {
        if (await store.FindAsync(id, cancellationToken) is not { Kind: PrivacyKind.Export } request)
        {
            return Problems.NotFound("export of personal data", id);
        }

        if (request.DoneAt is null)
        {
            return Problems.Conflict("The export is not done yet.", $"Follow its job: GET /api/v1/jobs/{request.JobId}.");
        }

        if (request.ExpiresAt < clock.GetUtcNow() || files.Open(request.Id, name) is not { } file)
        {
            return Problems.NotFound("file of the export", id, "It has expired, or the people in it were erased since. Make another request.");
        }

        response.Headers.CacheControl = "no-store";
        response.Headers.ContentSecurityPolicy = "default-src 'none'; style-src 'unsafe-inline'; sandbox";
        response.Headers.XContentTypeOptions = "nosniff";
        return TypedResults.File(file, type, name);
    }
}
