using CustomerInsights.Storage.Sqlite.Engine;

namespace CustomerInsights.Storage.Sqlite.Enrichments;

/// <summary>What the visible generations say of profiles, as documents to be put beside those of measures. Costs one look into a small table where there are none.</summary>
internal static class VisibleAnswers
{
    private const string Values = "SELECT profile_no, document FROM enrichment_values WHERE set_no = ?1 AND profile_no > ?2 AND document IS NOT NULL ORDER BY profile_no";

    /// <summary>The numbers of the visible generations.</summary>
    public static long[] Sets(SqlConnection db)
    {
        var sets = new List<long>();
        using var rows = db.Query("SELECT set_no FROM enrichment_sets WHERE state = 1 ORDER BY set_no");
        while (rows.Step())
        {
            sets.Add(rows.Long(0));
        }

        return [.. sets];
    }

    /// <summary>Of one profile; null when none says anything.</summary>
    public static byte[]? Of(SqlConnection db, IReadOnlyList<long> sets, long profile)
    {
        byte[]? all = null;
        foreach (var set in sets)
        {
            using var row = db.Query("SELECT document FROM enrichment_values WHERE set_no = ?1 AND profile_no = ?2", set, profile);
            if (row.Step() && row.BlobOrNull(0) is { } document)
            {
                all = Join(all, document);
            }
        }

        return all;
    }

    /// <summary>Two value documents of different names in one. They are JSON objects without spaces around them.</summary>
    public static byte[] Join(ReadOnlySpan<byte> first, ReadOnlySpan<byte> second)
    {
        if (first.Length <= 2)
        {
            return second.ToArray();
        }

        if (second.Length <= 2)
        {
            return first.ToArray();
        }

        var joined = new byte[first.Length + second.Length - 1];
        first[..^1].CopyTo(joined);
        joined[first.Length - 1] = (byte)',';
        second[1..].CopyTo(joined.AsSpan(first.Length));
        return joined;
    }

    /// <summary>Of profiles asked for in growing order: every generation is read once, in the order of its table.</summary>
    public sealed class Cursor : IDisposable
    {
        private readonly List<(SqlStatement Rows, bool There)> _sets = [];

        /// <summary>Begins behind a profile.</summary>
        public Cursor(SqlConnection db, long after)
        {
            foreach (var set in Sets(db))
            {
                var rows = db.Query(Values, set, after);
                _sets.Add((rows, rows.Step()));
            }
        }

        /// <summary>Of the next profile; null when none says anything.</summary>
        public byte[]? Of(long profile)
        {
            byte[]? all = null;
            for (var i = 0; i < _sets.Count; i++)
            {
                var (rows, there) = _sets[i];
                while (there && rows.Long(0) < profile)
                {
                    there = rows.Step();
                }

                if (there && rows.Long(0) == profile)
                {
                    all = Join(all, rows.Span(1));
                }

                _sets[i] = (rows, there);
            }

            return all;
        }

        /// <summary>What measures say of the next profile and what enrichments do, in one document.</summary>
        public ReadOnlySpan<byte> With(ReadOnlySpan<byte> measures, long profile) => _sets.Count > 0 && Of(profile) is { } said ? Join(measures, said) : measures;

        public void Dispose()
        {
            foreach (var (rows, _) in _sets)
            {
                rows.Dispose();
            }
        }
    }
}
