using CustomerInsights.Storage.Definitions;
using CustomerInsights.Storage.Segments;
using CustomerInsights.Core.Consent;
using CustomerInsights.Host.Features.Access;
using CustomerInsights.Host.Features.Metadata;
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
    public sealed record Response(string Segment, bool NeedsConsent, long Members, IReadOnlyDictionary<string, IReadOnlyDictionary<Reach, long>> Channels, string? Purpose = null);

    public static void Map(IEndpointRouteBuilder routes) =>
        routes.MapGet("/segments/{name}/reach", HandleAsync).WithName(nameof(CountSegmentReach)).WithSummary("How many members each channel reaches, and why it does not reach the others.").Requires(AccessAction.Read, ResourceKind.Segment);

    internal static async Task<Results<Ok<Response>, ProblemHttpResult>> HandleAsync(
        string name, IDefinitionStore definitions, ISegmentStore segments, IIdentifierStore identifiers, MetadataService metadata, CancellationToken cancellationToken)
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
        var seen = 0;
        await foreach (var profile in identifiers.StreamAsync(segment.Document.ProfileType, cancellationToken))
        {
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
            purpose));
    }
}
