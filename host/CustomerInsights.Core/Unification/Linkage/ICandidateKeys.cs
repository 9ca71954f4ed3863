namespace CustomerInsights.Core.Unification.Linkage;

/// <summary>What two records have in common that could have made them candidates.</summary>
internal interface ICandidateKeys
{
    /// <summary>The keys on which two records agree, in the order of the keys; none when nothing brings them together.</summary>
    IEnumerable<KeyInCommon> InCommon(int a, int b);
}

/// <summary>A key on which two records agree.</summary>
/// <param name="Name">The key: <c>surname: sound + dob: year</c>.</param>
/// <param name="Taken">Whether the pairs of its group were compared; false when the group was too large.</param>
/// <param name="GroupSize">How many records have the same in this key, these two among them.</param>
public sealed record KeyInCommon(string Name, bool Taken, int GroupSize);
