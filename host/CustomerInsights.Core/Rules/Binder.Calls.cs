using CustomerInsights.Core.Model;

namespace CustomerInsights.Core.Rules;

/// <summary>The type rules of functions.</summary>
internal sealed partial class Binder
{
    private static readonly string[] UnitNames = ["year", "quarter", "month", "week", "day", "hour"];

    private BoundNode Call(CallExpression call, Scope scope)
    {
        if (FunctionEntry.Find(call.Function) is not { } entry)
        {
            foreach (var argument in call.Arguments)
            {
                // For the errors inside. What an unknown aggregate would be over cannot be told, so names are not looked up.
                Node(argument, new Scope(ScopeKind.Unknown));
            }

            return Failed(call, "RUL011", $"unknown function '{call.Function}'", Nearest.To(call.Function, FunctionEntry.AllNames));
        }

        if (call.Arguments.Count < entry.Least || call.Arguments.Count > entry.Most)
        {
            foreach (var argument in call.Arguments)
            {
                Node(argument, scope);
            }

            return Failed(call, "RUL021", $"{entry.Signature} was given {call.Arguments.Count} arguments");
        }

        if (scope.Kind == ScopeKind.Measure
            && entry.Function is Function.Now or Function.Today or Function.Ago or Function.DaysSince or Function.Segment or Function.Reachable or Function.PercentileRank)
        {
            return Failed(call, "RUL028", $"'{entry.Name}' must stand inside an aggregate or after by: a business measure is over all profiles");
        }

        switch (entry.Function)
        {
            case Function.Segment:
                return Segment(call);
            case Function.Reachable:
                return Reachable(call);
            case Function.Truncate:
                return Truncate(call, scope);
            case Function.PercentileRank:
                return PercentileRank(call, scope);
            case Function.Now or Function.Today:
                _reads.Time();
                return new BoundCall(entry.Function, [], entry.Function == Function.Now ? RuleType.Time : RuleType.Date, call);
            case Function.Ago:
                return Ago(call, scope);
        }

        List<BoundNode> arguments = [.. call.Arguments.Select(a => Node(a, scope))];
        return arguments.Exists(a => a.Type == RuleType.Unknown)
            ? new BoundConstant(ResultOfBroken(entry.Function), Value.Missing, call)
            : Plain(entry, call, arguments);
    }

    private BoundNode Plain(FunctionEntry entry, CallExpression call, List<BoundNode> arguments)
    {
        var first = arguments[0].Type;
        bool temporal = first is RuleType.Date or RuleType.Time;
        switch (entry.Function)
        {
            case Function.Lower or Function.Upper or Function.Trim when first == RuleType.Text:
                return Result(RuleType.Text);
            case Function.Length when first is RuleType.Text or RuleType.TextList:
                return Result(RuleType.Integer);
            case Function.Substring when first == RuleType.Text && arguments.Skip(1).All(a => a.Type == RuleType.Integer):
                return Result(RuleType.Text);
            case Function.Concat when arguments.TrueForAll(a => a.Type is RuleType.Text or RuleType.Integer):
                return Result(RuleType.Text);
            case Function.Abs or Function.Floor or Function.Ceil when first.IsNumeric():
                return Result(first);
            case Function.Round when first.IsNumeric() && arguments.Count == 1:
                return Result(first);
            case Function.Round when first.IsNumeric() && arguments[1].Type == RuleType.Integer:
                return Digits(call, first) ? Result(first) : Unknown(call);
            case Function.Hour when first == RuleType.Time:
            case Function.Year or Function.Quarter or Function.Month or Function.Day or Function.Weekday when temporal:
                return Result(RuleType.Integer);
            case Function.DaysSince when temporal:
                _reads.Time();
                return Result(RuleType.Integer);
            case Function.DaysBetween when temporal && arguments[1].Type is RuleType.Date or RuleType.Time:
                // A time beside a date counts by its day, as it does in a comparison.
                var both = Common(arguments, byDay: true)!.Value;
                return new BoundCall(entry.Function, arguments.ConvertAll(a => Convert(a, both)), RuleType.Integer, call);
            case Function.Coalesce when Common(arguments, byDay: false) is { } common:
                return new BoundCall(entry.Function, arguments.ConvertAll(a => Convert(a, common)), common, call);
            case Function.If when first == RuleType.Boolean && Common([.. arguments.Skip(1)], byDay: false) is { } branch:
                return new BoundIf(arguments[0], Convert(arguments[1], branch), Convert(arguments[2], branch), call);
            default:
                return Failed(call, "RUL022", $"{entry.Signature} was given {string.Join(", ", arguments.Select(a => a.Type.Spell()))}{Remedy(arguments)}");
        }

        BoundCall Result(RuleType type) => new(entry.Function, arguments, type, call);
    }

    // So that `lower(citty) = 5` reports both the name and the comparison.
    private static RuleType ResultOfBroken(Function function) => function switch
    {
        Function.Lower or Function.Upper or Function.Trim or Function.Substring or Function.Concat => RuleType.Text,
        Function.Abs or Function.Round or Function.Floor or Function.Ceil or Function.Coalesce or Function.If => RuleType.Unknown,
        _ => RuleType.Integer,
    };

    private bool Digits(CallExpression call, RuleType type)
    {
        int most = type == RuleType.Number ? 15 : 28;
        if (call.Arguments[1] is LiteralExpression { Value: { Type: DataType.Integer } digits } && digits.AsInteger() >= 0 && digits.AsInteger() <= most)
        {
            return true;
        }

        Report(call.Arguments[1], "RUL027", $"the digits of round are a plain number from 0 to {most}");
        return false;
    }

    private BoundNode Segment(CallExpression call)
    {
        if (LiteralText(call, "segment") is not { } name)
        {
            return new BoundConstant(RuleType.Boolean, Value.Missing, call);
        }

        if (_schema.Segments?.Contains(name) == false)
        {
            Report(call.Arguments[0], "RUL015", $"unknown segment '{name}'", Nearest.To(name, _schema.Segments));
        }

        _reads.Segment(name);
        return new BoundSegment(name, call);
    }

    private BoundNode Reachable(CallExpression call)
    {
        if (LiteralText(call, "reachable") is not { } channel)
        {
            return new BoundConstant(RuleType.Boolean, Value.Missing, call);
        }

        if (_schema.Channels?.Contains(channel) == false)
        {
            Report(call.Arguments[0], "RUL016", $"unknown channel '{channel}'", Nearest.To(channel, _schema.Channels));
        }

        _reads.Channel(channel);
        return new BoundReachable(channel, call);
    }

    private string? LiteralText(CallExpression call, string function)
    {
        if (call.Arguments[0] is LiteralExpression { Value: { Type: DataType.Text } text })
        {
            return text.AsText();
        }

        if (call.Arguments[0] is not ErrorExpression)
        {
            Report(call.Arguments[0], "RUL027", $"{function} takes a name between quotation marks");
        }

        return null;
    }

    private BoundNode Truncate(CallExpression call, Scope scope)
    {
        var operand = Node(call.Arguments[0], scope);
        if (operand.Type is not (RuleType.Date or RuleType.Time or RuleType.Unknown))
        {
            return Failed(call, "RUL022", $"truncate takes a date or a time; this is {operand.Type.Article()}");
        }

        string? name = (call.Arguments[1] as LiteralExpression)?.Value is { Type: DataType.Text } text ? text.AsText() : null;
        int unit = Array.IndexOf(UnitNames, name);
        if (unit < 0)
        {
            return Failed(
                call.Arguments[1],
                "RUL027",
                "truncate goes to one of \"year\" \"quarter\" \"month\" \"week\" \"day\" \"hour\"",
                Nearest.To(name ?? call.Arguments[1].ToString(), UnitNames));
        }

        return operand.Type == RuleType.Date && (CalendarUnit)unit == CalendarUnit.Hour
            ? Failed(call, "RUL022", "a date has no hours to truncate to")
            : new BoundTruncate(operand, (CalendarUnit)unit, call);
    }

    private BoundNode Ago(CallExpression call, Scope scope)
    {
        _reads.Time();
        var argument = Node(call.Arguments[0], scope);
        return argument is BoundDuration duration
            ? new BoundShift(new BoundCall(Function.Now, [], RuleType.Time, call), -duration.Amount, duration.Unit, call)
            : argument.Type == RuleType.Unknown ? new BoundConstant(RuleType.Time, Value.Missing, call)
            : Failed(call, "RUL022", $"ago takes a duration such as 90d; this is {argument.Type.Article()}");
    }

    private BoundNode PercentileRank(CallExpression call, Scope scope)
    {
        if (_insideRank)
        {
            return Failed(call, "RUL022", "percentile_rank cannot stand inside percentile_rank");
        }

        _insideRank = true;
        var operand = Node(call.Arguments[0], new Scope(ScopeKind.Profile, Inner: scope.Inner));
        _insideRank = false;
        if (operand.Type == RuleType.Unknown)
        {
            return new BoundConstant(RuleType.Number, Value.Missing, call);
        }

        if (!operand.Type.IsNumeric() && operand.Type is not (RuleType.Date or RuleType.Time))
        {
            return Failed(call, "RUL022", $"percentile_rank ranks numbers, dates and times; this is {operand.Type.Article()}");
        }

        var rank = new BoundRank(Formatter.Write(call.Arguments[0]), operand, call);
        if (!_ranks.Exists(r => r.Key == rank.Key))
        {
            _ranks.Add(rank);
        }

        return rank;
    }
}
