using CustomerInsights.Host.Features.Access;
using CustomerInsights.Host.Features.Metadata;
using CustomerInsights.Host.Platform;
using CustomerInsights.Storage.Definitions;
using CustomerInsights.Storage.Records;
using Microsoft.AspNetCore.Http.HttpResults;

namespace CustomerInsights.Host.Features.WhatIf;

/// <summary>POST /what-if: what a draft of a segment, a measure or a policy would do, before it is saved. Nothing is written.</summary>
internal static class TryDraft
{
    /// <summary>The draft: one of the three.</summary>
    /// <param name="Segment">A segment, new or changed.</param>
    /// <param name="Measure">A measure, new or changed.</param>
    /// <param name="Policy">A unification policy: it is compared by a preview of its own; here is told what builds on its profiles.</param>
    public sealed record Request(SegmentDraft? Segment = null, MeasureDraft? Measure = null, PolicyDraft? Policy = null);

    /// <summary>A segment as it might be.</summary>
    /// <param name="Name">Its name.</param>
    /// <param name="Definition">The definition.</param>
    public sealed record SegmentDraft(string Name, SegmentDocument Definition);

    /// <summary>A measure as it might be.</summary>
    /// <param name="Name">Its name.</param>
    /// <param name="Definition">The definition.</param>
    public sealed record MeasureDraft(string Name, MeasureDocument Definition);

    /// <summary>A policy.</summary>
    /// <param name="ProfileType">Whose.</param>
    public sealed record PolicyDraft(string ProfileType);

    /// <summary>What it would do.</summary>
    /// <param name="Etag">The ETag of the saved definition that the draft would replace; absent when it is new.</param>
    /// <param name="AsOf">The moment of the computed members.</param>
    /// <param name="Segments">What becomes of the draft itself and of the segments that build on it, in the order in which they are computed.</param>
    /// <param name="ChangedProfiles">For a measure per profile: how many profiles would have another value.</param>
    /// <param name="Business">For a business measure: which rows would differ.</param>
    /// <param name="Measures">Measures that build on it.</param>
    /// <param name="Exports">Exports that build on it.</param>
    /// <param name="Preview">For a policy: where its preview is asked for, with POST.</param>
    /// <param name="Warnings">What saving it would warn of.</param>
    public sealed record Response(
        string? Etag,
        DateTimeOffset AsOf,
        IReadOnlyList<DraftEffects.SegmentEffect> Segments,
        long? ChangedProfiles,
        BusinessEffects.BusinessEffect? Business,
        IReadOnlyList<string> Measures,
        IReadOnlyList<string> Exports,
        string? Preview,
        IReadOnlyList<Fault>? Warnings);

    public static void Map(IEndpointRouteBuilder routes) =>
        routes.MapPost("/what-if", HandleAsync).WithName("WhatIf").WithTags("WhatIf").WithSummary("What a draft of a segment, a measure or a policy would do, before it is saved. Nothing is written.").Requires(AccessAction.Read, ResourceKind.Segment);

    internal static async Task<Results<Ok<Response>, ProblemHttpResult>> HandleAsync(
        Request request, MetadataService metadata, IDefinitionStore definitions, DraftEffects effects, BusinessEffects business, TimeProvider clock, CancellationToken cancellationToken)
    {
        if (new object?[] { request.Segment, request.Measure, request.Policy }.Count(draft => draft is not null) != 1)
        {
            return Problems.Invalid("", "draft", "Give one draft: 'segment', 'measure' or 'policy'.");
        }

        if (request.Policy is { } policy)
        {
            return await OfPolicyAsync(policy, metadata, definitions, clock, cancellationToken);
        }

        var (kind, name, document) = request.Segment is { } segment
            ? (DefinitionKinds.Segment, segment.Name, Json.Write(segment.Definition))
            : (DefinitionKinds.Measure, request.Measure!.Name, Json.Write(request.Measure.Definition));
        if (!Names.IsDefinition(name))
        {
            return Problems.Invalid($"/{kind}/name", "name", $"'{name}' is not a name; use 1 to 100 letters, digits, _ - and ., beginning with a letter or digit.");
        }

        var saved = await definitions.FindAsync(kind, name, cancellationToken);
        var (proposed, faults) = await metadata.TryAsync([new DefinitionChange(kind, name, document)], Discovered.Nothing, cancellationToken);
        if (faults.Any(fault => !fault.Warning))
        {
            return Problems.Invalid($"The {kind} '{name}' is not valid.", [.. faults.Where(fault => !fault.Warning).Select(fault => At(fault, kind, name))]);
        }

        if (request.Measure?.Definition.Engagement is not null)
        {
            return Problems.Invalid("/measure/definition/engagement", "draft", "What an engagement score would change is known only once everybody is ranked anew: save it under another name and refresh.");
        }

        try
        {
            var now = clock.GetUtcNow();
            var answer = kind == DefinitionKinds.Segment
                ? await OfSegmentAsync(effects, proposed, proposed.Segments.First(one => one.Name == name), now, cancellationToken)
                : await OfMeasureAsync(effects, business, await metadata.ModelAsync(cancellationToken), proposed, proposed.Measures.First(one => one.Name == name), now, cancellationToken);
            return TypedResults.Ok(answer with
            {
                Etag = saved is null ? null : ETags.Of(saved.Version),
                Warnings = faults.Count == 0 ? null : [.. faults.Select(fault => At(fault, kind, name))],
            });
        }
        catch (Jobs.JobFailedException failure)
        {
            return Problems.Invalid($"/{kind}/definition", "evaluation", failure.Message);
        }
    }

    private static async Task<Response> OfSegmentAsync(DraftEffects effects, InsightsModel proposed, SegmentModel draft, DateTimeOffset now, CancellationToken cancellationToken)
    {
        var dependants = ModelDependants.OfSegment(proposed, draft.Name);
        return Of(await effects.OfSegmentAsync(proposed, draft, now, cancellationToken), null, dependants, now);
    }

    private static async Task<Response> OfMeasureAsync(
        DraftEffects effects, BusinessEffects business, InsightsModel current, InsightsModel proposed, MeasureModel draft, DateTimeOffset now, CancellationToken cancellationToken)
    {
        long? changed = draft.Document.Business ? null : await effects.ChangedAsync(current, proposed, draft, now, cancellationToken);
        return Of(await effects.OfMeasureAsync(proposed, draft, now, cancellationToken), changed, ModelDependants.OfMeasure(proposed, draft.Name), now) with
        {
            Business = await business.OfAsync(current, proposed, draft, now, cancellationToken),
        };
    }

    private static Response Of(IReadOnlyList<DraftEffects.SegmentEffect> segments, long? changed, ModelDependants dependants, DateTimeOffset now) => new(
        null, now, segments, changed, null, [.. dependants.Measures.Select(measure => measure.Name)], [.. dependants.Exports.Select(export => export.Name)], null, null);

    private static async Task<Results<Ok<Response>, ProblemHttpResult>> OfPolicyAsync(
        PolicyDraft policy, MetadataService metadata, IDefinitionStore definitions, TimeProvider clock, CancellationToken cancellationToken)
    {
        var model = await metadata.ModelAsync(cancellationToken);
        if (await definitions.FindAsync(DefinitionKinds.Unification, policy.ProfileType, cancellationToken) is not { } saved)
        {
            return Problems.Invalid("/policy/profileType", "unknown", $"There is no unification policy of '{policy.ProfileType}'.{Names.Suggest(policy.ProfileType, model.UnificationNames)}");
        }

        return TypedResults.Ok(new Response(
            ETags.Of(saved.Version),
            clock.GetUtcNow(),
            [],
            null,
            null,
            [.. model.Measures.Where(measure => measure.Document.ProfileType == policy.ProfileType).Select(measure => measure.Name)],
            [.. model.Exports.Values.Where(export => export.ProfileType == policy.ProfileType).Select(export => export.Name).Order(StringComparer.Ordinal)],
            $"/api/v1/unification/policies/{policy.ProfileType}/previews",
            null));
    }

    // As at saving, but below the place of the draft in the request.
    private static Fault At(DefinitionFault fault, string kind, string name)
    {
        var told = DefinitionEndpoints.ToFault(fault, kind, name);
        return fault.Kind == kind && fault.Name == name ? told with { Pointer = $"/{kind}/definition{told.Pointer}" } : told;
    }
}
