using CustomerInsights.Core.Unification;
using CustomerInsights.Core.Unification.Linkage;
using CustomerInsights.Host.Features.Profiles;
using CustomerInsights.Host.Platform;
using CustomerInsights.Storage.Policies;
using CustomerInsights.Storage.Profiles;

namespace CustomerInsights.Host.Features.Unification.Previewing;

/// <summary>What a policy would do.</summary>
/// <param name="Id">Its number: that of the job that computed it.</param>
/// <param name="Type">The profile type.</param>
/// <param name="Hash">Names the policy: equal policies have equal hashes.</param>
/// <param name="Policy">The policy.</param>
/// <param name="At">When the records were read.</param>
/// <param name="By">Who asked.</param>
/// <param name="Summary">The whole in a sentence or two.</param>
/// <param name="Forecast">What the policy makes of the records.</param>
/// <param name="Change">What would become of the profiles that there are.</param>
/// <param name="Other">The policy that it is compared with, on the same records; absent when there is none.</param>
/// <param name="Patterns">The patterns of agreement most worth asking about: one answer tells of all pairs with it.</param>
/// <param name="Random">Pairs drawn at random; answers about these measure.</param>
/// <param name="Measured">Precision and recall as the answers so far measure them.</param>
public sealed record PreviewResponse(
    string Id,
    string Type,
    string Hash,
    UnificationPolicy Policy,
    DateTimeOffset At,
    string By,
    string Summary,
    PolicyForecast Forecast,
    ChangeResponse Change,
    OtherPolicyResponse? Other,
    IReadOnlyList<PatternResponse> Patterns,
    IReadOnlyList<StratumResponse> Random,
    MeasuredQuality Measured)
{
    internal static async ValueTask<PreviewResponse> OfAsync(PolicyPreview preview, IPolicyStore policies, IProfileStore profiles, CancellationToken cancellationToken)
    {
        var result = Json.Read<PreviewResult>(preview.Result);
        var labels = await policies.LabelsAsync(preview.Id, cancellationToken);
        var records = new PreviewRecords(await profiles.NodesAsync([.. PreviewRecords.NodesOf(result)], cancellationToken), labels);
        return new(
            preview.Id,
            preview.ProfileType,
            preview.Hash,
            Json.Read<UnificationPolicy>(preview.Document),
            preview.At,
            preview.By,
            PreviewJob.Summary(preview.ProfileType, result),
            result.Policy,
            records.Of(result.Change),
            result.Other is not { } other ? null : new(other.Hash, other.Policy, other.Forecast, records.Of(other.Change)),
            [.. result.Patterns.Select(records.Of)],
            [.. result.Strata.Select(stratum => new StratumResponse(stratum.Name, stratum.IsTogether, stratum.Population, records.Of(stratum.Pairs)))],
            PreviewRecords.Measured(result, labels));
    }
}

/// <summary>A preview in a list.</summary>
/// <param name="Id">Its number.</param>
/// <param name="Hash">Names the policy.</param>
/// <param name="At">When the records were read.</param>
/// <param name="By">Who asked.</param>
/// <param name="Summary">The whole in a sentence or two.</param>
public sealed record PreviewListItem(string Id, string Hash, DateTimeOffset At, string By, string Summary)
{
    internal static PreviewListItem Of(PolicyPreview preview) =>
        new(preview.Id, preview.Hash, preview.At, preview.By, PreviewJob.Summary(preview.ProfileType, Json.Read<PreviewResult>(preview.Result)));
}

/// <summary>The policy that one is compared with.</summary>
/// <param name="Hash">Names it.</param>
/// <param name="Policy">It itself.</param>
/// <param name="Forecast">What it makes of the records.</param>
/// <param name="Change">What the previewed policy changes of that.</param>
public sealed record OtherPolicyResponse(string Hash, UnificationPolicy Policy, PolicyForecast Forecast, ChangeResponse Change);

/// <summary>What would become of profiles.</summary>
/// <param name="ProfilesBefore">Profiles before.</param>
/// <param name="ProfilesAfter">Profiles after.</param>
/// <param name="Merges">Profiles after that hold records of two or more before.</param>
/// <param name="Splits">Profiles before whose records are in two or more after.</param>
/// <param name="RecordsMoved">Records in a profile that differs.</param>
/// <param name="PairsJoined">Pairs of records that are together only after.</param>
/// <param name="PairsParted">Pairs that are together only before.</param>
/// <param name="LargestMerges">The largest merges, at most ten.</param>
/// <param name="LargestSplits">The largest splits, at most ten.</param>
public sealed record ChangeResponse(
    int ProfilesBefore,
    int ProfilesAfter,
    int Merges,
    int Splits,
    int RecordsMoved,
    long PairsJoined,
    long PairsParted,
    IReadOnlyList<ChangeSampleResponse> LargestMerges,
    IReadOnlyList<ChangeSampleResponse> LargestSplits);

/// <summary>One merge or split.</summary>
/// <param name="Records">Records concerned.</param>
/// <param name="Before">The parts before, at most 20.</param>
/// <param name="After">The parts after, at most 20.</param>
public sealed record ChangeSampleResponse(int Records, IReadOnlyList<ChangePartResponse> Before, IReadOnlyList<ChangePartResponse> After);

/// <summary>A part of a merge or split.</summary>
/// <param name="Profile">The profile's id; absent for one that is not there yet.</param>
/// <param name="Records">How many records it has.</param>
/// <param name="Examples">Some of them.</param>
public sealed record ChangePartResponse(string? Profile, int Records, IReadOnlyList<RecordReference> Examples);

/// <summary>A pattern of agreement.</summary>
/// <param name="Levels">For each field how alike the two are.</param>
/// <param name="Pairs">How many compared pairs have it.</param>
/// <param name="Probability">How likely such a pair is one, 0 to 1.</param>
/// <param name="BeforeLearning">The same before anything was learnt from the records, fields taken as independent.</param>
/// <param name="Worth">How much an answer tells; the list begins with the most.</param>
/// <param name="Same">Answers so far that such a pair is one.</param>
/// <param name="Different">Answers so far that it is two.</param>
/// <param name="Examples">Pairs to answer.</param>
public sealed record PatternResponse(
    IReadOnlyList<string> Levels, long Pairs, double Probability, double BeforeLearning, double Worth, int Same, int Different, IReadOnlyList<PairResponse> Examples);

/// <summary>Pairs drawn at random of one kind.</summary>
/// <param name="Name">The kind.</param>
/// <param name="IsTogether">Whether the policy holds them together.</param>
/// <param name="Population">How many pairs there are of the kind.</param>
/// <param name="Pairs">Those drawn.</param>
public sealed record StratumResponse(string Name, bool IsTogether, long Population, IReadOnlyList<PairResponse> Pairs);

/// <summary>Two records to answer about.</summary>
/// <param name="Left">One.</param>
/// <param name="Right">The other.</param>
/// <param name="Verdict">same or different, as answered; absent before.</param>
public sealed record PairResponse(RecordReference Left, RecordReference Right, string? Verdict);
