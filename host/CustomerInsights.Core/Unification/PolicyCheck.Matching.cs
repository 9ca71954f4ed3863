using CustomerInsights.Core.Model;

namespace CustomerInsights.Core.Unification;

/// <content>Matching and deduplication rules.</content>
internal sealed partial class PolicyCheck
{
    public void Matching()
    {
        var seen = new HashSet<string>(StringComparer.Ordinal);
        for (var m = 0; m < policy.Matching.Count; m++)
        {
            var matching = policy.Matching[m];
            var path = $"/matching/{m}";
            if (!seen.Add(matching.Stream))
            {
                Error($"{path}/stream", $"Stream '{matching.Stream}' has two lists of matching rules.", "Put all its rules into one list.");
            }

            if (!_order.TryGetValue(matching.Stream, out var position))
            {
                Error($"{path}/stream", $"Stream '{matching.Stream}' is not among the streams of this policy{Suggest(matching.Stream, _order.Keys)}.",
                    "Add it under streams, or remove its rules.");
                continue;
            }

            if (position == 0)
            {
                Error($"{path}/stream", $"Stream '{matching.Stream}' is the first; a stream matches only streams above it.",
                    "Move it down in the order, or write its rules as deduplication.");
                continue;
            }

            Rules($"{path}/rules", matching.Rules, matching.Stream,
                [.. policy.Streams.Take(position).Select(s => s.Stream).Distinct(StringComparer.Ordinal)]);
        }

        if (policy.Matcher is null)
        {
            NeedsRules();
        }
    }

    private void NeedsRules()
    {
        for (var s = 1; s < policy.Streams.Count; s++)
        {
            var right = policy.Streams[s].Stream;
            var rules = policy.Matching.Where(m => m.Stream == right).SelectMany(m => m.Rules).Where(r => r.Active).ToList();
            foreach (var left in policy.Streams.Take(s).Select(l => l.Stream))
            {
                if (!rules.Exists(r => r.LeftStreams.Count == 0 || r.LeftStreams.Contains(left, StringComparer.Ordinal)))
                {
                    Warn($"/streams/{s}", $"'{right}' and '{left}' need rules: no active rule compares them.",
                        $"Add a matching rule of '{right}' that looks in '{left}', if the same people are in both.");
                }
            }
        }
    }

    private void Rules(string path, IReadOnlyList<MatchRule> rules, string stream, string[]? earlier)
    {
        var names = new HashSet<string>(StringComparer.Ordinal);
        for (var r = 0; r < rules.Count; r++)
        {
            var rule = rules[r];
            var at = $"{path}/{r}";
            if (string.IsNullOrWhiteSpace(rule.Name))
            {
                Error($"{at}/name", "The rule has no name.", "Name it; the name stands on every match that it makes.");
            }
            else if (!names.Add(rule.Name))
            {
                Error($"{at}/name", $"Two rules of '{stream}' are called '{rule.Name}'.", "Rename one of them.");
            }

            var lefts = LeftStreams($"{at}/leftStreams", rule, earlier);
            if (rule.Conditions.Count == 0)
            {
                Error($"{at}/conditions", "The rule has no condition, so it would match everybody.", "Add at least one condition.");
            }

            Conditions($"{at}/conditions", rule.Conditions, stream, lefts, exception: false);
            for (var e = 0; e < rule.Exceptions.Count; e++)
            {
                if (rule.Exceptions[e].Conditions.Count == 0)
                {
                    Error($"{at}/exceptions/{e}/conditions", "The exception has no condition, so it would drop every pair.", "Add a condition or remove the exception.");
                }

                Conditions($"{at}/exceptions/{e}/conditions", rule.Exceptions[e].Conditions, stream, lefts, exception: true);
            }

            Blocking(at, rule, stream);
        }
    }

    /// <summary>The streams on the left side; null in deduplication, which has none.</summary>
    private string[]? LeftStreams(string path, MatchRule rule, string[]? earlier)
    {
        if (earlier is null)
        {
            if (rule.LeftStreams.Count > 0)
            {
                Error(path, "A deduplication rule looks only in its own stream.", "Leave leftStreams empty.");
            }

            return null;
        }

        for (var i = 0; i < rule.LeftStreams.Count; i++)
        {
            if (!earlier.Contains(rule.LeftStreams[i], StringComparer.Ordinal))
            {
                Error($"{path}/{i}", $"'{rule.LeftStreams[i]}' is not above this stream in the match order{Suggest(rule.LeftStreams[i], earlier)}.",
                    $"Choose among: {string.Join(", ", earlier)}.");
            }
        }

        if (rule.LeftStreams.Count > 0)
        {
            return [.. rule.LeftStreams.Intersect(earlier, StringComparer.Ordinal)];
        }

        string[] able = [.. earlier.Where(left => RuleFields.Of(rule).All(f => Type(left, f.LeftField ?? f.Field) is not null))];
        if (able.Length == 0 && rule.Conditions.Count > 0)
        {
            Error(path, "No earlier stream has all the fields of this rule.", "Map the fields in an earlier stream, or set leftField.");
        }

        return able;
    }

    private void Conditions(string path, IReadOnlyList<MatchCondition> conditions, string stream, string[]? lefts, bool exception)
    {
        for (var c = 0; c < conditions.Count; c++)
        {
            var condition = conditions[c];
            var at = $"{path}/{c}";
            var types = new List<DataType>();
            AddType(FieldExists($"{at}/field", stream, condition.Field));
            foreach (var left in lefts ?? [])
            {
                var leftPath = condition.LeftField is null ? $"{at}/field" : $"{at}/leftField";
                AddType(FieldExists(leftPath, left, condition.LeftField ?? condition.Field));
            }

            if (condition.LeftField is not null && lefts is null)
            {
                Error($"{at}/leftField", "Deduplication compares a field with itself.", "Remove leftField.");
            }

            if (types.Contains(DataType.TextList))
            {
                Error($"{at}/field", $"'{condition.Field}' is a list; lists cannot be compared.", "Choose a field with one value.");
            }
            else if (condition.Percent < 100 && types.Exists(t => t != DataType.Text))
            {
                var other = types.Find(t => t != DataType.Text);
                Error($"{at}/precision", $"'{condition.Field}' is of type {other}; only text may be fuzzy.", "Set precision to exact.");
            }

            Threshold(at, condition);
            if (condition.Differs && !exception)
            {
                Error($"{at}/differs", "A rule cannot ask for difference.", "Move the condition into an exception.");
            }

            void AddType(DataType? type)
            {
                if (type is { } known)
                {
                    types.Add(known);
                }
            }
        }
    }

    private void Threshold(string at, MatchCondition condition)
    {
        if (condition.Precision == Precision.Custom)
        {
            if (condition.Threshold is not { } threshold)
            {
                Error($"{at}/threshold", "Custom precision has no threshold.", "Give 0.01 to 1.00.");
            }
            else if (threshold is < 0.01m or > 1m || decimal.Round(threshold, 2) != threshold)
            {
                Error($"{at}/threshold", $"The threshold is {Value.Of(threshold)}; it must be 0.01 to 1.00 in steps of 0.01.", "Round it to two places.");
            }
        }
        else if (condition.Threshold is not null)
        {
            Error($"{at}/threshold", $"A threshold is only for custom precision, not {condition.Precision}.", "Set precision to custom, or remove the threshold.");
        }

        if (!Enum.IsDefined(condition.Precision))
        {
            Error($"{at}/precision", "Unknown precision.", "Use exact, high, medium, low or custom.");
        }

        for (var n = 0; n < condition.Normalisers.Count; n++)
        {
            if (!Enum.IsDefined(condition.Normalisers[n]))
            {
                Error($"{at}/normalisers/{n}", "Unknown normaliser.", "Choose one of the documented normalisers.");
            }
        }
    }

    private void Blocking(string at, MatchRule rule, string stream)
    {
        if (rule.Conditions.Count > 0 && rule.Conditions.All(c => c.Percent < MinimumBlockedPercent))
        {
            Warn($"{at}/conditions", $"Every condition of '{rule.Name}' is below 0.80, so that every record of '{stream}' must be compared with every other; the run will refuse it and say how many pairs that is.",
                "Add an exact condition (country, year of birth), or raise one precision to high.");
        }
    }

    private const int MinimumBlockedPercent = 80;
}
