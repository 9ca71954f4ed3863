using CustomerInsights.Core.Model;
using CustomerInsights.Core.Rules;
using CustomerInsights.Core.Unification;
using CustomerInsights.Core.Unification.Linkage;
using CustomerInsights.Host.Features.Access;
using CustomerInsights.Host.Features.Metadata;
using CustomerInsights.Host.Platform;
using CustomerInsights.Storage.Definitions;
using CustomerInsights.Storage.Profiles;
using CustomerInsights.Storage.Records;
using Microsoft.AspNetCore.Http.HttpResults;

namespace CustomerInsights.Host.Features.Unification;

/// <summary>
/// GET /unification/policies/{name}/suggestion: a policy with a matcher that can be stored as it stands, and for each field the reason. With
/// <c>detail=expert</c> the levels are written out, and beside it stands what else an expert may write.
/// </summary>
internal static class SuggestPolicy
{
    private const int Sampled = 2000;

    /// <summary>A suggested policy.</summary>
    /// <param name="Policy">The policy that is there, or one over all mapped streams, with the matcher added.</param>
    /// <param name="Fields">Every field of the streams: what it is, whether it is compared, and why.</param>
    public sealed record Response(UnificationPolicy Policy, IReadOnlyList<SuggestedField> Fields)
    {
        /// <summary>For experts, when asked for: what levels and keys may be made of.</summary>
        public Choices? Expert { get; init; }
    }

    /// <summary>What an expert may write.</summary>
    /// <param name="Fields">Of each compared field the tests that its levels may use and the parts that keys may use.</param>
    /// <param name="Keys">The keys that the records looked at would choose, with their cost among these; parts can be copied into the policy's keys.</param>
    public sealed record Choices(IReadOnlyList<FieldChoices> Fields, IReadOnlyList<KeyBill> Keys);

    /// <summary>What an expert may write of one field.</summary>
    /// <param name="Field">Name of the field.</param>
    /// <param name="Tests">Tests for its levels.</param>
    /// <param name="Parts">Parts for keys.</param>
    public sealed record FieldChoices(string Field, IReadOnlyList<LevelTest> Tests, IReadOnlyList<string> Parts);

    public static void Map(IEndpointRouteBuilder routes) =>
        routes.MapGet("/unification/policies/{name}/suggestion", HandleAsync).WithName(nameof(SuggestPolicy))
            .WithSummary("A policy with a matcher that can be stored as it stands, and for each field the reason.").Requires(AccessAction.Read, ResourceKind.Unification);

    internal static async Task<Results<Ok<Response>, ProblemHttpResult>> HandleAsync(
        string name, string? detail, MetadataService metadata, IRecordStore records, IProfileStore profiles, TimeProvider clock, CancellationToken cancellationToken)
    {
        if (detail is not (null or "expert"))
        {
            throw new BadParameterException("detail", $"detail={detail}: it can be expert, or be left out.");
        }

        var model = await metadata.ModelAsync(cancellationToken);
        if (!model.ProfileTypes.ContainsKey(name))
        {
            return Problems.NotFound(DefinitionKinds.Words(DefinitionKinds.ProfileType), name, "PUT /api/v1/profile-types/{name} first.");
        }

        var current = model.Unification.GetValueOrDefault(name);
        var mapped = model.Mappings.Values.Where(mapping => mapping.Profile?.Type == name).OrderBy(mapping => mapping.Stream, StringComparer.Ordinal).Select(mapping => mapping.Stream).ToList();
        var order = current?.Streams.Select(stream => stream.Name).ToList() ?? mapped;
        if (order.Count == 0)
        {
            return Problems.Conflict($"Nothing is mapped to '{name}'.", "Map a stream to it first: PUT /api/v1/mappings/{stream}.");
        }

        var streams = new List<SourceStream>();
        foreach (var stream in order)
        {
            streams.Add(await SampleAsync(stream, name, model, records, profiles, new RuleMoment(clock.GetUtcNow()), cancellationToken));
        }

        var fields = MatcherSuggestion.Of(streams);
        var policy = current?.Policy ?? new UnificationPolicy { Streams = [.. order.Select(stream => new StreamPolicy { Stream = stream })] };
        var matcher = MatcherSuggestion.Policy(fields, withLevels: detail is not null);
        var choices = detail is null ? null : new Choices(
            [.. matcher.Fields.Select(field => new FieldChoices(field.Field, MatchLevels.TestsOf(field.Type!.Value), MatchKeys.PartsOf(field.Type.Value)))],
            MatcherSuggestion.Keys(matcher, streams, cancellationToken));
        return TypedResults.Ok(new Response(policy with { Matcher = matcher }, fields) { Expert = choices });
    }

    private static async Task<SourceStream> SampleAsync(
        string stream, string type, InsightsModel model, IRecordStore records, IProfileStore profiles, RuleMoment moment, CancellationToken cancellationToken)
    {
        var fields = model.Mappings[stream].Profile!.Fields;
        var nodes = new List<SourceNode>();
        if (await records.FindStreamAsync(stream, cancellationToken) is { } stored)
        {
            await foreach (var node in profiles.ReadNodesAsync(stored.Number, cancellationToken))
            {
                try
                {
                    nodes.Add(new SourceNode(node.Id, node.Key, new RecordSubject(ValueDocument.Read(node.Document)).Map(fields, moment)));
                }
                catch (RuleEvaluationException)
                {
                    // The run names such a record; a suggestion does without.
                    continue;
                }

                if (nodes.Count == Sampled)
                {
                    break;
                }
            }
        }

        var semantics = model.ProfileTypes[type].Document.Attributes;
        return new SourceStream(new StreamSchema(stream, [.. fields.Select(field => new Core.Unification.StreamField(field.Name, field.Type) { Semantic = semantics[field.Name].SemanticType })]), nodes);
    }
}
