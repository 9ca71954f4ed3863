namespace CustomerInsights.Core.Rules;

/// <summary>What an operator has at its left: told from its last tokens, without a tree.</summary>
internal sealed partial class Caret
{
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
}
