using System.Collections.Frozen;
using CustomerInsights.Core.Unification.Normalisation;

namespace CustomerInsights.Core.Unification.Linkage;

/// <summary>What is one given name though it is written otherwise.</summary>
internal static class GivenName
{
    private static readonly FrozenDictionary<string, string> s_roots = Roots();

    /// <summary>The form that nicknames and spellings of a name have in common; the first word where there are several.</summary>
    internal static string Root(string name)
    {
        var end = name.IndexOf(' ', StringComparison.Ordinal);
        var first = end > 1 ? name[..end] : name;
        return s_roots.TryGetValue(first, out var root) ? root : Umlauts.Folded(first) is var folded && s_roots.TryGetValue(folded, out root) ? root : folded;
    }

    // A nickname leads to what its name leads to, so that Pepe, José and Joseph are one.
    private static FrozenDictionary<string, string> Roots()
    {
        var roots = NameTable.Variants().ToDictionary(StringComparer.Ordinal);
        foreach (var (nickname, name) in OtherNicknames.All())
        {
            roots.TryAdd(nickname, roots.GetValueOrDefault(name, name));
        }

        return roots.ToFrozenDictionary(StringComparer.Ordinal);
    }
}
