namespace CustomerInsights.Core.Rules;

/// <summary>What a rule defines, when other rules can ask for it by name.</summary>
public enum RuleTarget
{
    /// <summary>A segment, asked for by <c>segment("name")</c>.</summary>
    Segment,

    /// <summary>A measure per profile or a computed attribute, asked for by its name.</summary>
    Attribute,
}

/// <summary>A rule together with what it defines.</summary>
/// <param name="Target">Segment or attribute.</param>
/// <param name="Name">Its name; unique within its target and profile type.</param>
/// <param name="Dependencies">What its rule reads.</param>
public sealed record RuleDefinition(RuleTarget Target, string Name, RuleDependencies Dependencies)
{
    internal (RuleTarget Target, string Name) Key => (Target, Name);

    /// <summary><c>segment 'vips'</c></summary>
    public override string ToString() => $"{(Target == RuleTarget.Segment ? "segment" : "attribute")} '{Name}'";
}

/// <summary>Finds rules that depend on themselves by way of others, which no order of evaluation can satisfy.</summary>
public static class RuleCycles
{
    /// <summary>Looks through all definitions of one profile type. Time grows linearly with their dependencies.</summary>
    /// <returns>An error (RUL031) for each cycle met, with the cycle spelled out; at most 100, empty when there is none.</returns>
    /// <exception cref="ArgumentException">Two definitions have the same target and name.</exception>
    public static IReadOnlyList<RuleError> Find(IEnumerable<RuleDefinition> definitions)
    {
        ArgumentNullException.ThrowIfNull(definitions);
        var all = definitions.ToDictionary(d => d.Key);
        var done = new HashSet<(RuleTarget, string)>();
        var errors = new List<RuleError>();
        foreach (var start in all.Values.OrderBy(d => d.Target).ThenBy(d => d.Name, StringComparer.Ordinal))
        {
            Walk(start, all, done, errors);
        }

        return errors;
    }

    // Depth first with a stack of its own: a chain of ten thousand segments must not end in an overflow of the thread's.
    private static void Walk(
        RuleDefinition start,
        Dictionary<(RuleTarget Target, string Name), RuleDefinition> all,
        HashSet<(RuleTarget Target, string Name)> done,
        List<RuleError> errors)
    {
        if (done.Contains(start.Key))
        {
            return;
        }

        var path = new List<RuleDefinition> { start };
        var onPath = new HashSet<(RuleTarget, string)> { start.Key };
        var ahead = new Stack<IEnumerator<RuleDefinition>>([Next(start, all)]);
        while (ahead.TryPeek(out var next))
        {
            if (!next.MoveNext())
            {
                ahead.Pop().Dispose();
                done.Add(path[^1].Key);
                onPath.Remove(path[^1].Key);
                path.RemoveAt(path.Count - 1);
            }
            else if (onPath.Contains(next.Current.Key))
            {
                Report([.. path.SkipWhile(d => d.Key != next.Current.Key), next.Current], errors);
            }
            else if (!done.Contains(next.Current.Key))
            {
                path.Add(next.Current);
                onPath.Add(next.Current.Key);
                ahead.Push(Next(next.Current, all));
            }
        }
    }

    private static IEnumerator<RuleDefinition> Next(
        RuleDefinition from, Dictionary<(RuleTarget Target, string Name), RuleDefinition> all)
    {
        var keys = from.Dependencies.Segments.Select(s => (RuleTarget.Segment, s))
            .Concat(from.Dependencies.Attributes.Select(a => (RuleTarget.Attribute, a)));
        foreach (var key in keys)
        {
            if (all.TryGetValue(key, out var definition))
            {
                yield return definition;
            }
        }
    }

    private static void Report(IReadOnlyList<RuleDefinition> cycle, List<RuleError> errors)
    {
        if (errors.Count < RuleLimits.Errors)
        {
            string message = $"{cycle[0]} depends on itself: {string.Join(" → ", cycle)}";
            errors.Add(new RuleError("RUL031", message, 1, 1, 0, null));
        }
    }
}
