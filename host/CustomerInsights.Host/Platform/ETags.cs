using System.Globalization;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.Net.Http.Headers;

namespace CustomerInsights.Host.Platform;

/// <summary>Versions as ETags, and what a caller's If-Match and If-None-Match mean for an edit.</summary>
internal static class ETags
{
    public static string Of(long version) => $"\"v{version.ToString(CultureInfo.InvariantCulture)}\"";

    public static void Set(HttpResponse response, long version) => response.Headers.ETag = Of(version);

    /// <summary>
    /// Reads the condition of an edit: a version; 0 for "must not exist"; null for "whatever is there". Without a header, what exists must not be
    /// overwritten unseen.
    /// </summary>
    public static ProblemHttpResult? Condition(HttpRequest request, string kind, string name, long? existing, out long? version)
    {
        version = null;
        var match = request.Headers.IfMatch.ToString();
        if (match == "*")
        {
            return existing is null ? Problems.Stale($"If-Match: * asks for an existing {kind}, and there is no '{name}'.") : null;
        }

        if (match.Length > 0)
        {
            if (!EntityTagHeaderValue.TryParse(match, out var tag) || tag.IsWeak || tag.Tag.Length < 4 || tag.Tag[1] != 'v'
                || !long.TryParse(tag.Tag.AsSpan(2, tag.Tag.Length - 3), NumberStyles.None, CultureInfo.InvariantCulture, out var asked))
            {
                return Problems.Invalid("If-Match", "etag", $"If-Match: {Shorten(match)} is not an ETag of ours; send the one that you read, such as \"v12\", with its quotes.");
            }

            if (existing != asked)
            {
                return Problems.Stale(existing is null
                    ? $"The {kind} '{name}' does not exist any more."
                    : $"The {kind} '{name}' is at {Of(existing.Value)}, you sent {Of(asked)}. Read it again and repeat your change.");
            }

            version = asked;
            return null;
        }

        if (request.Headers.IfNoneMatch.ToString() is { Length: > 0 } none && none != "*")
        {
            return Problems.Invalid("If-None-Match", "etag", $"If-None-Match: {Shorten(none)} has no meaning for an edit; only * has: 'make it, if it does not exist'.");
        }

        if (existing is not null)
        {
            return request.Headers.IfNoneMatch == "*"
                ? Problems.Stale($"The {kind} '{name}' exists.")
                : Problems.PreconditionNeeded(kind, name);
        }

        version = 0;
        return null;
    }

    private static string Shorten(string text) => text.Length <= 60 ? text : text[..60] + "…";
}
