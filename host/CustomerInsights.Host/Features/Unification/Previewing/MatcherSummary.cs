using CustomerInsights.Core.Unification;
using CustomerInsights.Core.Unification.Linkage;

namespace CustomerInsights.Host.Features.Unification.Previewing;

/// <summary>What the matcher did, without the values that were set aside: a report is read by people who may not see customers' data.</summary>
/// <param name="Fields">The fields that it compared, with the reason for their types.</param>
/// <param name="Compared">Pairs of records that it compared.</param>
/// <param name="Joins">Edges that it made: so many fewer profiles than the rules alone gave.</param>
/// <param name="Keys">What records had to have in common to be compared, and what each key cost.</param>
/// <param name="SetAside">How many values, and records with them, were set aside as standing for "not known".</param>
/// <param name="Unused">Fields that tell nothing, and why.</param>
/// <param name="SpilledBytes">Bytes that did not fit into the memory allowed and were on disk for the time of the run.</param>
/// <param name="Tied">Between two streams that have each person once: records that fit several others equally well, and were left apart.</param>
public sealed record MatcherSummary(IReadOnlyList<SuggestedField> Fields, long Compared, int Joins, IReadOnlyList<KeyBill> Keys, IReadOnlyList<SetAsideValues> SetAside, IReadOnlyList<UnusedField> Unused, long SpilledBytes, int Tied)
{
    internal static MatcherSummary? Of(MatcherReport? matcher) => matcher is null ? null : new(
        matcher.Fields,
        matcher.Compared,
        matcher.Joins,
        matcher.Keys,
        [.. matcher.Junk.GroupBy(junk => junk.Field, StringComparer.Ordinal).Select(group => new SetAsideValues(group.Key, group.Count(), group.Sum(junk => (long)junk.Records)))],
        matcher.Unused,
        matcher.SpilledBytes,
        matcher.Tied);
}

/// <summary>Values of a field that were set aside.</summary>
/// <param name="Field">The field.</param>
/// <param name="Values">How many values.</param>
/// <param name="Records">How many records have one of them.</param>
public sealed record SetAsideValues(string Field, int Values, long Records);
