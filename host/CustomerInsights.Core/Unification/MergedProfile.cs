using CustomerInsights.Core.Model;

namespace CustomerInsights.Core.Unification;

/// <summary>A cluster with its attributes.</summary>
/// <param name="Cluster">Its nodes.</param>
/// <param name="Winners">For each stream that it holds records of, in match order: the record that gives that stream's values.</param>
/// <param name="Values">One for each of <see cref="UnificationResult.Attributes"/>.</param>
public sealed record MergedProfile(Cluster Cluster, IReadOnlyList<StreamWinner> Winners, IReadOnlyList<MergedValue> Values)
{
    /// <summary>Whether nothing is known of it but what its browsers are called; only with <see cref="UnificationPolicy.Identity"/>.</summary>
    public bool IsUnknown { get; init; }
}

/// <summary>The winning record of a stream inside a profile.</summary>
public readonly record struct StreamWinner(string Stream, long Node);

/// <summary>A value and where it came from. <see cref="Node"/> is null when the value is missing, or computed over profiles (a household's id).</summary>
public readonly record struct MergedValue(Value Value, long? Node);

/// <summary>A value that an attribute could have had, best first.</summary>
public readonly record struct MergeCandidate(Value Value, long Node, string Stream, string Field, bool Chosen);
