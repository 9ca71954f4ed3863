using System.Globalization;

namespace CustomerInsights.Core.Unification.Linkage;

/// <summary>The records do not fit into the memory that a run may take.</summary>
/// <param name="required">What it would take at least, in MiB.</param>
/// <param name="allowed">What it may take, in MiB.</param>
/// <param name="records">How many records there are.</param>
/// <param name="fields">How many fields are compared.</param>
public sealed class MatcherMemoryException(int required, int allowed, int records, int fields) : Exception(string.Create(
    CultureInfo.InvariantCulture,
    $"{records:N0} records with {fields} fields take {required:N0} MiB in the matcher, and its memory is bounded to {allowed:N0} MiB. Set memoryMegabytes to {required:N0} or more, or compare fewer fields; those with a different text in each record take most."))
{
    /// <summary>The least <see cref="MatcherOptions.MemoryMegabytes"/> with which the run would begin.</summary>
    public int RequiredMegabytes { get; } = required;

    /// <summary>What was allowed, in MiB.</summary>
    public int AllowedMegabytes { get; } = allowed;
}

/// <summary>What a run takes of memory whatever is spilled, and what that leaves for pairs. Estimates in bytes, on the high side.</summary>
internal static class MatcherMemory
{
    private const long MiB = 1 << 20;

    // The runtime, its code, and short-lived garbage before it is collected: the same for any number of records.
    private const long Always = 192 * MiB;

    // Garbage that waits to be collected, over what is in use.
    private const double Slack = 1.12;

    // Header and length of a text, and the reference to it.
    private const int TextBytes = 22 + 8;

    // For each record beside its codes and levels: two words of keys, room for sorting one key and for the groups of two.
    private const int SortingBytes = 16 + 20 + 12;

    /// <summary>The bytes that pairs may take.</summary>
    /// <param name="columns">The fields that are compared.</param>
    /// <param name="megabytes">The bound, in MiB; null for none.</param>
    /// <param name="pairsPerRecord">Candidates for each record, on average.</param>
    /// <exception cref="MatcherMemoryException">The rest alone is more than the bound.</exception>
    internal static long ForPairs(IReadOnlyList<MatchColumn> columns, int? megabytes, double pairsPerRecord)
    {
        if (megabytes is not { } most)
        {
            return long.MaxValue;
        }

        var rows = (long)columns[0].Rows;
        var perRow = sizeof(ulong) + (columns.Count * PairLevels.EntryBytes) + RowCodes.BytesOf(columns.Sum(column => KeyParts.CountOf(column.Type)));
        var choosing = KeyChoice.MostBytes(Keys(columns), rows, pairsPerRecord);
        var rest = Always + (long)(Slack * (columns.Sum(OfColumn) + (rows * perRow) + Math.Max(choosing, rows * SortingBytes)));
        return rest <= most * MiB ? (long)(((most * MiB) - rest) / Slack) : throw new MatcherMemoryException((int)Math.Min(int.MaxValue, (rest / MiB) + 1), most, columns[0].Rows, columns.Count);
    }

    // Pairs of parts of different fields, and at most one of each field's that stands alone.
    private static long Keys(IReadOnlyList<MatchColumn> columns)
    {
        var (all, same) = (0L, 0L);
        foreach (var column in columns)
        {
            long parts = KeyParts.CountOf(column.Type);
            (all, same) = (all + parts, same + (parts * parts));
        }

        return (((all * all) - same) / 2) + all;
    }

    // Numbers, texts and counts; what comparing keeps of each value beside: a feature and a step, parts of it as texts or numbers.
    private static long OfColumn(MatchColumn column)
    {
        var (texts, values) = (0L, (long)column.ValueCount);
        for (var id = 0; id < column.ValueCount; id++)
        {
            texts += TextBytes + (2L * column.Values[id].Length);
        }

        var compared = column.Type switch
        {
            MatchFieldType.Email => texts + (8 * values),
            MatchFieldType.FullName => 72 * values,
            MatchFieldType.Text => 80 * values,
            MatchFieldType.Organization => 112 * values,

            // The number of the house as a text, and the words without it.
            MatchFieldType.Address => 160 * values,
            MatchFieldType.GivenName or MatchFieldType.FamilyName => 64 * values,
            _ => 8 * values,
        };
        return (sizeof(int) * (long)column.Rows) + texts + compared + (17 * values);
    }
}
