namespace CustomerInsights.Core.Unification.Linkage;

/// <summary>A value that was taken out of a field.</summary>
/// <param name="Field">The field.</param>
/// <param name="Value">The value, normalised.</param>
/// <param name="Records">How many records had it.</param>
public sealed record JunkValue(string Field, string Value, int Records);

/// <summary>Finds values that stand for "not known": far too frequent in a field whose values name one person.</summary>
internal static class JunkValues
{
    private const int Fewest = 12;
    private const double FarAbove = 12;

    // Days that programs put where none was given need less to be taken for that.
    private const int FewestOfFiller = 3;
    private const double AboveOfFiller = 3;

    /// <summary>Takes junk out of the columns.</summary>
    /// <returns>What was taken out.</returns>
    internal static IReadOnlyList<JunkValue> Remove(IReadOnlyList<MatchColumn> columns) => [.. columns.SelectMany(Remove)];

    private static List<JunkValue> Remove(MatchColumn column)
    {
        var junk = column.Facts is { } facts
            ? Enumerable.Range(1, column.Counts.Length - 1).Where(id => facts.IsJunk(column.Values[id])).ToHashSet()
            : Found(column);
        var found = junk.Order().Select(id => new JunkValue(column.Name, column.Values[id], column.Counts[id])).ToList();
        if (junk.Count > 0)
        {
            column.Clear(junk);
        }

        return found;
    }

    private static HashSet<int> Found(MatchColumn column)
    {
        if (column.Type is not (MatchFieldType.Email or MatchFieldType.Phone or MatchFieldType.Identifier or MatchFieldType.Date or MatchFieldType.Address))
        {
            return [];
        }

        // A day that is not known is often written as the first of January: such days are compared with each other.
        var groups = Enumerable.Range(1, column.Counts.Length - 1).Where(id => column.Counts[id] > 0).GroupBy(id => column.Type == MatchFieldType.Date && column.Values[id].EndsWith("0101", StringComparison.Ordinal));
        return groups.SelectMany(group => FarTooFrequent(column, [.. group])).ToHashSet();
    }

    // Compared with what is frequent among the others: the count that one value in a hundred exceeds, one in ten where there are few.
    private static IEnumerable<int> FarTooFrequent(MatchColumn column, int[] ids)
    {
        if (ids.Length < 20)
        {
            return column.Type is MatchFieldType.Email or MatchFieldType.Phone or MatchFieldType.Identifier ? ids.Where(id => column.Counts[id] >= Fewest && column.Counts[id] > column.Filled / 2) : [];
        }

        var counts = ids.Select(id => column.Counts[id]).Order().ToArray();
        var usual = counts[(int)(counts.Length * (counts.Length < 300 ? 0.9 : 0.99))];
        return ids.Where(id => column.Type == MatchFieldType.Date && IsFiller(column.Values[id])
            ? column.Counts[id] >= FewestOfFiller && column.Counts[id] > AboveOfFiller * usual
            : column.Counts[id] >= Fewest && column.Counts[id] > FarAbove * usual);
    }

    // The first and last days of calendars in programs, and the year 9999.
    private static bool IsFiller(string day) =>
        day is "19000101" or "18991230" or "18991231" or "19700101" or "17530101" or "00010101" || day.StartsWith("9999", StringComparison.Ordinal);
}
