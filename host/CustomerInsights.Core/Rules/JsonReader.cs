using System.Buffers;
using System.Globalization;
using System.Text.Json;
using CustomerInsights.Core.Model;

namespace CustomerInsights.Core.Rules;

/// <summary>Reads the JSON form; reports each thing that is wrong with its pointer and goes on beside it.</summary>
internal sealed partial class JsonReader(List<RuleError> errors)
{
    private static readonly string[] Kinds =
    [
        "literal", "duration", "name", "not", "negate", "and", "or", "binary", "in", "between", "missing", "present", "call",
        "aggregate", "sequence", "by",
    ];

    private static readonly SearchValues<char> NumberCharacters = SearchValues.Create("0123456789.eE+-");

    private static readonly string[] LiteralTypes = ["text", "integer", "decimal", "number", "boolean", "date", "time"];

    public Expression Expression(JsonElement json, string pointer, int depth)
    {
        if (depth > RuleLimits.Depth)
        {
            return TooDeep(pointer);
        }

        if (json.ValueKind != JsonValueKind.Object)
        {
            return Report(pointer, "RUL010", $"expected an object with a kind, found {Describe(json)}");
        }

        if (Text(json, "kind", pointer) is not { } kind)
        {
            return new ErrorExpression();
        }

        var node = Read(kind, json, pointer, depth + 1);
        return node.Depth > RuleLimits.Depth
            ? TooDeep(pointer)
            : node with { Place = new SourcePlace(0, 0, 0, pointer) };
    }

    private ErrorExpression TooDeep(string pointer) => errors.Exists(e => e.Code == "RUL007")
        ? new ErrorExpression()
        : Report(pointer, "RUL007", $"the rule is nested more than {RuleLimits.Depth} levels deep");

    private Expression Read(string kind, JsonElement json, string pointer, int depth)
    {
        Expression Child(string name) => this.Child(json, name, pointer, depth);
        switch (kind)
        {
            case "literal":
                return Literal(json, pointer);
            case "duration":
                return (Expression?)Duration(json, pointer) ?? new ErrorExpression();
            case "name":
                return new NameExpression(Parts(json, "parts", pointer));
            case "not" or "negate":
                return new UnaryExpression(kind == "not" ? UnaryOperator.Not : UnaryOperator.Negate, Child("operand"));
            case "and" or "or":
                return new LogicalExpression(
                    kind == "and" ? LogicalOperator.And : LogicalOperator.Or, Children(json, "operands", pointer, depth, 2));
            case "binary":
                return Spelled<BinaryOperator>(json, "operator", pointer, Spelling.TryRead) is { } op
                    ? new BinaryExpression(op, Child("left"), Child("right"))
                    : new ErrorExpression();
            case "in":
                return new InExpression(Child("operand"), Children(json, "items", pointer, depth, 1), Flag(json, "negated", pointer));
            case "between":
                return new BetweenExpression(Child("operand"), Child("low"), Child("high"));
            case "missing" or "present":
                return new PresenceExpression(Child("operand"), kind == "missing");
            case "call":
                return Call(json, pointer, depth);
            case "aggregate":
                return Spelled<AggregateFunction>(json, "function", pointer, Spelling.TryRead) is { } function
                    ? new AggregateExpression(function, Children(json, "arguments", pointer, depth, 0), Optional(json, "where", pointer, depth))
                    : new ErrorExpression();
            case "sequence":
                return Sequence(json, pointer, depth);
            case "by" when pointer.Length == 0:
                return new GroupedExpression(Child("measure"), Children(json, "dimensions", pointer, depth, 1));
            case "by":
                return Report(pointer, "RUL010", "'by' is allowed only as the whole rule");
            default:
                return Report($"{pointer}/kind", "RUL010", $"unknown kind '{Short(kind)}'", Nearest.To(kind, Kinds));
        }
    }

    private Expression Literal(JsonElement json, string pointer)
    {
        if (Text(json, "type", pointer) is not { } type)
        {
            return new ErrorExpression();
        }

        string place = $"{pointer}/value";
        if (type == "boolean")
        {
            return new LiteralExpression(Value.Of(Flag(json, "value", pointer)));
        }

        if (!LiteralTypes.Contains(type))
        {
            return Report($"{pointer}/type", "RUL010", $"unknown type '{Short(type)}' of a literal", Nearest.To(type, LiteralTypes));
        }

        string? text = type == "integer" && json.TryGetProperty("value", out var number) && number.ValueKind == JsonValueKind.Number
            ? number.GetRawText()
            : Text(json, "value", pointer);
        if (text is null)
        {
            return new ErrorExpression();
        }

        if (type == "text")
        {
            return new LiteralExpression(Value.Of(text));
        }

        string? problem = type switch
        {
            "date" => Literals.Date(text, out var value) ?? Keep(value),
            "time" => Literals.Time(text, out var value) ?? Keep(value),
            _ => Number(type, text, out var value) ?? Keep(value),
        };
        return problem is null ? new LiteralExpression(_kept) : Report(place, type is "date" or "time" ? "RUL004" : "RUL003", problem);
    }

    private Value _kept;

    private string? Keep(Value value)
    {
        _kept = value;
        return null;
    }

    private static string? Number(string type, string text, out Value value)
    {
        value = default;
        int digits = text.StartsWith('-') ? 1 : 0;
        bool plain = text.Length > digits && text.AsSpan(digits).IndexOfAnyExcept(NumberCharacters) < 0 && char.IsAsciiDigit(text[digits]);
        if (!plain || text.Length > 400)
        {
            return $"'{Short(text)}' is no {type}";
        }

        // The text of a value has no mark of its type (a decimal 50 is "50"); give it the one that the reader of literals asks for.
        bool hasPoint = text.Contains('.', StringComparison.Ordinal), hasExponent = text.AsSpan().IndexOfAny('e', 'E') >= 0;
        string marked = (type, hasPoint, hasExponent) switch
        {
            ("decimal", false, false) => text + ".0",
            ("number", _, false) => text + "e0",
            _ => text,
        };
        bool formFits = type == "number" || (!hasExponent && (type == "decimal" || !hasPoint));
        if (!formFits || !double.TryParse(marked, NumberStyles.Float, CultureInfo.InvariantCulture, out _))
        {
            return $"'{Short(text)}' is no {type}";
        }

        return Literals.Number(marked, out value);
    }

    private DurationExpression? Duration(JsonElement json, string pointer)
    {
        var unit = Spelled<DurationUnit>(json, "unit", pointer, Spelling.TryRead);
        if (json.TryGetProperty("amount", out var amount) && amount.ValueKind == JsonValueKind.Number
            && amount.TryGetInt32(out int value) && value is >= 0 and <= RuleLimits.DurationAmount)
        {
            return unit is null ? null : new DurationExpression(value, unit.Value) { Place = new SourcePlace(0, 0, 0, pointer) };
        }

        Report($"{pointer}/amount", "RUL003", "the amount of a duration is a whole number from 0 to 100000000");
        return null;
    }

    private Expression Call(JsonElement json, string pointer, int depth)
    {
        string? function = Text(json, "function", pointer);
        var arguments = Children(json, "arguments", pointer, depth, 0);
        if (function is null)
        {
            return new ErrorExpression();
        }

        // Aggregates, dates and what is no name would be read as something else when they come back as text.
        // A name that is merely unknown is left to the binder, as it is when it comes as text.
        return Keywords.IsPlainName(function) && !Spelling.TryRead(function, out AggregateFunction _) && function is not ("date" or "time")
            ? new CallExpression(function, arguments)
            : Report($"{pointer}/function", "RUL011", $"unknown function '{Short(function)}'", Nearest.To(function, FunctionEntry.AllNames));
    }

    private Expression Sequence(JsonElement json, string pointer, int depth)
    {
        var function = Spelled<AggregateFunction>(json, "function", pointer, Spelling.TryRead);
        var first = Step(json, "first", pointer, depth);
        var second = Step(json, "second", pointer, depth);
        DurationExpression? within = null;
        if (json.TryGetProperty("within", out var duration) && duration.ValueKind != JsonValueKind.Null)
        {
            string place = $"{pointer}/within";
            if (duration.ValueKind != JsonValueKind.Object)
            {
                Report(place, "RUL010", $"expected a duration, found {Describe(duration)}");
            }
            else if (Text(duration, "kind", place) is { } kind)
            {
                within = kind == "duration" ? Duration(duration, place) : null;
                if (kind != "duration")
                {
                    Report($"{place}/kind", "RUL010", $"expected the kind 'duration', found '{Short(kind)}'");
                }
            }
        }

        if (function is not (null or AggregateFunction.Count or AggregateFunction.Exists))
        {
            return Report($"{pointer}/function", "RUL010", $"only count and exists take a sequence, not '{Spelling.Of(function.Value)}'");
        }

        return function is null || first is null || second is null
            ? new ErrorExpression()
            : new SequenceExpression(function.Value, first, second, within);
    }

    private SequenceStep? Step(JsonElement json, string name, string pointer, int depth)
    {
        if (!json.TryGetProperty(name, out var step) || step.ValueKind != JsonValueKind.Object)
        {
            Report($"{pointer}/{name}", "RUL010", "expected an object with an activity");
            return null;
        }

        string place = $"{pointer}/{name}";
        var activity = new NameExpression(Parts(step, "activity", place)) { Place = new SourcePlace(0, 0, 0, $"{place}/activity") };
        return new SequenceStep(activity, Optional(step, "where", place, depth));
    }
}
