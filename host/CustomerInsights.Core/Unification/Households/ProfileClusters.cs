using CustomerInsights.Core.Model;

namespace CustomerInsights.Core.Unification.Households;

/// <summary>Profiles that go together.</summary>
/// <param name="Groups">Indexes of profiles.</param>
/// <param name="Warnings">What the rules had to leave out, and why.</param>
public sealed record ProfileGroups(IReadOnlyList<IReadOnlyList<int>> Groups, IReadOnlyList<string> Warnings);

/// <summary>Groups profiles by the rules of a <see cref="ClusterPolicy"/>.</summary>
public static class ProfileClusters
{
    private const string Stream = "profiles";

    /// <summary>What is wrong with the rules of a policy, with pointers relative to it.</summary>
    /// <param name="rules">The rules that run.</param>
    /// <param name="attributes">The attributes that the profiles have.</param>
    /// <returns>Problems at <c>/rules/…</c>; empty when there is none.</returns>
    public static IReadOnlyList<PolicyProblem> Validate(IReadOnlyList<MatchRule> rules, IReadOnlyList<StreamField> attributes)
    {
        ArgumentNullException.ThrowIfNull(rules);
        ArgumentNullException.ThrowIfNull(attributes);
        const string From = "/streams/0/deduplication";
        return [.. PolicyValidator.Validate(Policy(rules), [new StreamSchema(Stream, attributes)])
            .Where(problem => problem.Path.StartsWith(From, StringComparison.Ordinal))
            .Select(problem => problem with
            {
                Path = "/rules" + problem.Path[From.Length..],
                Message = problem.Message.Replace($"Stream '{Stream}'", "The profile type", StringComparison.Ordinal).Replace($"'{Stream}'", "the profile type", StringComparison.Ordinal),
            })];
    }

    /// <summary>The groups of two profiles or more.</summary>
    /// <param name="rules">Rules without errors, see <see cref="Validate"/>.</param>
    /// <param name="attributes">The attributes that rules may name, with their types. A value of another type counts as missing.</param>
    /// <param name="unified">The profiles of the run.</param>
    /// <param name="limits">Bounds; null for the defaults.</param>
    /// <param name="cancellationToken">Looked at between blocks of work.</param>
    /// <returns>Indexes of profiles, ascending in each group; groups by smallest index. And what the rules had to leave out.</returns>
    /// <exception cref="ArgumentException">The rules have errors.</exception>
    public static ProfileGroups Find(
        IReadOnlyList<MatchRule> rules,
        IReadOnlyList<StreamField> attributes,
        UnificationResult unified,
        UnifierLimits? limits,
        CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(rules);
        ArgumentNullException.ThrowIfNull(attributes);
        ArgumentNullException.ThrowIfNull(unified);
        int[] columns = [.. attributes.Select(attribute => unified.Attributes.ToList().IndexOf(attribute.Name))];
        var profiles = unified.Profiles;
        var nodes = new SourceNode[profiles.Count];
        for (var i = 0; i < nodes.Length; i++)
        {
            var values = new Value[attributes.Count];
            for (var column = 0; column < values.Length; column++)
            {
                var value = columns[column] < 0 ? Value.Missing : profiles[i].Values[columns[column]].Value;
                values[column] = value.IsMissing || value.Type == attributes[column].Type ? value : Value.Missing;
            }

            nodes[i] = new SourceNode(i, i.ToString(System.Globalization.CultureInfo.InvariantCulture), values);
        }

        // The records here are profiles: the engine that finds duplicates in a stream finds who goes together.
        var result = Unifier.Unify(
            Policy(rules), new UnificationInput { Streams = [new SourceStream(new StreamSchema(Stream, attributes), nodes)] }, limits, cancellationToken);
        return new ProfileGroups(
            [.. result.Profiles.Where(profile => profile.Cluster.Nodes.Count > 1)
                .Select(profile => (IReadOnlyList<int>)[.. profile.Cluster.Nodes.Select(node => (int)node)])],
            [.. result.Rules.Where(rule => rule.Reason is not null).Select(rule => $"Rule '{rule.Rule}': {rule.Reason}")]);
    }

    private static UnificationPolicy Policy(IReadOnlyList<MatchRule> rules) =>
        new() { Streams = [new StreamPolicy { Stream = Stream, Deduplication = rules }] };
}
