namespace CustomerInsights.Core.Unification.Linkage;

/// <summary>How often two records that have nothing to do with each other reach each level, for each field: the u of Fellegi and Sunter (1969).</summary>
internal static class ChanceAgreement
{
    private const int Draws = 200_000;

    // One pair in so many, for a level that no draw reached.
    private const double Least = 1e-7;

    internal static double[] Of(FieldComparison field)
    {
        var chance = new double[field.Levels.Count];
        var (column, scratch) = (field.Column, new Scratch());
        var filled = (int)Math.Min(int.MaxValue, column.Filled);
        if (filled < 2)
        {
            chance[FieldComparison.Different] = 1;
            return chance;
        }

        // Equal values in closed form: two different records that both have it.
        var pairs = (double)filled * (filled - 1);
        for (var id = 1; id < column.Counts.Length; id++)
        {
            chance[field.Level(id, id, scratch)] += column.Counts[id] * (column.Counts[id] - 1.0) / pairs;
        }

        var different = 1 - chance.Sum();
        var upTo = new int[column.Counts.Length];
        for (var id = 1; id < upTo.Length; id++)
        {
            upTo[id] = upTo[id - 1] + column.Counts[id];
        }

        var (state, drawn) = (0x2545F4914F6CDD1DUL, 0);
        var partial = new long[field.Levels.Count];
        for (var i = 0; i < Draws; i++)
        {
            var (a, b) = (Owner(upTo, Next(ref state, filled)), Owner(upTo, Next(ref state, filled)));
            if (a != b)
            {
                partial[field.Level(Math.Min(a, b), Math.Max(a, b), scratch)]++;
                drawn++;
            }
        }

        for (var level = FieldComparison.Different; level < field.FirstEqual; level++)
        {
            chance[level] = drawn == 0 ? 0 : different * partial[level] / drawn;
        }

        var sum = 0.0;
        for (var level = FieldComparison.Different; level < chance.Length; level++)
        {
            chance[level] = Math.Max(chance[level], Least);
            sum += chance[level];
        }

        for (var level = FieldComparison.Different; level < chance.Length; level++)
        {
            chance[level] /= sum;
        }

        chance[FieldComparison.Missing] = 0;
        return chance;
    }

    // The value that the record with this place has, when records are laid out by value.
    private static int Owner(int[] upTo, int place)
    {
        var found = Array.BinarySearch(upTo, place + 1);
        if (found < 0)
        {
            return ~found;
        }

        // Values without records have the same end as the one before them.
        while (upTo[found - 1] == place + 1)
        {
            found--;
        }

        return found;
    }

    // xorshift64*: the same draws in every run.
    private static int Next(ref ulong state, int count)
    {
        state ^= state >> 12;
        state ^= state << 25;
        state ^= state >> 27;
        return (int)(((state * 0x2545F4914F6CDD1DUL) >> 33) % (uint)count);
    }
}
