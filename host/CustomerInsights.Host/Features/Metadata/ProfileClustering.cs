using CustomerInsights.Core.Model;
using CustomerInsights.Core.Unification;
using CustomerInsights.Core.Unification.Households;

namespace CustomerInsights.Host.Features.Metadata;

/// <summary>Clusters over profiles as a run makes them.</summary>
/// <param name="Policy">The definition.</param>
/// <param name="Rules">Its rules; for a household without rules the default.</param>
/// <param name="Attributes">What rules may name.</param>
internal sealed record ClusterModel(ClusterPolicy Policy, IReadOnlyList<MatchRule> Rules, IReadOnlyList<StreamField> Attributes);

/// <summary>Checks the section <c>clusters</c> of a policy and fills in the household's default rule.</summary>
internal static class ProfileClustering
{
    private const int Most = 20;

    private static readonly string[] s_streets = ["address.street", "address.line1", "address.full", "location.street", "location.address"];
    private static readonly string[] s_places = ["address.postal_code", "location.postal_code", "address.city", "location.city"];
    private static readonly Normaliser[] s_plain = [Normaliser.UnicodeToAscii, Normaliser.LowerCase, Normaliser.Symbols, Normaliser.Whitespace];

    /// <summary>The rule for households, as far as a type has what it needs: last name, street, and postal code or else city.</summary>
    /// <returns>Null when the last name or the street is missing.</returns>
    public static MatchRule? HouseholdRule(ProfileTypeDocument type, IReadOnlySet<string>? filled = null)
    {
        string? Find(params string[] semantics) => semantics
            .SelectMany(semantic => type.Attributes.Where(pair => pair.Value.SemanticType == semantic && pair.Value.Type == DataType.Text).OrderBy(pair => pair.Key, StringComparer.Ordinal))
            .Select(pair => pair.Key)
            .FirstOrDefault(name => filled is null || filled.Contains(name));

        if (Find(Semantics.LastName) is not { } name || Find(s_streets) is not { } street)
        {
            return null;
        }

        var conditions = new List<MatchCondition>
        {
            new() { Field = name, Normalisers = s_plain },
            new() { Field = street, Normalisers = [.. s_plain, Normaliser.Address] },
        };
        if (Find(s_places) is { } place)
        {
            conditions.Add(new MatchCondition { Field = place, Normalisers = s_plain });
        }

        return new MatchRule { Name = "same last name and address", Conditions = conditions };
    }

    public static List<ClusterModel> Build(ModelBuilder builder, string type, UnificationPolicy policy)
    {
        var result = new List<ClusterModel>();
        var document = builder.ProfileTypes[type];
        var mapped = policy.Merge.Attributes.Where(attribute => !attribute.Excluded).Select(attribute => attribute.Name)
            .Concat(policy.Merge.Groups.Where(group => !group.Excluded).SelectMany(group => group.Attributes))
            .ToHashSet(StringComparer.Ordinal);
        List<StreamField> attributes = [.. document.Attributes.Where(pair => mapped.Contains(pair.Key)).Select(pair => new StreamField(pair.Key, pair.Value.Type))];
        if (policy.Clusters.Count > Most)
        {
            builder.Fault(DefinitionKinds.Unification, type, "/clusters", "count", $"There are {policy.Clusters.Count} kinds of clusters; at most {Most} are possible.");
        }

        var names = new HashSet<string>(StringComparer.Ordinal);
        for (var i = 0; i < policy.Clusters.Count; i++)
        {
            var cluster = policy.Clusters[i];
            var place = $"/clusters/{i}";
            if (!names.Add(cluster.Name) || !Names.IsField(cluster.Name))
            {
                builder.Fault(DefinitionKinds.Unification, type, $"{place}/name", "name", $"'{cluster.Name}' is there twice, or is not a name; use letters, digits and _, beginning with a letter.");
            }
            else if (document.Attributes.ContainsKey(cluster.AttributeName()))
            {
                builder.Fault(DefinitionKinds.Unification, type, $"{place}/name", "reserved", $"Members get the attribute '{cluster.AttributeName()}', which '{type}' has already. Rename one of the two.");
            }
            else if (cluster.Active && Rules(builder, type, place, cluster, document, mapped) is { } rules)
            {
                var problems = ProfileClusters.Validate(rules, attributes);
                foreach (var problem in problems)
                {
                    builder.Fault(DefinitionKinds.Unification, type, place + problem.Path, "policy", $"{problem.Message} {problem.Remedy}", problem.Severity == ProblemSeverity.Warning);
                }

                if (problems.All(problem => problem.Severity == ProblemSeverity.Warning))
                {
                    result.Add(new ClusterModel(cluster, rules, attributes));
                }
            }
        }

        return result;
    }

    private static IReadOnlyList<MatchRule>? Rules(
        ModelBuilder builder, string type, string place, ClusterPolicy cluster, ProfileTypeDocument document, HashSet<string> mapped)
    {
        if (cluster.Rules.Count > 0)
        {
            return cluster.Rules;
        }

        if (cluster.Name != ClusterPolicy.Household)
        {
            builder.Fault(DefinitionKinds.Unification, type, $"{place}/rules", "count", $"'{cluster.Name}' has no rule; only '{ClusterPolicy.Household}' has one by itself. Add a rule with the attributes that members share.");
            return null;
        }

        if (HouseholdRule(document, mapped) is { } rule)
        {
            return [rule];
        }

        builder.Fault(
            DefinitionKinds.Unification, type, $"{place}/rules", "semantics",
            $"The default needs text attributes of '{type}', filled by its streams, with the semantic types {Semantics.LastName} and {s_streets[0]}. Give the attributes these types, or write rules of your own.");
        return null;
    }
}
