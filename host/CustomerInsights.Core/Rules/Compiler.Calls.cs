using CustomerInsights.Core.Model;

namespace CustomerInsights.Core.Rules;

/// <summary>Arithmetic and functions. Each of them is missing when an operand is.</summary>
internal sealed partial class Compiler
{
    private Evaluation Arithmetic(BoundArithmetic node)
    {
        Evaluation left = Evaluation(node.Left), right = Evaluation(node.Right);
        Func<Value, Value, Value> compute = node.Type switch
        {
            RuleType.Integer => IntegerArithmetic(node.Operator),
            RuleType.Decimal => DecimalArithmetic(node.Operator),
            _ => NumberArithmetic(node.Operator),
        };
        string problem = $"{node.Type.Spell()} overflow";
        return frame =>
        {
            var a = left(frame);
            if (a.IsMissing)
            {
                return default;
            }

            var b = right(frame);
            if (b.IsMissing)
            {
                return default;
            }

            try
            {
                return compute(a, b);
            }
            catch (OverflowException overflow)
            {
                throw new RuleEvaluationException(node.Source, problem, overflow);
            }
        };
    }

    private static Func<Value, Value, Value> IntegerArithmetic(BinaryOperator op) => op switch
    {
        BinaryOperator.Add => (a, b) => Value.Of(checked(a.AsInteger() + b.AsInteger())),
        BinaryOperator.Subtract => (a, b) => Value.Of(checked(a.AsInteger() - b.AsInteger())),
        BinaryOperator.Multiply => (a, b) => Value.Of(checked(a.AsInteger() * b.AsInteger())),

        // The processor traps on the smallest integer % -1, though the answer is 0.
        _ => (a, b) => b.AsInteger() switch { 0 => default, -1 => Value.Of(0L), var divisor => Value.Of(a.AsInteger() % divisor) },
    };

    private static Func<Value, Value, Value> DecimalArithmetic(BinaryOperator op) => op switch
    {
        BinaryOperator.Add => (a, b) => Value.Of(a.AsDecimal() + b.AsDecimal()),
        BinaryOperator.Subtract => (a, b) => Value.Of(a.AsDecimal() - b.AsDecimal()),
        BinaryOperator.Multiply => (a, b) => Value.Of(a.AsDecimal() * b.AsDecimal()),
        BinaryOperator.Divide => (a, b) => b.AsDecimal() is 0 ? default : Value.Of(a.AsDecimal() / b.AsDecimal()),
        _ => (a, b) => b.AsDecimal() is 0 ? default : Value.Of(a.AsDecimal() % b.AsDecimal()),
    };

    // A result that is infinite or no number is missing, as everywhere in the data model.
    private static Func<Value, Value, Value> NumberArithmetic(BinaryOperator op) => op switch
    {
        BinaryOperator.Add => (a, b) => Value.Of(a.AsNumber() + b.AsNumber()),
        BinaryOperator.Subtract => (a, b) => Value.Of(a.AsNumber() - b.AsNumber()),
        BinaryOperator.Multiply => (a, b) => Value.Of(a.AsNumber() * b.AsNumber()),
        BinaryOperator.Divide => (a, b) => Value.Of(a.AsNumber() / b.AsNumber()),
        _ => (a, b) => Value.Of(a.AsNumber() % b.AsNumber()),
    };

    private Evaluation Negate(BoundNegate negate)
    {
        var operand = Evaluation(negate.Operand);
        return negate.Type switch
        {
            RuleType.Integer => Present(operand, v => v.AsInteger() == long.MinValue
                ? throw new RuleEvaluationException(negate.Source, "integer overflow")
                : Value.Of(-v.AsInteger())),
            RuleType.Decimal => Present(operand, v => Value.Of(-v.AsDecimal())),
            _ => Present(operand, v => Value.Of(-v.AsNumber())),
        };
    }

    private Evaluation Shift(BoundShift shift)
    {
        var start = Evaluation(shift.Start);
        return frame =>
        {
            var value = start(frame);
            try
            {
                return value.IsMissing ? default : Calendar.Shift(value, shift.Amount, shift.Unit, frame.Moment.Calendar);
            }
            catch (ArgumentOutOfRangeException outside)
            {
                throw new RuleEvaluationException(shift.Source, "a time outside the years 1 to 9999", outside);
            }
        };
    }

    private Evaluation Call(BoundCall call)
    {
        Evaluation[] arguments = [.. call.Arguments.Select(Evaluation)];
        switch (call.Function)
        {
            case Function.Now:
                return frame => Value.Of(frame.Moment.Now);
            case Function.Today:
                return frame => Value.Of(Calendar.DayOf(frame.Moment.Now, frame.Moment.Calendar));
            case Function.Coalesce:
                return frame =>
                {
                    foreach (var argument in arguments)
                    {
                        if (argument(frame) is { IsMissing: false } value)
                        {
                            return value;
                        }
                    }

                    return default;
                };
            case Function.Concat:
                return frame =>
                {
                    string[] parts = new string[arguments.Length];
                    for (int i = 0; i < parts.Length; i++)
                    {
                        var value = arguments[i](frame);
                        if (value.IsMissing)
                        {
                            return default;
                        }

                        parts[i] = value.ToString();
                    }

                    return Value.Of(string.Concat(parts));
                };
            case Function.Substring:
                return Substring(arguments);
            case Function.DaysSince:
                return frame => arguments[0](frame) is { IsMissing: false } value
                    ? Calendar.DaysBetween(value, Calendar.NowLike(value, frame.Moment))
                    : default;
            case Function.DaysBetween:
                return frame => arguments[0](frame) is { IsMissing: false } from && arguments[1](frame) is { IsMissing: false } to
                    ? Calendar.DaysBetween(from, to)
                    : default;
            case Function.Year or Function.Quarter or Function.Month or Function.Day or Function.Weekday or Function.Hour:
                return frame => arguments[0](frame) is { IsMissing: false } value
                    ? Value.Of(Calendar.Part(value, call.Function, frame.Moment.Calendar))
                    : default;
            default:
                return Present(arguments[0], OfOne(call));
        }
    }

    private static Func<Value, Value> OfOne(BoundCall call)
    {
        int digits = call.Arguments is [_, BoundConstant constant] ? (int)constant.Value.AsInteger() : 0;
        return (call.Function, call.Type) switch
        {
            (Function.Lower, _) => v => Value.Of(v.AsText().ToLowerInvariant()),
            (Function.Upper, _) => v => Value.Of(v.AsText().ToUpperInvariant()),
            (Function.Trim, _) => v => Value.Of(v.AsText().Trim()),
            (Function.Length, _) => v => Value.Of(v.Type == DataType.TextList ? v.AsTextList().Count : Texts.Length(v.AsText())),
            (Function.Abs, RuleType.Integer) => v => v.AsInteger() == long.MinValue
                ? throw new RuleEvaluationException(call.Source, "integer overflow")
                : Value.Of(Math.Abs(v.AsInteger())),
            (Function.Abs, RuleType.Decimal) => v => Value.Of(Math.Abs(v.AsDecimal())),
            (Function.Abs, _) => v => Value.Of(Math.Abs(v.AsNumber())),
            (_, RuleType.Integer) => v => v,
            (Function.Round, RuleType.Decimal) => v => Value.Of(Math.Round(v.AsDecimal(), digits, MidpointRounding.ToEven)),
            (Function.Round, _) => v => Value.Of(Math.Round(v.AsNumber(), digits, MidpointRounding.ToEven)),
            (Function.Floor, RuleType.Decimal) => v => Value.Of(Math.Floor(v.AsDecimal())),
            (Function.Floor, _) => v => Value.Of(Math.Floor(v.AsNumber())),
            (Function.Ceil, RuleType.Decimal) => v => Value.Of(Math.Ceiling(v.AsDecimal())),
            (Function.Ceil, _) => v => Value.Of(Math.Ceiling(v.AsNumber())),
            _ => throw new InvalidOperationException($"{call.Function} has no meaning."),
        };
    }

    private static Evaluation Substring(Evaluation[] arguments)
    {
        Evaluation text = arguments[0], start = arguments[1];
        var length = arguments.Length > 2 ? arguments[2] : null;
        return frame =>
        {
            var count = Value.Of(long.MaxValue);
            return text(frame) is { IsMissing: false } of
                && start(frame) is { IsMissing: false } from
                && (length is null || !(count = length(frame)).IsMissing)
                ? Value.Of(Texts.Substring(of.AsText(), from.AsInteger(), count.AsInteger()))
                : default;
        };
    }

    private static Evaluation Present(Evaluation operand, Func<Value, Value> compute) =>
        frame => operand(frame) is { IsMissing: false } value ? compute(value) : default;
}
