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
internal sealed class Caret
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

    private LeftSide? LeftEndingAt(int at)
    {
        if (at < 0)
        {
            return null;
        }

        var token = _tokens[at];
        if (token.Kind is TokenKind.Word or TokenKind.QuotedName)
        {
            return Resolve(ChainEndingAt(at, out _));
        }

        if (!token.Is(")"))
        {
            return new LeftSide(TypeOf(token), [], null, null);
        }

        int open = 0, start = at;
        for (; start >= 0; start--)
        {
            open += _tokens[start].Is(")") ? 1 : _tokens[start].Is("(") ? -1 : 0;
            if (open == 0)
            {
                break;
            }
        }

        return start > 0 && _tokens[start - 1].Kind == TokenKind.Word ? new LeftSide(ResultOf(_tokens[start - 1].Text, start), [], null, null) : null;
    }

    private static RuleType TypeOf(Token token) => token.Kind switch
    {
        TokenKind.Text => RuleType.Text,
        TokenKind.Number => token.Text.Contains('e', StringComparison.OrdinalIgnoreCase) ? RuleType.Number
            : token.Text.Contains('.', StringComparison.Ordinal) ? RuleType.Decimal : RuleType.Integer,
        TokenKind.DateLiteral => RuleType.Date,
        TokenKind.TimeLiteral => RuleType.Time,
        TokenKind.Duration => RuleType.Duration,
        TokenKind.Keyword => RuleType.Boolean,
        _ => RuleType.Unknown,
    };

    // The type of a call: of its entry in the reference or, where it answers what it is given, of the name that it begins with.
    private RuleType ResultOf(string function, int open)
    {
        string type = RuleFunctions.All.FirstOrDefault(f => f.Name == function)?.Type ?? "";
        if (Enum.TryParse(type, ignoreCase: true, out RuleType known))
        {
            return known;
        }

        int at = open + 1;
        while (at + 2 < _tokens.Count && _tokens[at + 1].Is("."))
        {
            at += 2;
        }

        return type == "as given" && at < _tokens.Count && _tokens[at].Kind is TokenKind.Word or TokenKind.QuotedName && !(at + 1 < _tokens.Count && _tokens[at + 1].Is("("))
            ? Resolve(ChainEndingAt(at, out _), anyActivity: true)?.Type ?? RuleType.Unknown
            : RuleType.Unknown;
    }

    private List<string> ChainEndingAt(int at, out int start)
    {
        var parts = new List<string> { _tokens[at].Text };
        while (at > 1 && parts.Count < RuleLimits.NameParts && _tokens[at - 1].Is(".") && _tokens[at - 2].Kind is TokenKind.Word or TokenKind.QuotedName)
        {
            at -= 2;
            parts.Insert(0, _tokens[at].Text);
        }

        start = at;
        return parts;
    }

    private string? ActivityEndingAt(int at)
    {
        var chain = ChainEndingAt(at, out _);
        for (int count = chain.Count; count > 0; count--)
        {
            string activity = string.Join('.', chain.Take(count));
            if (_schema.Activities.ContainsKey(activity))
            {
                return activity;
            }
        }

        return null;
    }

    private LeftSide? Resolve(List<string> chain, bool anyActivity = false)
    {
        string joined = string.Join('.', chain);
        string? activity = Aggregate?.Activity;
        for (int count = chain.Count - 1; (anyActivity || activity is not null || AfterBy) && count > 0; count--)
        {
            string type = string.Join('.', chain.Take(count)), field = string.Join('.', chain.Skip(count));
            if (_schema.Activities.ContainsKey(type) && _schema.FieldType(type, field) is { } of)
            {
                return new LeftSide(of, [], type, field);
            }
        }

        if (activity is not null && _schema.FieldType(activity, joined) is { } bare)
        {
            return new LeftSide(bare, [], activity, joined);
        }

        var schema = _schema;
        for (int skipped = 0; skipped < chain.Count; skipped++)
        {
            string rest = string.Join('.', chain.Skip(skipped));
            if (schema.Attributes.TryGetValue(rest, out var type))
            {
                return new LeftSide((RuleType)type, [.. chain.Take(skipped)], null, rest);
            }

            if (!schema.Relationships.TryGetValue(chain[skipped], out schema))
            {
                return null;
            }
        }

        return null;
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
