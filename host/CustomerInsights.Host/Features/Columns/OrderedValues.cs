using CustomerInsights.Core.Columns.Evaluation;
using CustomerInsights.Core.Rules;
using CustomerInsights.Host.Features.Profiles;

namespace CustomerInsights.Host.Features.Columns;

/// <summary>
/// The values of rules for everybody, oldest first: parts, each in the order of numbers, are merged, since changed profiles stand in later ones. A part is
/// computed from where it is needed, some thousand profiles at a time.
/// </summary>
internal sealed class OrderedValues : IDisposable
{
    private const int Most = 4096;

    // By the next profile's number; of a part that has not begun that of its first row, which may be dead.
    private readonly PriorityQueue<Part, long> _parts = new();

    public OrderedValues(ColumnRun run, IReadOnlyList<BoundRule> rules)
    {
        for (var i = 0; i < run.Image.Parts.Count; i++)
        {
            if (run.Image.Parts[i].Part is { Rows: > 0 } part)
            {
                _parts.Enqueue(new Part(run.PartValues(i, rules).GetEnumerator()), part.Numbers[0]);
            }
        }
    }

    /// <summary>The next profiles; none at the end.</summary>
    /// <exception cref="RuleEvaluationException">An overflow; the message names the expression.</exception>
    public List<ProfileValues> Next()
    {
        var found = new List<ProfileValues>();
        while (found.Count < Most && _parts.TryDequeue(out var part, out _))
        {
            if (!part.Begun && !part.Move())
            {
                continue;
            }

            // As long as no other part has a lower number.
            while (found.Count < Most && !part.Ended && !(_parts.TryPeek(out _, out var other) && other < part.Number))
            {
                found.Add(part.Current);
                part.Move();
            }

            if (!part.Ended)
            {
                _parts.Enqueue(part, part.Number);
            }
        }

        return found;
    }

    public void Dispose()
    {
        while (_parts.TryDequeue(out var part, out _))
        {
            part.Dispose();
        }
    }

    private sealed class Part(IEnumerator<ValueBatch> batches) : IDisposable
    {
        private int _row = -1;

        public bool Begun { get; private set; }

        public bool Ended { get; private set; }

        public long Number => batches.Current.Part.Numbers[batches.Current.Rows[_row]];

        public ProfileValues Current
        {
            get
            {
                var (part, rows, values) = batches.Current;
                return new ProfileValues(part.Numbers[rows[_row]], part.IdAt(rows[_row]), [.. values.Select(ofRule => ofRule[_row])]);
            }
        }

        /// <summary>To the next profile; false when there is none.</summary>
        public bool Move()
        {
            if (Begun && ++_row < batches.Current.Rows.Length)
            {
                return true;
            }

            (Begun, _row) = (true, 0);
            Ended = !batches.MoveNext();
            if (Ended)
            {
                Dispose();
            }

            return !Ended;
        }

        public void Dispose() => batches.Dispose();
    }
}
