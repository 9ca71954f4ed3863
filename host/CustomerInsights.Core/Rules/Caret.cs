using CustomerInsights.Core.Model;

namespace CustomerInsights.Core.Rules;

/// <summary>What stands at the left of an operator.</summary>
/// <param name="Type">Its type; unknown when it cannot be told from a few tokens.</param>
/// <param name="Path">Relationships to the attribute.</param>
/// <param name="Activity">The activity type of a field.</param>
/// <param name="Name">The attribute or field; null when it is no plain name.</param>
internal sealed record LeftSide(RuleType Type, IReadOnlyList<string> Path, string? Activity, string? Name);

/// <summary>What may stand at the caret.</summary>
internal enum CaretPlace
{
    Operand,
    Operator,
    Text,       // inside quotation marks
    Presence,   // after is
    With,       // after starts or ends
    In,         // after an operand and not
    Duration,   // after within
    OpenList,   // after in
}

/// <summary>Reads the tokens before the caret once, with a stack of open parentheses; broken text is as good as any other.</summary>
internal sealed partial class Caret
{
    private readonly RuleSchema _schema;
    private readonly List<Token> _tokens;
    private readonly Stack<Frame> _frames = new([new Frame(null, null, -1)]);
    private int _between = -1;

    private Caret(List<Token> tokens, RuleSchema schema)
    {
        _tokens = tokens;
        _schema = schema;
    }

    public CaretPlace Place { get; private set; }

    /// <summary>The first character to replace.</summary>
    public int Start { get; private init; }

    public int Length { get; private init; }

    /// <summary>What was typed of the word or text, dots included.</summary>
    public string Typed { get; private init; } = "";

    public LeftSide? Left { get; private set; }

    public BinaryOperator? Comparison { get; private set; }

    /// <summary>The function whose argument the caret stands in, and which of its arguments; null outside.</summary>
    public string? Function => _frames.Peek().Function;

    public int Argument => _frames.Peek().Argument;

    public bool InWhere => _frames.Peek().InWhere;

    public bool AfterThen => _frames.Peek().Then;

    public bool AtTop => _frames.Count == 1;

    public bool AfterBy { get; private set; }

    public Frame? Aggregate => _frames.Peek().Aggregate;

    /// <summary>The caret's surroundings, or null where nothing can be completed (a comment, a date, a number).</summary>
    public static Caret? Read(string text, int position, RuleSchema schema)
    {
        var tokens = Lexer.Read(text[..position], []);
        tokens.RemoveAt(tokens.Count - 1);
        int end = tokens.Count > 0 ? tokens[^1].EndOffset : 0;
        var gap = text.AsSpan(end, position - end);
        int comment = gap.IndexOf("--", StringComparison.Ordinal);
        if (comment >= 0 && !gap[comment..].Contains('\n'))
        {
            return null;
        }

        int start = position, rest = position;
        string typed = "";
        bool quoted = false;
        if (tokens.Count > 0 && tokens[^1] is { Kind: TokenKind.Broken } broken && broken.EndOffset == position)
        {
            char opened = text[broken.Offset];
            if (opened is not ('"' or '`'))
            {
                return null;
            }

            quoted = opened == '"';
            typed = text[(broken.Offset + 1)..position];
            start = broken.Offset;
            rest += position < text.Length && text[position] == opened ? 1 : 0;
            tokens.RemoveAt(tokens.Count - 1);
        }
        else if (tokens.Count > 0 && tokens[^1] is { Kind: TokenKind.Number or TokenKind.Duration } && end == position)
        {
            return null;
        }
        else if (tokens.Count > 0 && tokens[^1].Kind is TokenKind.Word or TokenKind.Keyword && end == position)
        {
            typed = text[tokens[^1].Offset..position];
            start = tokens[^1].Offset;
            tokens.RemoveAt(tokens.Count - 1);
        }

        if (!quoted)
        {
            while (start < position && rest < text.Length && Keywords.ContinuesName(text[rest]))
            {
                rest++;
            }

            for (int parts = 1; parts < RuleLimits.NameParts && tokens.Count > 1 && tokens[^1].Is(".") && tokens[^2].Kind is TokenKind.Word or TokenKind.QuotedName; parts++)
            {
                typed = $"{tokens[^2].Text}.{typed}";
                start = tokens[^2].Offset;
                tokens.RemoveRange(tokens.Count - 2, 2);
            }
        }

        var caret = new Caret(tokens, schema) { Start = start, Length = rest - start, Typed = typed };
        caret.Walk(quoted);
        return caret;
    }

    private void Walk(bool quoted)
    {
        for (int at = 0; at < _tokens.Count; at++)
        {
            Step(at);
        }

        Place = quoted ? CaretPlace.Text : PlaceAfterLast();
        var frame = _frames.Peek();
        int last = _tokens.Count - 1;
        if (last >= 0 && OperatorEndingAt(last, out int before) is { } op)
        {
            Comparison = op;
            Left = LeftEndingAt(before);
        }
        else if (last >= 0 && _tokens[last].Is("between"))
        {
            Comparison = BinaryOperator.GreaterOrEqual;
            Left = LeftEndingAt(last - 1);
        }
        else if (last >= 0 && _tokens[last].Is("and") && _between >= 0)
        {
            Comparison = BinaryOperator.LessOrEqual;
            Left = LeftEndingAt(_between);
        }
        else if (frame.ListAt >= 0 && Place is CaretPlace.Operand or CaretPlace.Text)
        {
            Comparison = BinaryOperator.Equal;
            Left = LeftEndingAt(frame.ListAt);
        }
        else if (Place != CaretPlace.Operand)
        {
            Left = LeftEndingAt(Place is CaretPlace.Presence or CaretPlace.With or CaretPlace.In ? last - 1 : last);
        }
    }

    private void Step(int at)
    {
        var token = _tokens[at];
        var frame = _frames.Peek();
        if (token.Is("("))
        {
            bool list = at > 0 && _tokens[at - 1].Is("in");
            int before = list && at > 1 && _tokens[at - 2].Is("not") ? at - 3 : at - 2;
            _frames.Push(new Frame(frame, at > 0 && _tokens[at - 1].Kind == TokenKind.Word ? _tokens[at - 1].Text : null, list ? before : -1));
        }
        else if (token.Is(")") && _frames.Count > 1)
        {
            _frames.Pop();
        }
        else if (token.Is(","))
        {
            frame.Argument++;
        }
        else if (token.Is("where"))
        {
            frame.InWhere = true;
        }
        else if (token.Is("then"))
        {
            (frame.Then, frame.InWhere, frame.Activity) = (true, false, null);
        }
        else if (token.Is("by") && _frames.Count == 1)
        {
            AfterBy = true;
        }
        else if (token.Is("between"))
        {
            _between = at - 1;
        }
        else if (token.Is("and") || token.Is("or"))
        {
            // The `and` of a between is its own; only the one directly behind its first bound keeps the left side.
            _between = at == _tokens.Count - 1 && token.Is("and") ? _between : -1;
        }
        else if (token.Kind is TokenKind.Word or TokenKind.QuotedName && Aggregate is { Activity: null } aggregate)
        {
            aggregate.Activity = ActivityEndingAt(at);
        }
    }

    private CaretPlace PlaceAfterLast()
    {
        if (_tokens.Count == 0)
        {
            return CaretPlace.Operand;
        }

        int last = _tokens.Count - 1;
        var token = _tokens[last];
        return token.Is("is") ? CaretPlace.Presence
            : token.Is("within") ? CaretPlace.Duration
            : token.Is("in") ? CaretPlace.OpenList
            : token.Is("not") && last > 0 && EndsValue(last - 1) ? CaretPlace.In
            : (token.IsWord("starts") || token.IsWord("ends")) && last > 0 && EndsValue(last - 1) ? CaretPlace.With
            : EndsValue(last) ? CaretPlace.Operator
            : CaretPlace.Operand;
    }

    private bool EndsValue(int at) => _tokens[at] is var token && (token.Kind is TokenKind.Number or TokenKind.Text or TokenKind.QuotedName
        or TokenKind.DateLiteral or TokenKind.TimeLiteral or TokenKind.Duration or TokenKind.Broken
        || token.Is(")") || token.Is("true") || token.Is("false")
        || (token.Kind == TokenKind.Word && !(token.IsWord("with") && at > 0 && (_tokens[at - 1].IsWord("starts") || _tokens[at - 1].IsWord("ends")))));

    private BinaryOperator? OperatorEndingAt(int at, out int before)
    {
        var token = _tokens[at];
        before = at - 1;
        if (token.IsWord("with") && at > 0 && (_tokens[at - 1].IsWord("starts") || _tokens[at - 1].IsWord("ends")))
        {
            before = at - 2;
            return _tokens[at - 1].IsWord("starts") ? BinaryOperator.StartsWith : BinaryOperator.EndsWith;
        }

        return token.Kind is TokenKind.Symbol or TokenKind.Keyword && Spelling.TryRead(token.Text, out BinaryOperator op) && !Spelling.IsArithmetic(op) ? op : null;
    }

    /// <summary>An open parenthesis.</summary>
    internal sealed class Frame
    {
        public Frame(Frame? outer, string? function, int listAt)
        {
            Function = function;
            ListAt = listAt;
            Aggregate = function is not null && Spelling.TryRead(function, out AggregateFunction _) ? this : outer?.Aggregate;
        }

        public string? Function { get; }

        /// <summary>The last token of what stands before <c>in (</c>; -1 for other parentheses.</summary>
        public int ListAt { get; }

        /// <summary>The nearest aggregate around, this one included.</summary>
        public Frame? Aggregate { get; }

        public int Argument { get; set; }

        public bool InWhere { get; set; }

        public bool Then { get; set; }

        public string? Activity { get; set; }
    }
}
