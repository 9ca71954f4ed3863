using System.Diagnostics;
using System.Text;
using System.Text.Json;
using CustomerInsights.Host.Features.Jobs;
using CustomerInsights.Host.Features.Metadata;
using CustomerInsights.Plugins.Boundary;
using CustomerInsights.Plugins.Desired;
using CustomerInsights.Plugins.Packaging;
using CustomerInsights.Storage;
using Microsoft.AspNetCore.Diagnostics;

namespace CustomerInsights.Host.Platform;

/// <summary>Turns what was thrown on the way into a problem. The log gets the exception, the caller gets a remedy.</summary>
internal sealed partial class RequestFailures(HostSettings settings, ILogger<RequestFailures> log) : IExceptionHandler
{
    public async ValueTask<bool> TryHandleAsync(HttpContext context, Exception exception, CancellationToken cancellationToken)
    {
        if (exception is OperationCanceledException && context.RequestAborted.IsCancellationRequested)
        {
            return true;
        }

        var problem = exception switch
        {
            BadHttpRequestException { StatusCode: StatusCodes.Status413PayloadTooLarge } => Problems.TooLarge(settings.MaxRequestBytes),
            BadHttpRequestException { InnerException: JsonException json } => Problems.Invalid("The JSON cannot be read.", [JsonFault(json)]),
            BadHttpRequestException { StatusCode: StatusCodes.Status415UnsupportedMediaType } => Problems.Make(
                StatusCodes.Status415UnsupportedMediaType, "media-type", "The body must be JSON.", "Send 'Content-Type: application/json'."),
            BadHttpRequestException bad => RequestFault(bad.Message),
            BadParameterException parameter => Problems.Invalid(parameter.Parameter, "parameter", parameter.Message),
            JsonException json => Problems.Invalid("The JSON cannot be read.", [JsonFault(json)]),
            BadCursorException => Problems.Invalid("cursor", "cursor", "The cursor is not one that this list gave. Take it as 'next' gave it, or leave it out to start at the beginning."),
            NotReadyException later => Problems.Make(StatusCodes.Status503ServiceUnavailable, "not-ready", "It is not ready.", later.Message),
            StoreFullException full => Problems.Make(StatusCodes.Status507InsufficientStorage, "disk-full", "There is no room for it.", full.Message),
            StoreConflictException conflict => Problems.Stale(conflict.Message),
            DesiredStateException { IsConflict: true } desired => Problems.Stale(desired.Message),
            DesiredStateException desired => Problems.Invalid(
                "plugins.json cannot be changed.", [.. desired.Problems.Select(problem => new Fault(problem.Pointer, problem.Rule, problem.Message))]),
            JobFailedException { Kind: "Data" } evaluation => Problems.Invalid("", "evaluation", evaluation.Message),
            PackageException package => Problems.Package(package.Code, package.Message),
            PluginCallException plugin => Problems.Plugin(plugin.Failure.Kind.ToString(), plugin.Failure.Message, plugin.Failure.ConfigurationPath),
            _ => null,
        };
        if (exception is NotReadyException)
        {
            context.Response.Headers.RetryAfter = "2";
        }

        if (problem is null)
        {
            // The same trace as 'traceId' of the answer.
            var trace = Activity.Current?.Id ?? context.TraceIdentifier;
            UnexpectedFailure(exception, context.Request.Method, context.Request.Path, trace);
            problem = Problems.Unexpected(trace);
        }

        await problem.ExecuteAsync(context);
        return true;
    }

    // Minimal APIs have no other form for these than the text that is meant for the developer.
    private static Microsoft.AspNetCore.Http.HttpResults.ProblemHttpResult RequestFault(string message)
    {
        if (message.Contains("body", StringComparison.Ordinal) && message.StartsWith("Implicit body inferred", StringComparison.Ordinal))
        {
            return Problems.Invalid("", "body", "The body is empty. Send a JSON document.");
        }

        // Failed to bind parameter "Nullable<int> limit" from "many".
        return message.Split('"') is ["Failed to bind parameter ", var parameter, " from ", var value, ..]
            ? Problems.Invalid(parameter.Split(' ')[^1], "parameter", $"'{value}' is not possible as {parameter.Split(' ')[^1]}; see /reference for its type.")
            : Problems.Invalid("", "request", message);
    }

    internal static Fault JsonFault(JsonException json)
    {
        var pointer = Pointer(json.Path);
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
        else if (message.StartsWith("Duplicate property", StringComparison.Ordinal))
        {
            message = $"'{(message.Split('\'') is { Length: > 1 } parts ? parts[1] : "?")}' is there twice. Keep one of them.";
        }
        else if (message.Contains("doesn't allow", StringComparison.Ordinal) && message.Contains("null", StringComparison.Ordinal))
        {
            message = "A value is needed here; null is not one.";
        }
        else if (message.StartsWith("Expected depth to be zero", StringComparison.Ordinal) || message.Contains("reached end of data", StringComparison.Ordinal))
        {
            message = "The JSON ends too early: a quotation mark, a bracket or a brace is not closed.";
        }
        else if (message.Contains("could not be converted to", StringComparison.Ordinal))
        {
            var allowed = Allowed(message);
            message = allowed.Length > 0 ? $"The value is not one of the allowed ones: {string.Join(", ", allowed)}." : "The value is of the wrong type or not one of the allowed values.";
        }

        return new Fault(pointer, "json", message + place);
    }

    // The serializer names the type; of an enumeration people need its words.
    private static string[] Allowed(string message)
    {
        var start = message.IndexOf(nameof(CustomerInsights) + ".", StringComparison.Ordinal);
        if (start < 0)
        {
            return [];
        }

        var name = string.Concat(message[start..].TakeWhile(c => char.IsLetterOrDigit(c) || c is '.' or '+')).TrimEnd('.');
        var type = AppDomain.CurrentDomain.GetAssemblies().Select(assembly => assembly.GetType(name)).FirstOrDefault(found => found is { IsEnum: true });
        return type is null ? [] : Array.ConvertAll(Enum.GetNames(type), System.Text.Json.JsonNamingPolicy.CamelCase.ConvertName);
    }

    // From the serializer's $.mappings['crm.contacts'].fields[2] to /mappings/crm.contacts/fields/2. Brackets hold names with points and slashes.
    private static string Pointer(string? path)
    {
        var pointer = new StringBuilder();
        for (var rest = path is null ? "" : path[1..]; rest.Length > 0;)
        {
            var quoted = rest.StartsWith("['", StringComparison.Ordinal);
            var end = quoted ? rest.IndexOf("']", StringComparison.Ordinal) : rest.AsSpan(1).IndexOfAny('.', '[', ']') + 1;
            end = end <= 0 ? rest.Length : end;
            pointer.Append('/').Append(Names.Escape(rest[(quoted ? 2 : 1)..end]));
            rest = rest[Math.Min(rest.Length, end + (quoted ? 2 : rest[0] == '[' ? 1 : 0))..];
        }

        return pointer.ToString();
    }

    [LoggerMessage(1000, LogLevel.Error, "{Method} {Path} failed, trace {Trace}.")]
    private partial void UnexpectedFailure(Exception exception, string method, string path, string trace);
}
