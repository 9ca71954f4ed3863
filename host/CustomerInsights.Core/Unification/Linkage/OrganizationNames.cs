using System.Collections.Frozen;
using System.Text;

namespace CustomerInsights.Core.Unification.Linkage;

/// <summary>Names of companies and other bodies: legal forms and articles are set aside, <c>&amp;</c> is <c>and</c>.</summary>
internal static class OrganizationNames
{
    private const string PolishLimited = " sp z oo";

    private static readonly FrozenSet<string> s_forms =
        """
        ab ag aps as asa bhd bv co company corp corporation cv doo eg ehf eingetragene ev eurl gbr gmbh inc incorporated kft kg kgaa kk
        limited llc llp lp ltd ltda ltee mbh nv oao ohg ooo oy oyj pao plc pllc pte pty pvt sa sarl sas se sl sls snc spa sprl srl sro the ug zao zrt
        """.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries).ToFrozenSet(StringComparer.Ordinal);

    /// <summary>The words that name the body; all of them when every word is a form.</summary>
    internal static string Normal(string text)
    {
        var words = FieldText.Words(Joined(text).Replace("&", " and ", StringComparison.Ordinal).Replace("+", " and ", StringComparison.Ordinal));
        words = words.EndsWith(PolishLimited, StringComparison.Ordinal) ? words[..^PolishLimited.Length] : words;
        var own = words.Split(' ').Where(word => !s_forms.Contains(word)).ToList();

        // "Smith & Co." leaves an "and" that joins nothing.
        while (own.Count > 1 && own[^1] == "and")
        {
            own.RemoveAt(own.Count - 1);
        }

        return own.Count == 0 || own is ["and"] ? words : string.Join(' ', own);
    }

    /// <summary>The first letters of a name's words; empty for fewer than three words.</summary>
    internal static string Initials(string normal)
    {
        var words = normal.Split(' ').Where(word => word is not "and" and not "of").ToList();
        return words.Count < 3 ? "" : string.Concat(words.Select(word => word[0]));
    }

    // S.A. and G.m.b.H. are one word: a full stop between letters is left out where a part of one or two letters ends there.
    private static string Joined(string text)
    {
        if (!text.Contains('.', StringComparison.Ordinal))
        {
            return text;
        }

        var joined = new StringBuilder(text.Length);
        foreach (var word in text.Split(' '))
        {
            joined.Append(' ').Append(word.Split('.').All(part => part.Length <= 2) ? word.Replace(".", "", StringComparison.Ordinal) : word);
        }

        return joined.ToString();
    }
}
