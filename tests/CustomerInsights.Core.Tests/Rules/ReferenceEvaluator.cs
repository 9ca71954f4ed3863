using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;
using CustomerInsights.Core.Model;
using CustomerInsights.Core.Rules;

namespace CustomerInsights.Core.Tests.Rules;

/// <summary>
/// The language once more, slow and obvious: walks the tree for each row, knows no types but those of the values at hand, and
/// is in UTC. Null is missing. An overflow is an <see cref="OverflowException"/>.
/// </summary>
internal sealed class ReferenceEvaluator(IRuleSubject subject, RuleSchema schema, DateTimeOffset now)
{
    public object? Evaluate(Expression node) => Eval(node, null, null);

    private static object? Unwrap(Value value) => value.Type switch
    {
        DataType.Text => value.AsText(),
        DataType.Integer => value.AsInteger(),
        DataType.Decimal => value.AsDecimal(),
        DataType.Number => value.AsNumber(),
        DataType.Boolean => value.AsBoolean(),
        DataType.Date => value.AsDate(),
        DataType.Time => value.AsTime(),
        DataType.TextList => value.AsTextList(),
        _ => null,
    };

    private object? Eval(Expression node, string? type, IRuleActivity? row)
    {
        object? Of(Expression e) => Eval(e, type, row);
        bool Holds(Expression e) => Of(e) is true;
        switch (node)
        {
            case LiteralExpression literal:
                return Unwrap(literal.Value);
            case NameExpression name:
                return Name(name, type, row);
            case UnaryExpression { Operator: UnaryOperator.Not } not:
                return !Holds(not.Operand);
            case UnaryExpression negate:
                return Arithmetic(BinaryOperator.Subtract, Of(negate.Operand) switch { long => 0L, decimal => 0m, double => -0.0, _ => null }, Of(negate.Operand));
            case LogicalExpression { Operator: LogicalOperator.And } and:
                return and.Operands.All(Holds);
            case LogicalExpression or:
                return or.Operands.Any(Holds);
            case InExpression { Negated: false } within:
                return Of(within.Operand) is { } value && within.Items.Any(i => Compare(BinaryOperator.Equal, value, Of(i)));
            case InExpression notIn:
                return Of(notIn.Operand) is { } other && notIn.Items.All(i => Compare(BinaryOperator.NotEqual, other, Of(i)));
            case BetweenExpression between:
                return Of(between.Operand) is { } middle
                    && Compare(BinaryOperator.GreaterOrEqual, middle, Of(between.Low))
                    && Compare(BinaryOperator.LessOrEqual, middle, Of(between.High));
            case PresenceExpression presence:
                return (Of(presence.Operand) is null) == presence.Missing;
            case BinaryExpression { Right: DurationExpression duration } shift:
                return Shift(Of(shift.Left), shift.Operator == BinaryOperator.Add ? duration.Amount : -duration.Amount, duration.Unit);
            case BinaryExpression binary when binary.Operator <= BinaryOperator.Remainder:
                return Of(binary.Left) is { } left ? Arithmetic(binary.Operator, left, Of(binary.Right)) : null;
            case BinaryExpression binary:
                return Of(binary.Left) is { } a && Compare(binary.Operator, a, Of(binary.Right));
            case CallExpression call:
                return Call(call, Of);
            case AggregateExpression aggregate:
                return Aggregate(aggregate);
            case SequenceExpression sequence:
                return Sequence(sequence);
            default:
                throw new NotSupportedException(node.GetType().Name);
        }
    }

    private object? Name(NameExpression name, string? type, IRuleActivity? row)
    {
        string joined = string.Join('.', name.Parts);
        if (type is not null)
        {
            string field = joined.StartsWith(type + ".", StringComparison.Ordinal) ? joined[(type.Length + 1)..] : joined;
            if (field is "at" or "id")
            {
                return field == "at" ? row!.At : row!.Id;
            }

            if (schema.Activities[type].ContainsKey(field))
            {
                return Unwrap(row!.Field(field));
            }
        }

        return schema.Attributes.ContainsKey(joined)
            ? Unwrap(subject.Attribute(joined))
            : subject.Related(name.Parts[0]) is { } other ? Unwrap(other.Attribute(name.Parts[1])) : null;
    }

    private static object? Arithmetic(BinaryOperator op, object? left, object? right)
    {
        if (left is null || right is null)
        {
            return null;
        }

        if (left is double || right is double)
        {
            double a = Convert.ToDouble(left, CultureInfo.InvariantCulture), b = Convert.ToDouble(right, CultureInfo.InvariantCulture);
            double result = op switch { BinaryOperator.Add => a + b, BinaryOperator.Subtract => a - b, BinaryOperator.Multiply => a * b, BinaryOperator.Divide => a / b, _ => a % b };
            return double.IsFinite(result) ? result : null;
        }

        if (left is long x && right is long y && op != BinaryOperator.Divide)
        {
            System.Numerics.BigInteger a = x, b = y;
            if (op == BinaryOperator.Remainder && y == 0)
            {
                return null;
            }

            return checked((long)(op switch { BinaryOperator.Add => a + b, BinaryOperator.Subtract => a - b, BinaryOperator.Multiply => a * b, _ => a % b }));
        }

        decimal m = Convert.ToDecimal(left, CultureInfo.InvariantCulture), n = Convert.ToDecimal(right, CultureInfo.InvariantCulture);
        return op switch
        {
            BinaryOperator.Add => m + n,
            BinaryOperator.Subtract => m - n,
            BinaryOperator.Multiply => m * n,
            _ when n == 0 => null,
            BinaryOperator.Divide => m / n,
            _ => m % n,
        };
    }

    private static bool Compare(BinaryOperator op, object? left, object? right)
    {
        if (left is null || right is null)
        {
            return false;
        }

        if (op > BinaryOperator.GreaterOrEqual)
        {
            string pattern = (string)right;
            return left is IReadOnlyList<string> list ? list.Contains(pattern) : op switch
            {
                BinaryOperator.EqualIgnoringCase => string.Equals((string)left, pattern, StringComparison.OrdinalIgnoreCase),
                BinaryOperator.Contains => ((string)left).Contains(pattern, StringComparison.Ordinal),
                BinaryOperator.StartsWith => ((string)left).StartsWith(pattern, StringComparison.Ordinal),
                BinaryOperator.EndsWith => ((string)left).EndsWith(pattern, StringComparison.Ordinal),
                _ => Regex.IsMatch((string)left, pattern, RegexOptions.None, TimeSpan.FromSeconds(5)),
            };
        }

        int order = Order(left, right);
        return op switch
        {
            BinaryOperator.Equal => order == 0,
            BinaryOperator.NotEqual => order != 0,
            BinaryOperator.Less => order < 0,
            BinaryOperator.LessOrEqual => order <= 0,
            BinaryOperator.Greater => order > 0,
            _ => order >= 0,
        };
    }

    private static int Order(object left, object right) => (left, right) switch
    {
        (string a, string b) => string.CompareOrdinal(a, b),
        (bool a, bool b) => a.CompareTo(b),
        (DateTimeOffset a, DateTimeOffset b) => a.CompareTo(b),
        (DateOnly or DateTimeOffset, DateOnly or DateTimeOffset) => Day(left).CompareTo(Day(right)),
        (double, _) or (_, double) => Convert.ToDouble(left, CultureInfo.InvariantCulture).CompareTo(Convert.ToDouble(right, CultureInfo.InvariantCulture)),
        _ => Convert.ToDecimal(left, CultureInfo.InvariantCulture).CompareTo(Convert.ToDecimal(right, CultureInfo.InvariantCulture)),
    };

    private static DateOnly Day(object value) => value is DateOnly date ? date : DateOnly.FromDateTime(((DateTimeOffset)value).UtcDateTime);

    private static object? Shift(object? start, int amount, DurationUnit unit)
    {
        try
        {
            return (start, unit) switch
            {
                (null, _) => null,
                (DateOnly d, DurationUnit.Day) => d.AddDays(amount),
                (DateOnly d, DurationUnit.Week) => d.AddDays(7 * amount),
                (DateOnly d, DurationUnit.Month) => d.AddMonths(amount),
                (DateOnly d, _) => d.AddYears(amount),
                (DateTimeOffset t, DurationUnit.Minute) => t.AddMinutes(amount),
                (DateTimeOffset t, DurationUnit.Hour) => t.AddHours(amount),
                (DateTimeOffset t, DurationUnit.Day) => t.AddDays(amount),
                (DateTimeOffset t, DurationUnit.Week) => t.AddDays(7 * amount),
                (DateTimeOffset t, DurationUnit.Month) => t.AddMonths(amount),
                (DateTimeOffset t, _) => t.AddYears(amount),
                _ => throw new NotSupportedException(),
            };
        }
        catch (ArgumentOutOfRangeException)
        {
            throw new OverflowException();
        }
    }

    private object? Call(CallExpression call, Func<Expression, object?> of)
    {
        switch (call.Function)
        {
            case "now":
                return now;
            case "today":
                return Day(now);
            case "ago":
                var duration = (DurationExpression)call.Arguments[0];
                return Shift(now, -duration.Amount, duration.Unit);
            case "if":
                return of(call.Arguments[0]) is true ? of(call.Arguments[1]) : of(call.Arguments[2]);
            case "coalesce":
                return call.Arguments.Select(of).FirstOrDefault(v => v is not null);
            case "segment":
                return subject.InSegment((string)of(call.Arguments[0])!);
            case "reachable":
                return subject.Reachable((string)of(call.Arguments[0])!);
        }

        // As everywhere, what stands to the right of a missing value is not looked at.
        var values = new List<object>();
        foreach (var argument in call.Arguments)
        {
            if (of(argument) is not { } value)
            {
                return null;
            }

            values.Add(value);
        }

        var first = values[0];
        return call.Function switch
        {
            "lower" => ((string)first).ToLowerInvariant(),
            "upper" => ((string)first).ToUpperInvariant(),
            "trim" => ((string)first).Trim(),
            "length" => (long)((string)first).EnumerateRunes().Count(),
            "concat" => string.Concat(values.Select(v => Convert.ToString(v, CultureInfo.InvariantCulture))),
            "substring" => Substring((string)first, (long)values[1], (long)values[2]),
            "round" => Math.Round((decimal)first, MidpointRounding.ToEven),
            "abs" => Math.Abs((decimal)first),
            "floor" => Math.Floor((decimal)first),
            "ceil" => Math.Ceiling((decimal)first),
            "year" => (long)Day(first).Year,
            "quarter" => (long)((Day(first).Month + 2) / 3),
            "month" => (long)Day(first).Month,
            "day" => (long)Day(first).Day,
            "weekday" => Day(first).DayOfWeek == DayOfWeek.Sunday ? 7L : (long)Day(first).DayOfWeek,
            "hour" => (long)((DateTimeOffset)first).UtcDateTime.Hour,
            "days_since" => DaysBetween(first, first is DateOnly ? Day(now) : now),
            "days_between" => DaysBetween(first, values[1]),
            "truncate" => Truncate(first, (string)values[1]),
            _ => throw new NotSupportedException(call.Function),
        };
    }

    private static string Substring(string text, long start, long length)
    {
        var kept = new StringBuilder();
        decimal position = 0;
        foreach (var rune in text.EnumerateRunes())
        {
            position++;
            if (position >= start && position < (decimal)start + length)
            {
                kept.Append(rune);
            }
        }

        return kept.ToString();
    }

    private static long DaysBetween(object from, object to) => from is DateTimeOffset a && to is DateTimeOffset b
        ? (long)Math.Truncate((decimal)(b - a).Ticks / TimeSpan.TicksPerDay)
        : Day(to).DayNumber - Day(from).DayNumber;

    private static object Truncate(object value, string unit)
    {
        if (unit == "hour")
        {
            var t = ((DateTimeOffset)value).UtcDateTime;
            return new DateTimeOffset(t.Year, t.Month, t.Day, t.Hour, 0, 0, TimeSpan.Zero);
        }

        var day = Day(value);
        while (!(unit switch
        {
            "year" => day.DayOfYear == 1,
            "quarter" => day.Day == 1 && day.Month % 3 == 1,
            "month" => day.Day == 1,
            "week" => day.DayOfWeek == DayOfWeek.Monday,
            _ => true,
        }))
        {
            day = day.AddDays(-1);
        }

        return value is DateOnly ? day : new DateTimeOffset(day.ToDateTime(TimeOnly.MinValue), TimeSpan.Zero);
    }

    private object? Aggregate(AggregateExpression aggregate)
    {
        // In the random rules every aggregate is over one of the plain types, named first.
        string type = ((NameExpression)aggregate.Arguments[0]).Parts[0];
        bool rows = ((NameExpression)aggregate.Arguments[0]).Parts.Count == 1;
        var activities = subject.Activities(type).Where(a => aggregate.Where is null || Eval(aggregate.Where, type, a) is true);
        object? At(IRuleActivity a, int argument) => Eval(aggregate.Arguments[argument], type, a);
        switch (aggregate.Function)
        {
            case AggregateFunction.Count:
                return (long)activities.Count(a => rows || At(a, 0) is not null);
            case AggregateFunction.Exists:
                return activities.Any(a => rows || At(a, 0) is not null);
            case AggregateFunction.ArgMin or AggregateFunction.ArgMax:
                int sign = aggregate.Function == AggregateFunction.ArgMin ? 1 : -1;
                var keyed = activities.Where(a => At(a, 1) is not null).ToList();
                keyed.Sort((a, b) => sign * Order(At(a, 1)!, At(b, 1)!) is not 0 and var byKey ? byKey : Earlier(a, b));
                return keyed.Count == 0 ? null : At(keyed[0], 0);
        }

        // Lazily for first and last only: they stop looking once they have found one.
        if (aggregate.Function is AggregateFunction.First or AggregateFunction.Last)
        {
            var inOrder = aggregate.Function == AggregateFunction.First ? subject.Activities(type) : subject.Activities(type).Reverse();
            return inOrder.Where(a => aggregate.Where is null || Eval(aggregate.Where, type, a) is true).Select(a => At(a, 0)).FirstOrDefault(v => v is not null);
        }

        var values = activities.Select(a => At(a, 0)).OfType<object>().ToList();
        return aggregate.Function switch
        {
            AggregateFunction.CountDistinct => (long)values.Distinct().Count(),
            AggregateFunction.Sum => Sum(values, aggregate),
            AggregateFunction.Avg => values.Count == 0 ? null : Arithmetic(BinaryOperator.Divide, Sum(values, aggregate), (long)values.Count),
            AggregateFunction.Min => values.Count == 0 ? null : values.Aggregate((a, b) => Order(b, a) < 0 ? b : a),
            _ => values.Count == 0 ? null : values.Aggregate((a, b) => Order(b, a) > 0 ? b : a),
        };
    }

    private static int Earlier(IRuleActivity a, IRuleActivity b) =>
        a.At.CompareTo(b.At) is not 0 and var byTime ? byTime : string.CompareOrdinal(a.Id, b.Id);

    private static object? Sum(List<object> values, AggregateExpression aggregate)
    {
        object? zero = ((NameExpression)aggregate.Arguments[0]).Parts[1] switch { "quantity" => 0L, "amount" => 0m, _ => 0.0 };
        return values.Aggregate<object, object?>(zero, (sum, value) => Arithmetic(BinaryOperator.Add, sum, value));
    }

    // Tries each first step against every second step there is.
    private object? Sequence(SequenceExpression sequence)
    {
        string firstType = sequence.First.Activity.Parts[0], secondType = sequence.Second.Activity.Parts[0];
        var used = new HashSet<IRuleActivity>();
        long pairs = 0;
        foreach (var first in subject.Activities(firstType))
        {
            if (used.Contains(first) || (sequence.First.Where is { } w && Eval(w, firstType, first) is not true))
            {
                continue;
            }

            var second = subject.Activities(secondType)
                .Where(b => b.At > first.At && !used.Contains(b))
                .FirstOrDefault(b => sequence.Second.Where is not { } where || Eval(where, secondType, b) is true);
            if (second is not null && (sequence.Within is not { } d || second.At <= (DateTimeOffset)Shift(first.At, d.Amount, d.Unit)!))
            {
                if (sequence.Function == AggregateFunction.Exists)
                {
                    return true;
                }

                used.Add(first);
                used.Add(second);
                pairs++;
            }
        }

        return sequence.Function == AggregateFunction.Count ? pairs : false;
    }
}
