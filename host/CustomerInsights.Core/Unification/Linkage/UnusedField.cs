namespace CustomerInsights.Core.Unification.Linkage;

/// <summary>A field that was left out of a run because it tells nothing.</summary>
/// <param name="Field">The field.</param>
/// <param name="Reason">Why.</param>
public sealed record UnusedField(string Field, UnusedReason Reason)
{
    /// <summary>The fields to compare, and those that tell nothing; ignored ones are in neither.</summary>
    internal static (MatchColumn[] Used, IReadOnlyList<UnusedField> Unused) Sorted(IReadOnlyList<MatchColumn> columns)
    {
        var (used, unused) = (new List<MatchColumn>(), new List<UnusedField>());

        // Telephones that come later are read by it.
        var countries = columns.Select(column => column.Reading.CountryField).OfType<string>().ToHashSet(StringComparer.Ordinal);
        foreach (var column in columns.Where(column => column.Type != MatchFieldType.Ignored))
        {
            if (ReasonOf(column) is { } reason && !(reason == UnusedReason.OneValue && countries.Contains(column.Name)))
            {
                unused.Add(new(column.Name, reason));
            }
            else if (used.Count < PairLevels.MostFields)
            {
                used.Add(column);
            }
            else
            {
                unused.Add(new(column.Name, UnusedReason.TooManyFields));
            }
        }

        return ([.. used], unused);
    }

    private static UnusedReason? ReasonOf(MatchColumn column) =>
        column.Filled < 2 ? UnusedReason.NoValues
        : column.Counts.Contains((int)column.Filled) ? UnusedReason.OneValue
        : null;
}

/// <summary>Why a field tells nothing.</summary>
public enum UnusedReason
{
    /// <summary>At most one record has a value.</summary>
    NoValues = 0,

    /// <summary>All records that have a value have the same.</summary>
    OneValue = 1,

    /// <summary>There were as many fields before it as are compared at most.</summary>
    TooManyFields = 2,
}
