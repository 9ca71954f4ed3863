using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;

namespace CustomerInsights.Host.Platform;

/// <summary>One fault in what a caller sent.</summary>
/// <param name="Pointer">JSON pointer of the value at fault, or the name of the header or query parameter.</param>
/// <param name="Code">Stable, for programs.</param>
/// <param name="Message">What was found, what was expected, what to do.</param>
public sealed record Fault(string Pointer, string Code, string Message);

/// <summary>Every problem that REST answers with is made here: RFC 9457, a stable type, a remedy in the detail.</summary>
internal static class Problems
{
    public const string TypePrefix = "urn:customer-insights:problem:";

    public static ProblemHttpResult NotFound(string what, string id, string? remedy = null) =>
        Make(StatusCodes.Status404NotFound, "not-found", $"There is no {what} '{id}'.", remedy ?? $"List what there is, or check the spelling of '{id}'.");

    public static ProblemHttpResult Invalid(string title, IReadOnlyList<Fault> faults) =>
        Make(
            StatusCodes.Status400BadRequest,
            "invalid",
            title,
            faults.Count == 1 ? faults[0].Message : $"{faults.Count} faults; see 'errors'.",
            ("errors", faults));

    public static ProblemHttpResult Invalid(string pointer, string code, string message) =>
        Invalid("The request is not valid.", [new Fault(pointer, code, message)]);

    public static ProblemHttpResult Conflict(string title, string remedy) =>
        Make(StatusCodes.Status409Conflict, "conflict", title, remedy);

    public static ProblemHttpResult Stale(string detail) =>
        Make(StatusCodes.Status412PreconditionFailed, "stale", "It has changed since you read it.", detail);

    public static ProblemHttpResult PreconditionNeeded(string kind, string name) =>
        Make(
            StatusCodes.Status428PreconditionRequired,
            "precondition-required",
            $"The {kind} '{name}' exists.",
            "To change it, send the ETag that you read as If-Match. To change it whatever it is now, send If-Match: *.");

    public static ProblemHttpResult Unauthenticated() =>
        Make(StatusCodes.Status401Unauthorized, "unauthenticated", "An API key is needed.", "Send it as 'Authorization: Bearer <key>'. An admin makes keys with POST /api/v1/keys.");

    public static ProblemHttpResult TicketRefused() =>
        Make(StatusCodes.Status401Unauthorized, "unauthenticated", "The ticket is not good, or not any more.", "A ticket is good once, for a minute, on the route that it was made for. Make another with POST /api/v1/tickets.");

    public static ProblemHttpResult Forbidden(string action, string kind) =>
        Make(StatusCodes.Status403Forbidden, "forbidden", $"Your key may not {action} {kind}.", "Ask an admin for a key with a role that may.");

    public static ProblemHttpResult LockedOut(int seconds) =>
        Make(StatusCodes.Status429TooManyRequests, "locked-out", "Too many wrong keys from your address.", $"Wait {seconds} s, then send a valid key.");

    public static ProblemHttpResult TooLarge(long limit) =>
        Make(StatusCodes.Status413PayloadTooLarge, "too-large", "The request body is too large.", $"Send at most {limit:N0} bytes.");

    public static ProblemHttpResult Plugin(string kind, string message, string? pointer) =>
        Make(
            kind is "Configuration" or "Data" ? StatusCodes.Status422UnprocessableEntity : StatusCodes.Status502BadGateway,
            "plugin",
            $"The plugin reports a failure of kind {kind}.",
            message,
            ("errors", new[] { new Fault(pointer ?? "", kind, message) }));

    public static ProblemHttpResult Package(string code, string message) => code switch
    {
        "not-found" => Make(StatusCodes.Status404NotFound, "not-found", "There is no such plugin or version.", message),
        "json" or "lock" => Make(StatusCodes.Status400BadRequest, "invalid", "The request is not valid.", message, ("errors", new[] { new Fault("", code, message) })),
        "unreachable" => Make(StatusCodes.Status502BadGateway, "unreachable", "A catalog cannot be reached.", message),
        _ => Make(StatusCodes.Status409Conflict, "plugin-refused", "The plugin is not changed.", message, ("errors", new[] { new Fault("", code, message) })),
    };

    public static ProblemHttpResult Unexpected(string traceId) =>
        Make(StatusCodes.Status500InternalServerError, "unexpected", "Something went wrong on our side.", $"Try it again; if it fails again, look into the host's log for trace {traceId}.");

    /// <summary>What an answer without a body becomes: no such route, the wrong method, and the like.</summary>
    public static ProblemHttpResult ForStatus(HttpContext context) => context.Response.StatusCode switch
    {
        StatusCodes.Status404NotFound => Make(404, "not-found", "There is no such address.", "See /reference for the routes that there are."),
        StatusCodes.Status405MethodNotAllowed => Make(405, "method", $"{context.Request.Method} is not possible here.", "See /reference for the methods of this route."),
        StatusCodes.Status413PayloadTooLarge => TooLarge(context.RequestServices.GetRequiredService<HostSettings>().MaxRequestBytes),
        StatusCodes.Status415UnsupportedMediaType => Make(415, "media-type", "The body must be JSON.", "Send 'Content-Type: application/json'."),
        var status => Make(status, "status", $"The request was answered with {status}.", "See /reference."),
    };

    public static ProblemHttpResult Make(int status, string type, string title, string detail, params (string Name, object Value)[] extensions)
    {
        var problem = new ProblemDetails { Status = status, Type = TypePrefix + type, Title = title, Detail = detail };
        foreach (var (name, value) in extensions)
        {
            problem.Extensions[name] = value;
        }

        return TypedResults.Problem(problem);
    }
}
