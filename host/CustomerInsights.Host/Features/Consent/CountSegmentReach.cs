using CustomerInsights.Storage.Definitions;
using CustomerInsights.Storage.Segments;
using CustomerInsights.Core.Consent;
using CustomerInsights.Host.Features.Access;
using CustomerInsights.Host.Features.Metadata;
using CustomerInsights.Host.Features.Profiles;
using CustomerInsights.Host.Features.Segments;
using CustomerInsights.Host.Platform;
using CustomerInsights.Storage.Identifiers;
using Microsoft.AspNetCore.Http.HttpResults;

namespace CustomerInsights.Host.Features.Consent;

/// <summary>GET /segments/{name}/reach: how many members each channel reaches, and why it does not reach the others.</summary>
internal static class CountSegmentReach
{
    /// <summary>How many are reached.</summary>
    /// <param name="Segment">The segment.</param>
    /// <param name="Purpose">What it is for; absent when it does not say.</param>
    /// <param name="NeedsConsent">Whether consent was asked for: not where the purpose needs none.</param>
    /// <param name="Members">How many members there are.</param>
    /// <param name="Channels">By channel and reason: reachable, optedOut, noConsent, consentUnknown, undeliverable, noIdentifier.</param>
    public sealed record Response(string Segment, bool NeedsConsent, long Members, IReadOnlyDictionary<string, IReadOnlyDictionary<Reach, long>> Channels, string? Purpose = null)
    {
        /// <summary>Who is left out of the segment since its purpose needs consent, by reason; absent where it leaves out nobody by itself.</summary>
        public IReadOnlyDictionary<Reach, long>? LeftOut { get; init; }
    }


    public static void Map(IEndpointRouteBuilder routes) =>
        routes.MapGet("/segments/{name}/reach", HandleAsync).WithName(nameof(CountSegmentReach)).WithSummary("How many members each channel reaches, and why it does not reach the others.").Requires(AccessAction.Read, ResourceKind.Segment);

    internal static async Task<Results<Ok<Response>, ProblemHttpResult>> HandleAsync(
        string name, IDefinitionStore definitions, ISegmentStore segments, IIdentifierStore identifiers, MetadataService metadata, SegmentAnswers answers, TimeProvider clock, CancellationToken cancellationToken)
    {
        var model = await metadata.ModelAsync(cancellationToken);
        if (model.Segments.FirstOrDefault(one => one.Name == name) is not { } segment)
        {
            return await definitions.FindAsync(DefinitionKinds.Segment, name, cancellationToken) is null
                ? Problems.NotFound("segment", name)
                : Problems.Conflict($"The segment '{name}' is not valid.", "Its status tells what is wrong with it.");
        }

        var (policy, purpose) = (model.Consent.Policy, segment.Document.Purpose);
        var needsConsent = purpose is null || model.Consent.Purposes[purpose].NeedsConsent;
        var members = await segments.MembersAsync(name, cancellationToken);
        var counts = policy.Channels.Keys.ToDictionary(channel => channel, _ => new long[Enum.GetValues<Reach>().Length], StringComparer.Ordinal);
        long[] without = [];
        if (segment.WithoutConsent is { } rule)
        {
            const string All = "(without consent)";
            var answer = await answers.MembersAsync(
                new PopulationQuestion(model, segment.Document.ProfileType, clock.GetUtcNow(), segment.Zone), [segment with { Name = All, Rule = rule }], cancellationToken);
            without = [.. answer.Members[All].Except(members)];
        }

        var leftOut = new long[Enum.GetValues<Reach>().Length];
        var (seen, seenOut) = (0, 0);
        await foreach (var profile in identifiers.StreamAsync(segment.Document.ProfileType, cancellationToken))
        {
            if (Array.BinarySearch(without, profile.Profile) >= 0)
            {
                seenOut++;
                leftOut[(int)policy.Judge(segment.Document.Channel!, profile.Identifiers)]++;
            }

            if (Array.BinarySearch(members, profile.Profile) >= 0)
            {
                seen++;
                foreach (var (channel, count) in counts)
                {
                    count[(int)policy.Judge(channel, profile.Identifiers, needsConsent)]++;
                }
            }
        }

        // Who has no identifier at all does not stream by.
        return TypedResults.Ok(new Response(
            name,
            needsConsent,
            members.Length,
            counts.ToDictionary(
                pair => pair.Key,
                IReadOnlyDictionary<Reach, long> (pair) => Enum.GetValues<Reach>().ToDictionary(
                    reach => reach, reach => pair.Value[(int)reach] + (reach == Reach.NoIdentifier ? members.Length - seen : 0)),
                StringComparer.Ordinal),
            purpose)
        {
            LeftOut = segment.WithoutConsent is null
                ? null
                : Enum.GetValues<Reach>().Where(reach => reach != Reach.Reachable)
                    .ToDictionary(reach => reach, reach => leftOut[(int)reach] + (reach == Reach.NoIdentifier ? without.Length - seenOut : 0)),
        });
    }
}
