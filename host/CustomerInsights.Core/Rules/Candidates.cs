using CustomerInsights.Core.Model;

namespace CustomerInsights.Core.Rules;

/// <summary>Gathers what may stand at the caret, drops what does not fit what was typed, and orders the rest.</summary>
internal sealed partial class Candidates(Caret caret, RuleSchema schema, RuleUse use, IRuleValueHints? hints)
{
    private static readonly string[] TruncateUnits = ["year", "quarter", "month", "week", "day", "hour"];

    private readonly List<(int Match, int Rank, long Count, RuleCompletionItem Item)> _found = [];

    private RuleType Expected => caret.Left?.Type ?? RuleType.Unknown;

    public IReadOnlyList<RuleCompletionItem> Best()
    {
        switch (caret.Place)
        {
            case CaretPlace.Text:
                Texts();
                break;
            case CaretPlace.Presence:
                Offer("missing", RuleCompletionKind.Keyword, 0, detail: "There is no value.");
                Offer("present", RuleCompletionKind.Keyword, 1, detail: "There is a value.");
                break;
            case CaretPlace.With:
                Offer("with", RuleCompletionKind.Keyword, 0);
                break;
            case CaretPlace.In:
                Offer("in (", RuleCompletionKind.Operator, 0, match: "in");
                break;
            case CaretPlace.OpenList:
                Offer("(", RuleCompletionKind.Operator, 0);
                break;
            case CaretPlace.Duration:
                Durations();
                break;
            case CaretPlace.Operator:
                Operators();
                break;
            default:
                Operands();
                break;
        }

        return [.. _found.OrderBy(f => f.Match).ThenBy(f => f.Rank).ThenByDescending(f => f.Count)
            .ThenBy(f => f.Item.Text, StringComparer.Ordinal).Select(f => f.Item).DistinctBy(i => (i.Text, i.Kind)).Take(RuleCompletion.Most)];
    }

    // ---- inside quotation marks ----
    private void Texts()
    {
        if (caret.Function == "segment")
        {
            Names(schema.Segments, RuleCompletionKind.Segment);
        }
        else if (caret.Function == "reachable")
        {
            Names(schema.Channels, RuleCompletionKind.Channel);
        }
        else if (caret.Function == "truncate" && caret.Argument == 1)
        {
            Names(TruncateUnits, RuleCompletionKind.Literal);
        }
        else
        {
            Values();
        }
    }

    private void Names(IEnumerable<string>? names, RuleCompletionKind kind)
    {
        int rank = 0;
        foreach (string name in names ?? [])
        {
            Offer(Literals.Write(Value.Of(name)), kind, kind == RuleCompletionKind.Literal ? rank++ : 0, "text", match: name);
        }
    }

    private void Values()
    {
        if (hints is null || caret.Left is not { Name: { } name } left || caret.Comparison == BinaryOperator.Matches)
        {
            return;
        }

        foreach (var hint in hints.Common(left.Path, left.Activity, name))
        {
            // A list of text is asked item by item, so that its hints are texts too.
            bool fits = hint.Value.Type is { } type && ((RuleType)type == left.Type || (left.Type == RuleType.TextList && type == DataType.Text));
            if (fits && (caret.Place != CaretPlace.Text || hint.Value.Type == DataType.Text))
            {
                Offer(
                    Literals.Write(hint.Value), RuleCompletionKind.Value, 0, ((RuleType)hint.Value.Type!.Value).Spell(), $"{hint.Count} of the sample", hint.Count,
                    hint.Value.Type == DataType.Text ? hint.Value.AsText() : hint.Value.ToString());
            }
        }
    }

    private void Durations()
    {
        foreach (string duration in new[] { "30d", "7d", "90d", "24h", "1mo", "6mo", "1y" })
        {
            Offer(duration, RuleCompletionKind.Literal, 0, "duration");
        }
    }

    // ---- after a value ----
    private void Operators()
    {
        var type = Expected;
        bool unknown = type == RuleType.Unknown;
        bool text = unknown || type == RuleType.Text;
        bool compared = caret.Left is not null;
        if (compared)
        {
            OfferEach(unknown || type is not (RuleType.TextList or RuleType.Duration), 0, "=", "!=");
            OfferEach(unknown || (type.IsOrdered() && type != RuleType.Text), 1, ">", ">=", "<", "<=");
            OfferEach(text || type == RuleType.TextList, 2, "contains");
            OfferEach(text, 3, "starts with", "ends with", "=~", "matches");
            OfferEach(unknown || type.IsOrdered() || type == RuleType.Boolean, 4, "in (", "not in (");
            OfferEach(unknown || type.IsOrdered(), 5, "between");
            OfferEach(type != RuleType.Duration, 6, "is missing", "is present");
            OfferEach(unknown || type.IsNumeric(), 8, "+", "-", "*", "/", "%");
            OfferEach(type is RuleType.Date or RuleType.Time, 8, "+", "-");
            OfferEach(type == RuleType.Text, 9, "<", "<=", ">", ">=");
        }

        OfferWord("and", 7);
        OfferWord("or", 7);
        if (caret.Aggregate is { InWhere: false, Activity: not null } && caret.Function is { } function && Spelling.TryRead(function, out AggregateFunction aggregate))
        {
            OfferWord("where", -2);
            if (aggregate is AggregateFunction.Count or AggregateFunction.Exists && !caret.AfterThen)
            {
                OfferWord("then", -1);
            }
        }

        if (caret.AfterThen)
        {
            OfferWord("within", -1);
        }

        if (use == RuleUse.BusinessMeasure && caret.AtTop && !caret.AfterBy)
        {
            OfferWord("by", -2);
        }
    }

    private void OfferEach(bool fits, int rank, params ReadOnlySpan<string> operators)
    {
        if (fits)
        {
            foreach (string op in operators)
            {
                Offer(op, RuleCompletionKind.Operator, rank, match: op.TrimEnd('(', ' '));
            }
        }
    }

    private void OfferWord(string word, int rank) => Offer(word, RuleCompletionKind.Keyword, rank);

    // ---- one candidate ----
    private void OfferName(string name, RuleCompletionKind kind, int rank, RuleType? type, string? detail, string after = "") =>
        Offer(Formatter.Name(new NameExpression([.. name.Split('.')])) + after, kind, rank, type?.Spell(), detail, match: name);

    private void Offer(
        string text, RuleCompletionKind kind, int rank, string? type = null, string? detail = null, long count = 0, string? match = null)
    {
        if (Match(match ?? text, caret.Typed) is { } how)
        {
            _found.Add((how, rank, count, new RuleCompletionItem(text, caret.Start, caret.Length, kind, type, detail)));
        }
    }

    private static int? Match(string name, string typed)
    {
        if (name.StartsWith(typed, StringComparison.OrdinalIgnoreCase))
        {
            return 0;
        }

        int at = name.IndexOf(typed, StringComparison.OrdinalIgnoreCase);
        return at < 0 ? null : char.IsLetterOrDigit(name[at - 1]) ? 2 : 1;
    }
}
