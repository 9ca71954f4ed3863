using System.Text.Json.Nodes;

namespace CustomerInsights.Host.Features.Events.Receiving;

/// <summary>GET /v1/projects/{key}/settings: what the Segment browser SDK asks for when it starts, so that it posts here and loads nothing from elsewhere.</summary>
internal static class GetBrowserSettings
{
    public static void Map(IEndpointRouteBuilder routes) =>
        routes.MapGet("/v1/projects/{key}/settings", HandleAsync).ExcludeFromDescription();

    private static async Task<IResult> HandleAsync(string key, HttpContext context, EventIntake intake)
    {
        if (!(await intake.SourcesAsync(context.RequestAborted)).TryGetValue(key, out var source) || !source.Document.Enabled || !EventOrigins.Allow(context, source))
        {
            return TypedResults.Json(new { success = false, message = "The write key is not known, the source is not enabled, or pages of this site may not post to it." }, statusCode: StatusCodes.Status404NotFound);
        }

        EventOrigins.Expose(context);
        context.Response.Headers.CacheControl = "public, max-age=120";
        var everything = new JsonObject { ["__default"] = new JsonObject { ["enabled"] = true, ["integrations"] = new JsonObject() } };
        return TypedResults.Json(new JsonObject
        {
            ["integrations"] = new JsonObject
            {
                ["Segment.io"] = new JsonObject
                {
                    ["apiKey"] = key,
                    ["apiHost"] = $"{context.Request.Host}/v1",
                    ["protocol"] = context.Request.Scheme,
                    ["unbundledIntegrations"] = new JsonArray(),
                    ["addBundledMetadata"] = true,
                    ["versionSettings"] = new JsonObject { ["version"] = "4.4.7", ["componentTypes"] = new JsonArray("browser") },
                },
            },
            ["plan"] = new JsonObject { ["track"] = everything, ["identify"] = everything.DeepClone(), ["group"] = everything.DeepClone() },
            ["edgeFunction"] = new JsonObject(),
            ["analyticsNextEnabled"] = true,
            ["middlewareSettings"] = new JsonObject(),
            ["enabledMiddleware"] = new JsonObject(),
            ["metrics"] = new JsonObject { ["sampleRate"] = 0 },
            ["legacyVideoPluginsEnabled"] = false,
            ["remotePlugins"] = new JsonArray(),
        });
    }
}
