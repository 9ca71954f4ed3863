using System.Text.Json;
using CustomerInsights.Core.Rules;
using CustomerInsights.Host.Features.Metadata;
using CustomerInsights.Host.Platform;
using Microsoft.AspNetCore.Http.HttpResults;

namespace CustomerInsights.Host.Features.Rules;

/// <summary>What the endpoints for rules share: a rule's JSON form is nested more deeply than other requests and answers are.</summary>
internal static class RuleRequest
{
    /// <summary>As everywhere, but as deep as the JSON form of a rule of 64 levels inside a request.</summary>
    public static JsonSerializerOptions Deep { get; } = new(Json.Options) { MaxDepth = (2 * RuleLimits.Depth) + 20, Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>The body, or what is wrong with its kind; malformed JSON is thrown and answered as it is everywhere.</summary>
    public static async ValueTask<(T? Body, ProblemHttpResult? Problem)> ReadAsync<T>(HttpRequest request, CancellationToken cancellationToken)
        where T : class
    {
        if (!request.HasJsonContentType())
        {
            return (null, Problems.Make(StatusCodes.Status415UnsupportedMediaType, "media-type", "The body must be JSON.", "Send 'Content-Type: application/json'."));
        }

        var body = await JsonSerializer.DeserializeAsync<T>(request.Body, Deep, cancellationToken);
        return body is null ? (null, Problems.Invalid("", "body", "The body is null. Send a JSON object.")) : (body, null);
    }

    /// <summary>The rule as text or as a tree; exactly one of the two must be there.</summary>
    public static ProblemHttpResult? Parse(string? rule, JsonElement? tree, out ParseResult? parsed)
    {
        parsed = (rule, tree) switch
        {
            ({ } text, null) => RuleText.Parse(text),
            (null, { } json) => RuleJson.Read(json),
            _ => null,
        };
        return parsed is not null ? null
            : rule is null ? Problems.Invalid("/rule", "required", "Give the rule as text in 'rule', or as a tree in 'tree'.")
            : Problems.Invalid("/tree", "ambiguous", "Give 'rule' or 'tree', not both.");
    }
}
