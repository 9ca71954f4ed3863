using System.Text.Json.Nodes;
using CustomerInsights.Host.Features.Profiles;
using CustomerInsights.Storage.Profiles;

namespace CustomerInsights.Host.Features.Unification;

/// <summary>A doubt that a steward can settle.</summary>
/// <param name="Id">Its number.</param>
/// <param name="Type">The profile type.</param>
/// <param name="Kind">A pair or a cluster.</param>
/// <param name="Worth">How much an answer is worth.</param>
/// <param name="Bits">Weight of the evidence, log2 of the odds.</param>
/// <param name="Sentence">The doubt in words.</param>
/// <param name="Detail">More, as the matcher gave it.</param>
/// <param name="Records">The records in doubt.</param>
/// <param name="Run">The job that found it.</param>
/// <param name="At">When.</param>
public sealed record ReviewResponse(
    long Id,
    string Type,
    ReviewKind Kind,
    double Worth,
    double Bits,
    string Sentence,
    JsonNode? Detail,
    IReadOnlyList<RecordReference> Records,
    string Run,
    DateTimeOffset At);
