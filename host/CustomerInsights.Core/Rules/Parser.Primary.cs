using System.Runtime.CompilerServices;
using CustomerInsights.Core.Model;

namespace CustomerInsights.Core.Rules;

internal sealed partial class Parser
{
    private Expression Primary()
    {
        var start = Current;
        switch (start.Kind)
        {
            case TokenKind.Number:
                return Number(start, "");
            case TokenKind.Duration:
                return Duration();
            case TokenKind.Text:
                Take();
                return new LiteralExpression(Value.Of(start.Text)) { Place = start.Place };
            case TokenKind.DateLiteral or TokenKind.TimeLiteral:
                Take();
                return DateOrTime(start);
            case TokenKind.Keyword when start.Text is "true" or "false":
                Take();
                return new LiteralExpression(Value.Of(start.Text == "true")) { Place = start.Place };
            case TokenKind.Word when _tokens[_at + 1].Is("("):
                return start.Text is "date" or "time" ? SplitDate(start) : Call();
            case TokenKind.Word or TokenKind.QuotedName:
                return Name();
            case TokenKind.Broken:
                Take();
                return Broken(start);
            case TokenKind.Symbol when start.Is("("):
                return Parentheses();
            default:
                Unexpected("a value, a name or '('");
                SkipToEndOfOperand();
                return Broken(start);
        }
    }

    // `date` and its parenthesis on two lines: as a call it would be formatted to something that reads differently.
    private ErrorExpression SplitDate(Token start)
    {
        Report("RUL004", $"'{start.Text}' and its parenthesis belong on one line", start.Place);
        Take();
        SkipToEndOfOperand();
        return Broken(start);
    }

    private Expression Parentheses()
    {
        if (++_parentheses > RuleLimits.Depth || !HasStack())
        {
            return TooDeep(Current.Place);
        }

        Take();
        var inner = Or();
        _parentheses--;
        Expect(")");
        return inner;
    }

    private Expression Name()
    {
        var start = Current;
        var parts = new List<string> { Take().Text };
        while (Current.Is("."))
        {
            Take();

            // After a dot a reserved word can only be a name, but it is refused, so that a name reads the same everywhere.
            if (Current.Kind is TokenKind.Word or TokenKind.QuotedName)
            {
                parts.Add(Take().Text);
            }
            else
            {
                Unexpected("a name after the dot");
                break;
            }
        }

        // Looking a name up tries every way to split it, which is quadratic in its parts.
        if (parts.Count > RuleLimits.NameParts)
        {
            Report("RUL008", $"{parts.Count} parts of a name; at most {RuleLimits.NameParts} are allowed", start.Place);
            return Broken(start);
        }

        return new NameExpression([.. parts]) { Place = Span(start) };
    }

    private Expression Call()
    {
        var start = Take();
        Take();
        if (++_nested > RuleLimits.Depth || !HasStack())
        {
            return TooDeep(start.Place);
        }

        bool isAggregate = Spelling.TryRead(start.Text, out AggregateFunction function);
        List<Expression> arguments = [];
        if (!Current.Is(")") && !Current.Is("where"))
        {
            arguments.AddRange(Items(Or, "arguments"));
        }

        var where = Where();
        Expression call;
        if (Current.Is("then"))
        {
            call = Sequence(start, isAggregate ? function : null, arguments, where);
        }
        else if (isAggregate)
        {
            call = new AggregateExpression(function, [.. arguments], where);
        }
        else if (where is not null)
        {
            string? near = Nearest.To(start.Text, Spelling.AggregateNames);
            Report("RUL011", $"'{start.Text}' is no aggregate and takes no where", start.Place, near);
            call = new ErrorExpression();
        }
        else
        {
            call = new CallExpression(start.Text, [.. arguments]);
        }

        _nested--;
        Expect(")");
        return Deep(call with { Place = Span(start) });
    }

    private Expression? Where()
    {
        if (!Current.Is("where"))
        {
            return null;
        }

        Take();
        return Or();
    }

    private Expression Sequence(Token start, AggregateFunction? function, List<Expression> arguments, Expression? firstWhere)
    {
        Take();
        var place = Current;
        var second = Or();
        var secondWhere = Where();
        DurationExpression? within = null;
        if (Current.Is("within"))
        {
            Take();
            var length = Current;
            within = length.Kind == TokenKind.Duration ? Duration() as DurationExpression : null;
            if (length.Kind != TokenKind.Duration)
            {
                Unexpected("a duration such as 7d");
                SkipToEndOfOperand();
            }
        }

        if (Current.Is("then"))
        {
            Report("RUL005", "a sequence has two steps: one then another", Current.Place);
            SkipToEndOfOperand();
        }

        if (function is not (AggregateFunction.Count or AggregateFunction.Exists))
        {
            Report("RUL005", $"only count and exists take a sequence, not '{start.Text}'", start.Place);
            return new ErrorExpression();
        }

        if (arguments is [NameExpression first] && second is NameExpression next)
        {
            return new SequenceExpression(
                function.Value, new SequenceStep(first, firstWhere), new SequenceStep(next, secondWhere), within);
        }

        var wrong = arguments is [NameExpression] ? second.Place : arguments.Count > 0 ? arguments[0].Place : place.Place;
        if (arguments.Count != 1 || (arguments[0] is not ErrorExpression && second is not ErrorExpression))
        {
            Report("RUL005", "a step of a sequence is the name of an activity type", wrong);
        }

        return new ErrorExpression();
    }

    private Expression Number(Token start, string sign)
    {
        var token = Take();
        var place = Span(start);
        if (Literals.Number(sign + token.Text, out var value) is { } problem)
        {
            Report("RUL003", problem, place);
            return Broken(start);
        }

        return new LiteralExpression(value) { Place = place };
    }

    private Expression Duration()
    {
        var token = Take();
        if (Literals.Duration(token.Text, out int amount, out var unit, out string? near) is { } problem)
        {
            Report("RUL003", problem, token.Place, near);
            return Broken(token);
        }

        return new DurationExpression(amount, unit) { Place = token.Place };
    }

    private Expression DateOrTime(Token token)
    {
        var problem = token.Kind == TokenKind.DateLiteral
            ? Literals.Date(token.Text, out var value)
            : Literals.Time(token.Text, out value);
        if (problem is not null)
        {
            Report("RUL004", problem, token.Place);
            return Broken(token);
        }

        return new LiteralExpression(value) { Place = token.Place };
    }

    private NodeList<Expression> Items(Func<Expression> item, string noun)
    {
        var start = Current;
        var items = new List<Expression> { item() };
        while (Current.Is(","))
        {
            Take();
            items.Add(item());
        }

        CheckCount(items.Count, start, noun);
        return [.. items];
    }

    private T Nest<T>(Func<T> inner)
    {
        if (++_nested > RuleLimits.Depth || !HasStack())
        {
            TooDeep(Current.Place);
        }

        // Once the limit is passed the current token is the end, so that the recursion unwinds at once.
        var result = inner();
        _nested--;
        return result;
    }

    private T Deep<T>(T node)
        where T : Expression
    {
        if (node.Depth > RuleLimits.Depth)
        {
            TooDeep(node.Place);
        }

        return node;
    }

    // The limits fit into the stack of any ordinary thread; this is for a caller that is deep in its own recursion already.
    private static bool HasStack() => RuntimeHelpers.TryEnsureSufficientExecutionStack();

    private ErrorExpression TooDeep(SourcePlace place)
    {
        if (!_gaveUp)
        {
            Report("RUL007", $"the rule is nested more than {RuleLimits.Depth} levels deep", place);
        }

        _gaveUp = true;
        _at = _tokens.Count - 1;
        return new ErrorExpression { Place = place };
    }

    private bool Expect(string text)
    {
        if (Current.Is(text))
        {
            Take();
            return true;
        }

        Unexpected($"'{text}'");
        return false;
    }

    private void Unexpected(string expected)
    {
        if (!_gaveUp && Current.Kind != TokenKind.Broken)
        {
            Report("RUL005", $"expected {expected}, found {Current.Describe()}", Current.Place);
        }
    }

    private void CheckCount(int count, Token start, string noun)
    {
        if (count > RuleLimits.Items)
        {
            Report("RUL008", $"{count} {noun}; at most {RuleLimits.Items} are allowed", start.Place);
        }
    }

    // One token, one error: what follows from the first error at a place would only hide it.
    private void Report(string code, string message, SourcePlace place, string? suggestion = null)
    {
        if (_errors.Count < RuleLimits.Errors
            && !_errors.Exists(e => e.Line == place.Line && e.Column == place.Column))
        {
            _errors.Add(RuleError.At(place, code, message, suggestion));
        }
    }

    private void SkipToEndOfOperand()
    {
        int open = 0;
        while (Current.Kind != TokenKind.End)
        {
            if (open == 0 && (Current.Is(")") || Current.Is(",") || Current.Is("and") || Current.Is("or")
                || Current.Is("where") || Current.Is("then") || Current.Is("within") || Current.Is("by")))
            {
                return;
            }

            open += Current.Is("(") ? 1 : Current.Is(")") ? -1 : 0;
            Take();
        }
    }

    private static ErrorExpression Broken(Token token) => new() { Place = token.Place };

    private Token Take()
    {
        var token = _tokens[_at];
        if (token.Kind != TokenKind.End)
        {
            _at++;
        }

        return token;
    }

    private SourcePlace Span(Token start)
    {
        int end = _at > 0 ? _tokens[_at - 1].EndOffset : start.EndOffset;
        return new SourcePlace(start.Line, start.Column, Math.Max(start.Length, end - start.Offset));
    }
}
