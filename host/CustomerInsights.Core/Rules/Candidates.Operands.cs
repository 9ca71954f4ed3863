namespace CustomerInsights.Core.Rules;

/// <summary>What may stand where a value begins: names, functions, literals.</summary>
internal sealed partial class Candidates
{
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
}
