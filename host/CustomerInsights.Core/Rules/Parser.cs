using CustomerInsights.Core.Model;

namespace CustomerInsights.Core.Rules;

/// <summary>
/// Recursive descent, one method a level of precedence. After an error it goes on at the next place where an expression can
/// end, so that all errors of a text come at once.
/// </summary>
internal sealed partial class Parser
{
    private readonly List<Token> _tokens;
    private readonly List<RuleError> _errors;
    private int _at;
    private int _parentheses;
    private int _nested;
    private bool _gaveUp;

    private Parser(List<Token> tokens, List<RuleError> errors)
    {
        _tokens = tokens;
        _errors = errors;
    }

    public static Expression Read(List<Token> tokens, List<RuleError> errors) => new Parser(tokens, errors).Rule();

    private Token Current => _tokens[_at];

    private Expression Rule()
    {
        var start = Current;
        var whole = Or();
        if (Current.Is("by"))
        {
            Take();
            var dimensions = Items(Or, "dimensions");
            whole = Deep(new GroupedExpression(whole, dimensions) { Place = Span(start) });
        }

        while (Current.Kind != TokenKind.End && !_gaveUp)
        {
            Unexpected("and, or, an operator or the end of the rule");
            Take();
            while (Current.Kind != TokenKind.End && !Current.Is("and") && !Current.Is("or"))
            {
                Take();
            }

            if (Current.Kind != TokenKind.End)
            {
                Take();
                whole = Deep(new LogicalExpression(LogicalOperator.And, [whole, Or()]) { Place = Span(start) });
            }
        }

        return whole;
    }

    private Expression Or() => Chain("or", LogicalOperator.Or, And);

    private Expression And() => Chain("and", LogicalOperator.And, Not);

    private Expression Chain(string word, LogicalOperator op, Func<Expression> operand)
    {
        var start = Current;
        var first = operand();
        if (!Current.Is(word))
        {
            return first;
        }

        var operands = new List<Expression> { first };
        while (Current.Is(word))
        {
            Take();
            operands.Add(operand());
        }

        CheckCount(operands.Count, start, "operands");
        return Deep(new LogicalExpression(op, [.. operands]) { Place = Span(start) });
    }

    private Expression Not()
    {
        var start = Current;
        if (!start.Is("not"))
        {
            return Comparison();
        }

        Take();
        var operand = Nest(Not);
        return Deep(new UnaryExpression(UnaryOperator.Not, operand) { Place = Span(start) });
    }

    private Expression Comparison()
    {
        var start = Current;
        var left = Sum();
        var compared = Compared(start, left);
        while (!ReferenceEquals(compared, left) && StartsComparison())
        {
            Report("RUL009", "comparisons do not chain: join two of them with and, or use parentheses", Current.Place);
            left = new ErrorExpression { Place = compared.Place };
            compared = Compared(start, left);
        }

        return compared;
    }

    private bool StartsComparison() => ComparisonOperator(Current) is not null
        || Current.Is("in") || Current.Is("between") || Current.Is("is") || Current.Is("contains") || Current.Is("matches")
        || (Current.Is("not") && _tokens[_at + 1].Is("in")) || IsTwoWords("starts", "with") || IsTwoWords("ends", "with");

    private Expression Compared(Token start, Expression left)
    {
        if (ComparisonOperator(Current) is { } op)
        {
            Take();
            return Binary(start, op, left);
        }

        if (Current.Is("contains") || Current.Is("matches"))
        {
            op = Take().Is("contains") ? BinaryOperator.Contains : BinaryOperator.Matches;
            return Binary(start, op, left);
        }

        if (IsTwoWords("starts", "with") || IsTwoWords("ends", "with"))
        {
            op = Take().IsWord("starts") ? BinaryOperator.StartsWith : BinaryOperator.EndsWith;
            Take();
            return Binary(start, op, left);
        }

        if (Current.Is("between"))
        {
            Take();
            var low = Sum();
            Expect("and");
            return Deep(new BetweenExpression(left, low, Sum()) { Place = Span(start) });
        }

        if (Current.Is("is"))
        {
            return Presence(start, left);
        }

        bool negated = Current.Is("not") && _tokens[_at + 1].Is("in");
        return negated || Current.Is("in") ? In(start, left, negated) : left;
    }

    private BinaryExpression Binary(Token start, BinaryOperator op, Expression left)
    {
        var right = Sum();
        return Deep(new BinaryExpression(op, left, right) { Place = Span(start) });
    }

    private PresenceExpression Presence(Token start, Expression operand)
    {
        Take();
        bool missing = true;
        if (Current.IsWord("missing") || Current.IsWord("present"))
        {
            missing = Take().IsWord("missing");
        }
        else
        {
            Unexpected("missing or present");
        }

        return Deep(new PresenceExpression(operand, missing) { Place = Span(start) });
    }

    private InExpression In(Token start, Expression operand, bool negated)
    {
        if (negated)
        {
            Take();
        }

        Take();
        NodeList<Expression> items = [new ErrorExpression()];
        if (Expect("("))
        {
            items = Nest(() => Items(Or, "items"));
            Expect(")");
        }

        return Deep(new InExpression(operand, items, negated) { Place = Span(start) });
    }

    private Expression Sum() => LeftToRight(Product, token => token.Is("+") ? BinaryOperator.Add
        : token.Is("-") ? BinaryOperator.Subtract : null);

    private Expression Product() => LeftToRight(Unary, token => token.Is("*") ? BinaryOperator.Multiply
        : token.Is("/") ? BinaryOperator.Divide
        : token.Is("%") ? BinaryOperator.Remainder : null);

    private Expression LeftToRight(Func<Expression> operand, Func<Token, BinaryOperator?> read)
    {
        var start = Current;
        var left = operand();
        while (!_gaveUp && read(Current) is { } op)
        {
            Take();
            var right = operand();
            left = Deep(new BinaryExpression(op, left, right) { Place = Span(start) });
        }

        return left;
    }

    private Expression Unary()
    {
        var start = Current;
        if (!start.Is("-"))
        {
            return Primary();
        }

        Take();

        // The sign belongs to the literal, or the smallest integer could not be written.
        if (Current.Kind == TokenKind.Number)
        {
            return Number(start, "-");
        }

        var operand = Nest(Unary);
        return Deep(new UnaryExpression(UnaryOperator.Negate, operand) { Place = Span(start) });
    }

    private static BinaryOperator? ComparisonOperator(Token token) =>
        token.Kind == TokenKind.Symbol && Spelling.TryRead(token.Text, out BinaryOperator op) && !Spelling.IsArithmetic(op) ? op : null;

    private bool IsTwoWords(string first, string second) => Current.IsWord(first) && _tokens[_at + 1].IsWord(second);
}
