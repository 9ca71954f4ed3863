using CustomerInsights.Core.Model;

namespace CustomerInsights.Core.Rules;

/// <summary>
/// Gathers the values that <c>percentile_rank</c> needs, over all profiles of one type: make it with the rules, add each
/// profile once, build, and give the result to <see cref="RuleMoment"/>. Keeps 8 bytes a profile and expression. For one thread.
/// </summary>
public sealed class PopulationRanksBuilder
{
    private readonly Dictionary<string, (RankExpression Expression, List<double> Values)> _columns = [];

    /// <summary>Starts with no profiles.</summary>
    /// <param name="rules">Rules over one profile type; those without <c>percentile_rank</c> cost nothing.</param>
    public PopulationRanksBuilder(IEnumerable<BoundRule> rules)
    {
        ArgumentNullException.ThrowIfNull(rules);
        foreach (var expression in rules.SelectMany(r => r.Ranks))
        {
            _columns.TryAdd(expression.Text, (expression, []));
        }
    }

    /// <summary>Adds one profile. Give each profile once, all with the same moment.</summary>
    /// <exception cref="RuleEvaluationException">An overflow; the message names the expression.</exception>
    public void Add(IRuleSubject subject, RuleMoment moment)
    {
        foreach (var (expression, values) in _columns.Values)
        {
            if (expression.Evaluate(subject, moment) is { IsMissing: false } value)
            {
                values.Add(Position(value));
            }
        }
    }

    /// <summary>Adds the profiles that another of the same rules has been given.</summary>
    internal void Merge(PopulationRanksBuilder other)
    {
        foreach (var (text, column) in other._columns)
        {
            _columns[text].Values.AddRange(column.Values);
        }
    }

    /// <summary>The ranks of what was added so far.</summary>
    public IPopulationRanks Build() => new Ranks(_columns.ToDictionary(
        c => c.Key,
        c =>
        {
            double[] sorted = [.. c.Value.Values];
            Array.Sort(sorted);
            return sorted;
        }));

    // Only the order counts, and widening to double keeps it (near values may fall together, never change places).
    private static double Position(Value value) => value.Type switch
    {
        DataType.Date => value.AsDate().DayNumber,
        DataType.Time => value.AsTime().UtcTicks,
        _ => value.AsNumber(),
    };

    private sealed class Ranks(Dictionary<string, double[]> columns) : IPopulationRanks
    {
        // As SQL's PERCENT_RANK, times 100: the share of the others that are lower. A value that is newer than the ranks
        // can be above all of them, hence the limit.
        public Value Rank(string expression, Value value)
        {
            if (!columns.TryGetValue(expression, out var sorted) || sorted.Length == 0)
            {
                return default;
            }

            int lower = Lower(sorted, Position(value));
            return Value.Of(sorted.Length == 1 ? 0.0 : Math.Min(100.0, 100.0 * lower / (sorted.Length - 1)));
        }

        private static int Lower(double[] sorted, double value)
        {
            int from = 0, to = sorted.Length;
            while (from < to)
            {
                int middle = from + ((to - from) / 2);
                if (sorted[middle] < value)
                {
                    from = middle + 1;
                }
                else
                {
                    to = middle;
                }
            }

            return from;
        }
    }
}
