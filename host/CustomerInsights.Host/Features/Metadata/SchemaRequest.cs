using CustomerInsights.Core.Rules;
using CustomerInsights.Host.Platform;
using Microsoft.AspNetCore.Http.HttpResults;

namespace CustomerInsights.Host.Features.Metadata;

/// <summary>What a request names by <c>profileType</c>.</summary>
internal static class SchemaRequest
{
    /// <summary>The schema of a profile type, or the problem that there is none.</summary>
    public static ProblemHttpResult? Schema(InsightsModel model, string profileType, out RuleSchema schema) =>
        model.Schemas.TryGetValue(profileType, out schema!)
            ? null
            : Problems.Invalid("/profileType", "unknown", $"There is no profile type '{profileType}'.{Names.Suggest(profileType, model.Schemas.Keys)}");
}
