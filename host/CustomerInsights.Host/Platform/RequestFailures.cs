using System.Text.Json;
using CustomerInsights.Plugins.Boundary;
using CustomerInsights.Plugins.Desired;
using CustomerInsights.Storage;
using Microsoft.AspNetCore.Diagnostics;

namespace CustomerInsights.Host.Platform;

/// <summary>Turns what was thrown on the way into a problem. The log gets the exception, the caller gets a remedy.</summary>
internal sealed partial class RequestFailures(ILogger<RequestFailures> log) : IExceptionHandler
{
    public async ValueTask<bool> TryHandleAsync(HttpContext context, Exception exception, CancellationToken cancellationToken)
    {
        if (exception is OperationCanceledException && context.RequestAborted.IsCancellationRequested)
        {
            return true;
        }

        var problem = exception switch
        {
            BadHttpRequestException { StatusCode: StatusCodes.Status413PayloadTooLarge } => Problems.TooLarge(
                context.Features.Get<Microsoft.AspNetCore.Http.Features.IHttpMaxRequestBodySizeFeature>()?.MaxRequestBodySize ?? 0),
            BadHttpRequestException { InnerException: JsonException json } => Problems.Invalid("The JSON cannot be read.", [JsonFault(json)]),
            BadHttpRequestException { StatusCode: StatusCodes.Status415UnsupportedMediaType } => Problems.Make(
                StatusCodes.Status415UnsupportedMediaType, "media-type", "The body must be JSON.", "Send 'Content-Type: application/json'."),
            BadHttpRequestException bad => Problems.Invalid("", "request", bad.Message),
            JsonException json => Problems.Invalid("The JSON cannot be read.", [JsonFault(json)]),
            BadCursorException cursor => Problems.Invalid("cursor", "cursor", $"{cursor.Message} Take it as 'next' gave it, or leave it out to start at the beginning."),
            StoreConflictException conflict => Problems.Stale(conflict.Message),
            DesiredStateException { IsConflict: true } desired => Problems.Stale(desired.Message),
            DesiredStateException desired => Problems.Invalid(
                "plugins.json cannot be changed.", [.. desired.Problems.Select(problem => new Fault(problem.Pointer, problem.Rule, problem.Message))]),
            PluginCallException plugin => Problems.Plugin(plugin.Failure.Kind.ToString(), plugin.Failure.Message, plugin.Failure.ConfigurationPath),
            _ => null,
        };
        if (problem is null)
        {
            UnexpectedFailure(exception, context.Request.Method, context.Request.Path);
            problem = Problems.Unexpected(context.TraceIdentifier);
        }

        await problem.ExecuteAsync(context);
        return true;
    }

    internal static Fault JsonFault(JsonException json)
    {
        var pointer = json.Path is null or "$" ? "" : "/" + json.Path.TrimStart('$').TrimStart('.').Replace("['", "/", StringComparison.Ordinal)
            .Replace("']", "", StringComparison.Ordinal).Replace('[', '/').Replace("]", "", StringComparison.Ordinal).Replace('.', '/').TrimStart('/');
        var place = json.LineNumber is { } line ? $" (line {line + 1}, byte {json.BytePositionInLine + 1})" : "";

        // System.Text.Json appends its own place in another form, and names .NET types; people need neither.
        var message = json.Message.Split(" Path: ", 2)[0];
        if (message.Contains("could not be mapped to any .NET member", StringComparison.Ordinal))
        {
            var name = message.Split('\'') is { Length: > 1 } parts ? parts[1] : "?";
            message = $"'{name}' is not a known field here. Remove it, or check its spelling.";
        }
        else if (message.Contains("missing required properties", StringComparison.Ordinal))
        {
            message = "Required fields are missing:" + message.Split(':')[^1];
        }
        else if (message.Contains("could not be converted to", StringComparison.Ordinal))
        {
            message = "The value is of the wrong type or not one of the allowed values.";
        }

        return new Fault(pointer, "json", message + place);
    }

    [LoggerMessage(1000, LogLevel.Error, "{Method} {Path} failed.")]
    private partial void UnexpectedFailure(Exception exception, string method, string path);
}
