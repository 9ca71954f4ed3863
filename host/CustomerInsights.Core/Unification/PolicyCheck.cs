using CustomerInsights.Core.Model;

namespace CustomerInsights.Core.Unification;

/// <summary>One validation: walks the policy in order of path and collects problems.</summary>
internal sealed partial class PolicyCheck(UnificationPolicy policy, IReadOnlyList<StreamSchema> schemas)
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
