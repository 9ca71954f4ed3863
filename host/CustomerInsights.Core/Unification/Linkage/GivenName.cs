using System.Collections.Frozen;
using CustomerInsights.Core.Unification.Normalisation;

namespace CustomerInsights.Core.Unification.Linkage;

/// <summary>What is one given name though it is written otherwise.</summary>
internal static class GivenName
{
    private static readonly FrozenDictionary<string, string> s_roots = NameTable.Variants();

    /// <summary>The form that nicknames and spellings of a name have in common; the first word where there are several.</summary>
    internal static string Root(string name)
    {
        var end = name.IndexOf(' ', StringComparison.Ordinal);
        var first = end > 1 ? name[..end] : name;
        return s_roots.GetValueOrDefault(first, first);
    }
}
