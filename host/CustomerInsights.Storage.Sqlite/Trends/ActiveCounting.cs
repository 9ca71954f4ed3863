using CustomerInsights.Storage.Sqlite.Engine;
using CustomerInsights.Storage.Trends;

namespace CustomerInsights.Storage.Sqlite.Trends;

/// <summary>
/// Counts who is active, person by person along the index of activities by node, so that it holds one person in memory and not all. In each month a person
/// counts from the first day on which they were active.
/// </summary>
internal sealed class ActiveCounting(SqlConnection db, DateOnly from, DateOnly until, IReadOnlyCollection<string> inactive)
{
    private const int Look = 4096;

    // CROSS JOIN keeps SQLite from another order of loops.
    private const string OfProfiles =
        """
        SELECT np.profile_no, a.at / 864000000000, a.type_no, p.unknown
        FROM node_profile np CROSS JOIN profiles p ON p.profile_no = np.profile_no
        CROSS JOIN activities a ON a.node_id = np.node_id AND a.at >= ?1 AND a.at < ?2
        ORDER BY np.profile_no
        """;

    private const string OfNobody =
        """
        SELECT n.node_id, a.at / 864000000000, a.type_no, 1
        FROM nodes n CROSS JOIN activities a ON a.node_id = n.node_id AND a.at >= ?1 AND a.at < ?2
        WHERE n.present = 1 AND NOT EXISTS (SELECT 1 FROM node_profile np WHERE np.node_id = n.node_id)
        ORDER BY n.node_id
        """;

    private readonly int _first = from.DayNumber;
    private readonly int _days = Math.Max(0, until.DayNumber - from.DayNumber);
    private readonly HashSet<int> _inactive = [];

    public List<ActiveCount> Count(CancellationToken cancellationToken)
    {
        foreach (var type in inactive)
        {
            if (db.Number("SELECT type_no FROM activity_types WHERE name = ?1", type) is { } number)
            {
                _inactive.Add((int)number);
            }
        }

        var months = new int[_days];
        for (var i = 0; i < _days; i++)
        {
            var day = DateOnly.FromDayNumber(_first + i);
            months[i] = (day.Year * 12) + day.Month;
        }

        var (known, anonymous) = (new long[_days], new long[_days]);
        Add(OfProfiles, months, known, anonymous, cancellationToken);
        Add(OfNobody, months, known, anonymous, cancellationToken);
        var counts = new List<ActiveCount>(_days);
        for (var i = 0; i < _days; i++)
        {
            if (i > 0 && months[i] == months[i - 1])
            {
                known[i] += known[i - 1];
                anonymous[i] += anonymous[i - 1];
            }

            counts.Add(new ActiveCount(DateOnly.FromDayNumber(_first + i), known[i], anonymous[i]));
        }

        return counts;
    }

    private void Add(string sql, int[] months, long[] known, long[] anonymous, CancellationToken cancellationToken)
    {
        // The first active day in each month of the person at hand.
        var firsts = new Dictionary<int, int>();
        var (person, counts, read) = (0L, known, 0);
        using var rows = db.Query(sql, _first * TimeSpan.TicksPerDay, (_first + _days) * TimeSpan.TicksPerDay);
        while (rows.Step())
        {
            if (++read % Look == 0)
            {
                cancellationToken.ThrowIfCancellationRequested();
            }

            if (rows.Long(0) != person)
            {
                Close(firsts, counts);
                person = rows.Long(0);
                counts = rows.Flag(3) ? anonymous : known;
            }

            if (!_inactive.Contains(rows.Int(2)))
            {
                var day = rows.Int(1) - _first;
                firsts[months[day]] = Math.Min(day, firsts.GetValueOrDefault(months[day], int.MaxValue));
            }
        }

        Close(firsts, counts);
    }

    private static void Close(Dictionary<int, int> firsts, long[] counts)
    {
        foreach (var day in firsts.Values)
        {
            counts[day]++;
        }

        firsts.Clear();
    }
}
