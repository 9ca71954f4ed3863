using System.Reflection;
using CustomerInsights.Plugins.Context;
using CustomerInsights.Plugins.Workers;
using CustomerInsights.Sdk;

namespace CustomerInsights.Plugins.Boundary;

/// <summary>Turns an exception of a plugin into text. Its members are plugin code: they may throw, too.</summary>
internal static class FailureText
{
    internal const int MaxMessage = 1000;
    internal const int MaxDetail = 16_000;

    internal static PluginFailure Flatten(string call, Exception error, RevealedSecrets secrets)
    {
        if (error is RemoteFailureException { Failure: { } remote })
        {
            // Made by the same code in the worker, so it is text already; but a worker may say what it likes.
            return remote with
            {
                Kind = Enum.IsDefined(remote.Kind) ? remote.Kind : FailureKind.Bug,
                Message = Cut(secrets.Redact(remote.Message ?? ""), MaxMessage),
                Detail = remote.Detail is { } text ? Cut(secrets.Redact(text), MaxDetail) : null,
            };
        }

        var detail = Cut(secrets.Redact(Safe(() => error.ToString(), error)), MaxDetail);
        switch (error)
        {
            case PluginException known:
                var message = Safe(() => known.Message, known);
                return new(
                    known.Kind,
                    Cut(secrets.Redact(string.IsNullOrWhiteSpace(message) ? $"{call} failed without saying why." : message), MaxMessage),
                    detail,
                    known.RetryAfter is { } wait && wait >= TimeSpan.Zero ? wait : null,
                    known.ConfigurationPath)
                {
                    Stream = known.Stream,
                };
            case RuleBrokenException rule:
                return Bug($"{call} broke the rule '{rule.Rule}': {rule.Message}", detail, secrets);
            case MissingMemberException or TypeLoadException or FileNotFoundException or FileLoadException or BadImageFormatException:
                return Bug($"{call} needs code that is not there: {Safe(() => error.GetBaseException().Message, error)}", detail, secrets);
            case TargetInvocationException { InnerException: { } inner }:
                return Flatten(call, inner, secrets);
            default:
                return Bug($"{call} threw {Safe(() => error.GetType().Name, error)}: {Safe(() => error.Message, error)}", detail, secrets);
        }
    }

    internal static string Cut(string text, int length) => text.Length <= length ? text : text[..(length - 1)] + "…";

    private static PluginFailure Bug(string message, string detail, RevealedSecrets secrets) =>
        new(FailureKind.Bug, Cut(secrets.Redact(message), MaxMessage), detail);

    private static string Safe(Func<string?> read, Exception error)
    {
        try
        {
            return read() ?? "";
        }
        catch (Exception)
        {
            // An exception whose own text throws has no text; its type is all that can be told.
            return error.GetType().FullName ?? "an exception";
        }
    }
}
