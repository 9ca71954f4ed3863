using System.Globalization;
using System.Runtime.InteropServices;
using System.Text.Json;
using System.Text.Unicode;
using CustomerInsights.Core.Model;
using CustomerInsights.Host.Features.Metadata;
using CustomerInsights.Storage;

namespace CustomerInsights.Host.Features.Events.Receiving;

/// <summary>POST /v1/track and its kin, and /v1/batch, as the Segment protocol has them: 200 means that the events are durable.</summary>
internal static class ReceiveEvents
{
    private static readonly (string Path, string? Kind)[] s_routes =
    [
        ("track", "track"), ("t", "track"), ("identify", "identify"), ("i", "identify"), ("page", "page"), ("p", "page"), ("screen", "screen"), ("s", "screen"),
        ("group", "group"), ("g", "group"), ("alias", "alias"), ("a", "alias"), ("batch", null), ("b", null),
    ];

    public static void Map(IEndpointRouteBuilder routes)
    {
        foreach (var (path, kind) in s_routes)
        {
            routes.MapPost($"/v1/{path}", (HttpContext context, EventIntake intake, TimeProvider clock) => HandleAsync(context, kind, intake, clock)).ExcludeFromDescription();
            routes.MapMethods($"/v1/{path}", ["OPTIONS"], (HttpContext context, EventIntake intake) => EventOrigins.PreflightAsync(context, intake)).ExcludeFromDescription();
        }
    }

    private static async Task<IResult> HandleAsync(HttpContext context, string? kind, EventIntake intake, TimeProvider clock)
    {
        try
        {
            return await ReceiveAsync(context, kind, intake, clock);
        }
        catch (BadHttpRequestException error) when (error.StatusCode == StatusCodes.Status413PayloadTooLarge)
        {
            return Answer(context, StatusCodes.Status400BadRequest, TooLarge(kind));
        }
        catch (StoreFullException)
        {
            return Later(context, StatusCodes.Status503ServiceUnavailable, 30, "There is no room on disk; nothing was taken.");
        }
        catch (Exception error) when (error is ObjectDisposedException || (error is OperationCanceledException && !context.RequestAborted.IsCancellationRequested))
        {
            return Later(context, StatusCodes.Status503ServiceUnavailable, 5, "The host is stopping; nothing was taken.");
        }
    }

    private static async Task<IResult> ReceiveAsync(HttpContext context, string? kind, EventIntake intake, TimeProvider clock)
    {
        var most = kind is null ? EventLimits.BatchBytes : EventLimits.EventBytes;
        EventBody? body;
        try
        {
            body = await EventBody.ReadAsync(context.Request, most, context.RequestAborted);
        }
        catch (InvalidDataException)
        {
            return Answer(context, StatusCodes.Status400BadRequest, "The body says that it is gzip and is not.");
        }

        if (body is null)
        {
            return Answer(context, StatusCodes.Status400BadRequest, TooLarge(kind));
        }

        using (body)
        {
            // The parser looks at texts only when they are asked for.
            if (!Utf8.IsValid(body.Bytes.Span))
            {
                return Answer(context, StatusCodes.Status400BadRequest, "The body is no UTF-8.");
            }

            JsonDocument document;
            try
            {
                document = JsonDocument.Parse(WithoutMark(body.Bytes), new JsonDocumentOptions { MaxDepth = EventLimits.Depth });
            }
            catch (JsonException error)
            {
                return Answer(context, StatusCodes.Status400BadRequest, string.Create(
                    CultureInfo.InvariantCulture, $"The body is no JSON of at most {EventLimits.Depth} levels: line {(error.LineNumber ?? 0) + 1}, column {(error.BytePositionInLine ?? 0) + 1}."));
            }

            using (document)
            {
                return await TakeAsync(context, kind, document.RootElement, body.Bytes.Length, intake, clock);
            }
        }
    }

    private static async Task<IResult> TakeAsync(HttpContext context, string? kind, JsonElement root, int bytes, EventIntake intake, TimeProvider clock)
    {
        if (root.ValueKind != JsonValueKind.Object)
        {
            return Answer(context, StatusCodes.Status400BadRequest, "The body is no JSON object.");
        }

        if (kind is null && EventCheck.HalfBesideEvents(root))
        {
            return Answer(context, StatusCodes.Status400BadRequest, "Beside its events, the batch holds half a character.");
        }

        if (WriteKeys.Find(context.Request, root, await intake.SourcesAsync(context.RequestAborted)) is not { } source)
        {
            return Answer(context, StatusCodes.Status401Unauthorized, "The write key is not known. Send it as Basic credentials with an empty password, or as 'writeKey' in the body.");
        }

        if (!EventOrigins.Allow(context, source))
        {
            return Answer(context, StatusCodes.Status403Forbidden, "Pages of this site may not post to this source; an admin can add its origin.");
        }

        if (!source.Document.Enabled)
        {
            return Answer(context, StatusCodes.Status401Unauthorized, "The source is not enabled.");
        }

        if (intake.WaitFor(bytes) is { } seconds)
        {
            return Later(context, StatusCodes.Status429TooManyRequests, seconds, "Events come faster than they can be processed; nothing was taken.");
        }

        var items = kind is null ? root.TryGetProperty("batch"u8, out var batch) && batch.ValueKind == JsonValueKind.Array ? batch : (JsonElement?)null : root;
        if (items is not { } found)
        {
            return Answer(context, StatusCodes.Status400BadRequest, "'batch' is missing or no array.");
        }

        if (kind is null && found.GetArrayLength() > EventLimits.BatchEvents)
        {
            return Answer(context, StatusCodes.Status400BadRequest, string.Create(CultureInfo.InvariantCulture, $"'batch' has {found.GetArrayLength():N0} events; at most {EventLimits.BatchEvents:N0} are allowed."));
        }

        var events = Write(context, kind, root, found, source, clock);
        if (events.Count > 0)
        {
            await intake.AppendAsync(events, context.RequestAborted);
        }

        return Answer(context, StatusCodes.Status200OK, null);
    }

    private static IReadOnlyList<ReadOnlyMemory<byte>> Write(HttpContext context, string? kind, JsonElement root, JsonElement found, EventSourceModel source, TimeProvider clock)
    {
        var writer = new EventWriter(
            source.Name, kind is null ? root : null, context.Connection.RemoteIpAddress, context.Request.Headers.Origin.Count > 0, () => Guid.CreateVersion7(clock.GetUtcNow()).ToString());
        if (kind is not null)
        {
            Add(found);
        }
        else
        {
            foreach (var item in found.EnumerateArray())
            {
                Add(item);
            }
        }

        return writer.Events;

        void Add(JsonElement item)
        {
            if (item.ValueKind != JsonValueKind.Object)
            {
                writer.Add(item, null, "It is no JSON object.");
                return;
            }

            if (HalfCharacters.In(item))
            {
                writer.Add(item, kind, EventCheck.Half);
                return;
            }

            var call = EventCheck.KindOf(item, kind);
            writer.Add(item, call, EventCheck.Refusal(item, call, JsonMarshal.GetRawUtf8Value(item).Length));
        }
    }

    private static IResult Later(HttpContext context, int status, int seconds, string message)
    {
        context.Response.Headers.RetryAfter = seconds.ToString(CultureInfo.InvariantCulture);
        context.Response.Headers["X-RateLimit-Reset"] = seconds.ToString(CultureInfo.InvariantCulture);
        return Answer(context, status, message);
    }

    private static IResult Answer(HttpContext context, int status, string? message)
    {
        EventOrigins.Expose(context);
        return message is null
            ? TypedResults.Text("""{"success":true}"""u8, "application/json", status)
            : TypedResults.Json(new { success = false, message }, statusCode: status);
    }

    private static string TooLarge(string? kind) => string.Create(
        CultureInfo.InvariantCulture, $"The body is larger than {(kind is null ? EventLimits.BatchBytes : EventLimits.EventBytes):N0} bytes, {(kind is null ? "the most for a batch" : "the most for an event")}.");

    private static ReadOnlyMemory<byte> WithoutMark(ReadOnlyMemory<byte> bytes) => bytes.Span is [0xEF, 0xBB, 0xBF, ..] ? bytes[3..] : bytes;
}
