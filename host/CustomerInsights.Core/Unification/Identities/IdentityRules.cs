using System.Text.RegularExpressions;

namespace CustomerInsights.Core.Unification.Identities;

/// <summary>A policy of identities, made ready to be asked.</summary>
public sealed class IdentityRules
{
    private readonly Dictionary<string, TypeRules> _types = new(StringComparer.Ordinal);

    /// <summary>Makes a policy without errors ready.</summary>
    public IdentityRules(IdentityPolicy policy)
    {
        ArgumentNullException.ThrowIfNull(policy);
        Policy = policy;
        for (var rank = 0; rank < policy.Types.Count; rank++)
        {
            var type = policy.Types[rank];
            _types[type.Type] = new TypeRules(
                rank, type, type.Blocked.Where(text => !IsPattern(text)).ToHashSet(StringComparer.OrdinalIgnoreCase), [.. type.Blocked.Where(IsPattern).Select(Pattern)]);
        }
    }

    /// <summary>The policy.</summary>
    public IdentityPolicy Policy { get; }

    /// <summary>Whether a value of a list is a pattern.</summary>
    public static bool IsPattern(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        return text.Length > 1 && text[0] == '^' && text[^1] == '$';
    }

    /// <summary>A pattern; its time grows with the length of the text alone.</summary>
    /// <exception cref="ArgumentException">It is no pattern.</exception>
    /// <exception cref="NotSupportedException">It looks back or ahead.</exception>
    public static Regex Pattern(string text) => new(text, RegexOptions.NonBacktracking | RegexOptions.CultureInvariant | RegexOptions.IgnoreCase);

    /// <summary>Whether it names somebody: it is not blocked.</summary>
    public bool Names(Identifier identifier) => !_types.TryGetValue(identifier.Type, out var type) || !type.Blocks(identifier.Value);

    /// <summary>Whether a shared value of it joins: a type of high confidence, and not blocked.</summary>
    public bool Joins(Identifier identifier) => _types.TryGetValue(identifier.Type, out var type) && type.Policy.Merges == MergeConfidence.High && !type.Blocks(identifier.Value);

    /// <summary>The place of a type; those that the policy does not name come last.</summary>
    public int Rank(string type) => _types.TryGetValue(type, out var rules) ? rules.Rank : int.MaxValue;

    /// <summary>Whether nothing is known of an identity of an event source but what its browser is called.</summary>
    public bool IsUnknown(IReadOnlyList<Identifier> identifiers)
    {
        ArgumentNullException.ThrowIfNull(identifiers);
        return identifiers.All(one => one.Type == Identifier.AnonymousId || !Names(one));
    }

    private sealed record TypeRules(int Rank, IdentifierPolicy Policy, HashSet<string> Exact, Regex[] Patterns)
    {
        public bool Blocks(string value) => Exact.Contains(value) || Array.Exists(Patterns, pattern => pattern.IsMatch(value));
    }
}
