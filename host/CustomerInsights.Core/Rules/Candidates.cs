using CustomerInsights.Core.Model;

namespace CustomerInsights.Core.Rules;

/// <summary>Gathers what may stand at the caret, drops what does not fit what was typed, and orders the rest.</summary>
internal sealed class Candidates(Caret caret, RuleSchema schema, RuleUse use, IRuleValueHints? hints)
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

    // ---- where a value may begin ----
    private void Operands()
    {
        if (caret.Function is "segment" or "reachable" || (caret.Function == "truncate" && caret.Argument == 1))
        {
            Texts();
            return;
        }

        var aggregate = caret.Aggregate;
        bool ofAggregate = aggregate is not null && caret.Function is { } name && Spelling.TryRead(name, out AggregateFunction _);
        if (ofAggregate && !caret.InWhere)
        {
            AggregateArguments(caret.Function!, caret.AfterThen);
            return;
        }

        Values();
        if (aggregate?.Activity is { } activity)
        {
            FieldsOf(activity, bare: true);
        }
        else if (caret.AfterBy)
        {
            AllFields(_ => true);
        }

        if (aggregate is not null || caret.AfterBy || use != RuleUse.BusinessMeasure)
        {
            AttributesOf(schema, caret.Typed);
        }

        ForTyped();
        Functions();
        if (Expected == RuleType.Unknown && caret.Comparison is null)
        {
            OfferWord("not", 6);
        }
    }

    private void AggregateArguments(string function, bool step)
    {
        bool rows = step || function is "count" or "exists";
        foreach (string activity in schema.Activities.Keys)
        {
            OfferName(activity, RuleCompletionKind.Activity, rows ? 0 : 4, null, "An activity type.");
        }

        if (use == RuleUse.BusinessMeasure && rows && !step)
        {
            OfferName("profile", RuleCompletionKind.Keyword, 1, null, "The profiles themselves.");
        }

        if (step)
        {
            return;
        }

        AllFields(type => function switch
        {
            "sum" or "avg" => type.IsNumeric(),
            "min" or "max" => type.IsOrdered(),
            _ => true,
        });
        if (use == RuleUse.BusinessMeasure || caret.Aggregate!.Activity is not null)
        {
            AttributesOf(schema, caret.Typed);
        }
    }

    private void AllFields(Func<RuleType, bool> fits)
    {
        foreach (string activity in schema.Activities.Keys)
        {
            FieldsOf(activity, bare: false, fits);
        }
    }

    private void FieldsOf(string activity, bool bare, Func<RuleType, bool>? fits = null)
    {
        bool withActivity = !bare || caret.Typed.StartsWith(activity + ".", StringComparison.OrdinalIgnoreCase);
        foreach (string field in schema.Activities[activity].Keys.Append("at").Append("id").Distinct())
        {
            var type = schema.FieldType(activity, field)!.Value;
            if (fits is null || fits(type))
            {
                OfferName(withActivity ? $"{activity}.{field}" : field, RuleCompletionKind.Field, 1 + Unfit(type), type, $"A field of {activity}.");
            }
        }
    }

    private void AttributesOf(RuleSchema of, string typed)
    {
        string before = "";
        for (int hop = 0; hop < RuleLimits.NameParts; hop++)
        {
            foreach (var (name, type) in of.Attributes)
            {
                OfferName(before + name, RuleCompletionKind.Attribute, 2 + Unfit((RuleType)type), (RuleType)type, before.Length == 0 ? null : $"Across {before.TrimEnd('.')}.");
            }

            foreach (string relationship in of.Relationships.Keys)
            {
                OfferName(before + relationship, RuleCompletionKind.Relationship, 3, null, "Leads to another profile.", ".");
            }

            int dot = typed.IndexOf('.', StringComparison.Ordinal);
            if (dot < 0 || !of.Relationships.TryGetValue(typed[..dot], out var next))
            {
                return;
            }

            before += typed[..(dot + 1)];
            typed = typed[(dot + 1)..];
            of = next;
        }
    }

    // Behind a comparison or inside a function, what has another type comes last.
    private int Unfit(RuleType type)
    {
        bool fits = caret.Comparison is not null
            ? Expected == RuleType.Unknown || Expected == type || (Expected.IsNumeric() && type.IsNumeric())
            : caret.Function switch
            {
                "year" or "quarter" or "month" or "day" or "weekday" or "days_since" or "days_between" or "truncate" => type is RuleType.Date or RuleType.Time,
                "hour" => type == RuleType.Time,
                "lower" or "upper" or "trim" or "substring" => type == RuleType.Text,
                "abs" or "round" or "floor" or "ceil" => type.IsNumeric(),
                _ => true,
            };
        return fits ? 0 : 10;
    }

    private void ForTyped()
    {
        switch (Expected)
        {
            case RuleType.Boolean:
                OfferWord("true", 0);
                OfferWord("false", 0);
                break;
            case RuleType.Date:
                Offer("date(2025-01-31)", RuleCompletionKind.Literal, 0, "date", "A calendar day.");
                Offer("today()", RuleCompletionKind.Function, 0, "date");
                break;
            case RuleType.Time:
                Offer("ago(30d)", RuleCompletionKind.Literal, 0, "time", "30 days ago.");
                Offer("date(2025-01-31)", RuleCompletionKind.Literal, 1, "date", "A calendar day; a time counts by its day.");
                Offer("time(2025-01-31T10:00:00Z)", RuleCompletionKind.Literal, 1, "time", "An instant.");
                Offer("now()", RuleCompletionKind.Function, 1, "time");
                break;
        }
    }

    private void Functions()
    {
        if (caret.Typed.Contains('.', StringComparison.Ordinal))
        {
            return;
        }

        foreach (var function in RuleFunctions.All.Where(f => f.Kind != RuleFunctionKind.Literal))
        {
            bool aggregate = function.Kind == RuleFunctionKind.Aggregate;
            var type = Enum.TryParse(function.Type, ignoreCase: true, out RuleType known) ? known : RuleType.Unknown;
            int rank = (aggregate ? use == RuleUse.BusinessMeasure && !caret.AfterBy ? 0 : 4 : 5) + (type == RuleType.Unknown ? 0 : Unfit(type));
            Offer(
                function.Signature.EndsWith("()", StringComparison.Ordinal) ? $"{function.Name}()" : $"{function.Name}(",
                aggregate ? RuleCompletionKind.Aggregate : RuleCompletionKind.Function,
                rank, function.Type, $"{function.Signature}: {function.Description}", match: function.Name);
        }
    }

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
