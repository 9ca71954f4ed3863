using CustomerInsights.Core.Model;

namespace CustomerInsights.Core.Unification;

/// <summary>One validation: walks the policy in order of path and collects problems.</summary>
internal sealed class PolicyCheck(UnificationPolicy policy, IReadOnlyList<StreamSchema> schemas)
{
    private readonly Dictionary<string, StreamSchema> _schemas =
        schemas.DistinctBy(s => s.Name, StringComparer.Ordinal).ToDictionary(s => s.Name, StringComparer.Ordinal);

    private readonly Dictionary<string, int> _order = [];

    public List<PolicyProblem> Problems { get; } = [];

    public void Streams()
    {
        if (policy.Streams.Count == 0)
        {
            Error("/streams", "There is no stream, at least one is needed.", "Add the stream that knows people best as the first.");
        }

        for (var s = 0; s < policy.Streams.Count; s++)
        {
            var stream = policy.Streams[s];
            var path = $"/streams/{s}";
            if (!_order.TryAdd(stream.Stream, s))
            {
                Error($"{path}/stream", $"Stream '{stream.Stream}' stands here for the second time.", "Remove one of the two.");
            }

            if (!StreamExists($"{path}/stream", stream.Stream))
            {
                continue;
            }

            Rules($"{path}/deduplication", stream.Deduplication, stream.Stream, earlier: null);
            Winner($"{path}/winner", stream.Winner, stream.Stream);
            foreach (var (field, winner) in stream.FieldWinners.OrderBy(f => f.Key, StringComparer.Ordinal))
            {
                FieldExists($"{path}/fieldWinners/{Escape(field)}", stream.Stream, field);
                Winner($"{path}/fieldWinners/{Escape(field)}", winner, stream.Stream);
            }
        }
    }

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

        NeedsRules();
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

    private void Winner(string path, WinnerPolicy winner, string stream)
    {
        if (winner.Kind == WinnerKind.MostFilled)
        {
            return;
        }

        Recency($"{path}/field", winner.Field, stream, winner.Kind.ToString());
    }

    private void Recency(string path, string? field, string stream, string kind)
    {
        if (field is null)
        {
            Error(path, $"{kind} needs a date, time or number field of '{stream}'.", "Choose one.");
        }
        else if (FieldExists(path, stream, field) is { } type && !PolicyValidator.IsRecency(type))
        {
            Error(path, $"'{field}' of '{stream}' is of type {type}; {kind} needs a date, time or number.", "Choose another field.");
        }
    }

    public void Overrides()
    {
        Pairs("/overrides/always", policy.Overrides.Always);
        Pairs("/overrides/never", policy.Overrides.Never);
        var never = policy.Overrides.Never.Select(Unordered).ToHashSet();
        for (var i = 0; i < policy.Overrides.Always.Count; i++)
        {
            if (never.Contains(Unordered(policy.Overrides.Always[i])))
            {
                Error($"/overrides/always/{i}", "The same pair is also under never.", "Decide for one of the two.");
            }
        }
    }

    private void Pairs(string path, IReadOnlyList<RecordPair> pairs)
    {
        for (var i = 0; i < pairs.Count; i++)
        {
            foreach (var (name, stream) in new[] { ("stream1", pairs[i].Stream1), ("stream2", pairs[i].Stream2) })
            {
                if (!_order.ContainsKey(stream))
                {
                    Error($"{path}/{i}/{name}", $"Stream '{stream}' is not among the streams of this policy{Suggest(stream, _order.Keys)}.",
                        "Stream names are case-sensitive.");
                }
            }

            if (pairs[i].Stream1 == pairs[i].Stream2 && pairs[i].Key1 == pairs[i].Key2)
            {
                Error($"{path}/{i}", "The pair names one record twice.", "Correct one of the keys.");
            }
        }
    }

    private static (string, string, string, string) Unordered(RecordPair pair)
    {
        var order = string.CompareOrdinal(pair.Stream1, pair.Stream2);
        order = order != 0 ? order : string.CompareOrdinal(pair.Key1, pair.Key2);
        return order <= 0 ? (pair.Stream1, pair.Key1, pair.Stream2, pair.Key2) : (pair.Stream2, pair.Key2, pair.Stream1, pair.Key1);
    }

    public void Merge()
    {
        var names = new HashSet<string>(StringComparer.Ordinal);
        for (var a = 0; a < policy.Merge.Attributes.Count; a++)
        {
            var attribute = policy.Merge.Attributes[a];
            var path = $"/merge/attributes/{a}";
            AttributeName($"{path}/name", attribute.Name, names);
            for (var s = 0; s < attribute.Sources.Count; s++)
            {
                var source = attribute.Sources[s];
                if (Included($"{path}/sources/{s}/stream", source.Stream))
                {
                    FieldExists($"{path}/sources/{s}/field", source.Stream, source.Field);
                    MergeRecency($"{path}/sources/{s}/recencyField", attribute.Kind, source.RecencyField, source.Stream);
                }
            }
        }

        for (var g = 0; g < policy.Merge.Groups.Count; g++)
        {
            Group($"/merge/groups/{g}", policy.Merge.Groups[g], names);
        }
    }

    private void Group(string path, AttributeGroup group, HashSet<string> names)
    {
        if (group.Attributes.Count is 0 or > PolicyValidator.MaxGroupAttributes)
        {
            Error($"{path}/attributes", $"The group has {group.Attributes.Count} attributes; 1 to {PolicyValidator.MaxGroupAttributes} are possible.", "Split the group.");
        }

        if (group.Sources.Count is 0 or > PolicyValidator.MaxGroupSources)
        {
            Error($"{path}/sources", $"The group has {group.Sources.Count} sources; 1 to {PolicyValidator.MaxGroupSources} are possible.", "Leave out the weakest.");
        }

        for (var a = 0; a < group.Attributes.Count; a++)
        {
            AttributeName($"{path}/attributes/{a}", group.Attributes[a], names);
        }

        for (var s = 0; s < group.Sources.Count; s++)
        {
            var source = group.Sources[s];
            if (!Included($"{path}/sources/{s}/stream", source.Stream))
            {
                continue;
            }

            if (source.Fields.Count != group.Attributes.Count)
            {
                Error($"{path}/sources/{s}/fields", $"{source.Fields.Count} fields for {group.Attributes.Count} attributes.", "Give one for each, null where there is none.");
            }

            for (var f = 0; f < source.Fields.Count; f++)
            {
                if (source.Fields[f] is { } field)
                {
                    FieldExists($"{path}/sources/{s}/fields/{f}", source.Stream, field);
                }
            }

            MergeRecency($"{path}/sources/{s}/recencyField", group.Kind, source.RecencyField, source.Stream);
        }
    }

    private void MergeRecency(string path, MergeKind kind, string? field, string stream)
    {
        if (kind != MergeKind.Importance)
        {
            Recency(path, field, stream, kind.ToString());
        }
    }

    private void AttributeName(string path, string name, HashSet<string> names)
    {
        if (string.IsNullOrWhiteSpace(name))
        {
            Error(path, "The attribute has no name.", "Name it.");
        }
        else if (!names.Add(name))
        {
            Error(path, $"Two attributes are called '{name}'.", "Combine them, or rename one.");
        }
    }

    private bool Included(string path, string stream)
    {
        if (_order.ContainsKey(stream))
        {
            return _schemas.ContainsKey(stream);
        }

        Error(path, $"Stream '{stream}' is not among the streams of this policy{Suggest(stream, _order.Keys)}.", "Add it under streams, or remove the source.");
        return false;
    }

    private bool StreamExists(string path, string stream)
    {
        if (_schemas.ContainsKey(stream))
        {
            return true;
        }

        Error(path, $"There is no stream '{stream}'{Suggest(stream, _schemas.Keys)}.", "Choose an existing stream; names are case-sensitive.");
        return false;
    }

    private DataType? FieldExists(string path, string stream, string field)
    {
        if (Type(stream, field) is { } type)
        {
            return type;
        }

        if (_schemas.TryGetValue(stream, out var schema))
        {
            Error(path, $"Stream '{stream}' has no field '{field}'{Suggest(field, schema.Fields.Select(f => f.Name))}.", "Choose a mapped field; names are case-sensitive.");
        }

        return null;
    }

    private DataType? Type(string stream, string field) =>
        _schemas.TryGetValue(stream, out var schema) ? schema.Fields.FirstOrDefault(f => f.Name == field)?.Type : null;

    /// <summary>", did you mean 'x'?" for the closest known name within two fifths of its length.</summary>
    private static string Suggest(string name, IEnumerable<string> known)
    {
        var lower = name.ToUpperInvariant();
        var best = known.Select(k => (Name: k, Distance: Levenshtein.Reference(lower, k.ToUpperInvariant())))
            .OrderBy(k => k.Distance).ThenBy(k => k.Name, StringComparer.Ordinal).FirstOrDefault();
        return best.Name is not null && best.Distance * 5 <= 2 * Math.Max(name.Length, best.Name.Length) ? $" (did you mean '{best.Name}'?)" : "";
    }

    private static string Escape(string segment) =>
        segment.Replace("~", "~0", StringComparison.Ordinal).Replace("/", "~1", StringComparison.Ordinal);

    private void Error(string path, string message, string remedy) =>
        Problems.Add(new PolicyProblem(path, message, remedy, ProblemSeverity.Error));

    private void Warn(string path, string message, string remedy) =>
        Problems.Add(new PolicyProblem(path, message, remedy, ProblemSeverity.Warning));
}

/// <summary>The conditions of a rule, exceptions included.</summary>
internal static class RuleFields
{
    public static IEnumerable<MatchCondition> Of(MatchRule rule) =>
        rule.Conditions.Concat(rule.Exceptions.SelectMany(e => e.Conditions));
}
