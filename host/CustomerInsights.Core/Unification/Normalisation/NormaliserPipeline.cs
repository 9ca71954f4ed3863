using System.Globalization;
using CustomerInsights.Core.Model;

namespace CustomerInsights.Core.Unification.Normalisation;

/// <summary>
/// A set of normalisers with the overrides they need. Steps run in the order of <see cref="Normaliser"/>, so that the order in
/// which an admin ticked them cannot change a result.
/// </summary>
internal sealed class NormaliserPipeline
{
    private readonly Normaliser[] _steps;
    private readonly Dictionary<string, string> _aliases = new(StringComparer.Ordinal);
    private readonly HashSet<string> _bypass = new(StringComparer.Ordinal);

    public NormaliserPipeline(IEnumerable<Normaliser> normalisers, MatchOverrides overrides)
    {
        var all = normalisers.Distinct().Order().ToArray();
        _steps = [.. all.Where(n => n < Normaliser.Alias)];

        // Bypass values and aliases are looked up in normalised form: whoever lists "None@None.com" means every spelling of it.
        if (all.Contains(Normaliser.Alias))
        {
            AddAliases(overrides.Aliases);
        }

        if (all.Contains(Normaliser.Bypass))
        {
            _bypass.UnionWith(overrides.Bypass.Select(value => Finish(Apply(value))).Where(value => value.Length > 0));
        }
    }

    /// <summary>The text to compare, or an empty string for a value that never matches.</summary>
    public string Apply(Value value) => value.Type switch
    {
        null => "",
        DataType.Text => Finish(Apply(value.AsText())),
        DataType.Decimal => Finish(Plain(value.AsDecimal())),

        // A whole double is written as the integer it equals, so that 7 from one stream meets 7.0 from another.
        DataType.Number when Math.Abs(value.AsNumber()) < 1e15 => Finish(Plain((decimal)value.AsNumber())),
        _ => Finish(value.ToString()),
    };

    private string Apply(string text)
    {
        foreach (var step in _steps)
        {
            text = step switch
            {
                Normaliser.Numerals => TextNormalisers.Numerals(text),
                Normaliser.UnicodeToAscii => TextNormalisers.UnicodeToAscii(text),
                Normaliser.LowerCase => text.ToLowerInvariant(),
                Normaliser.Phone => TextNormalisers.Phone(text),
                Normaliser.Name => WordNormalisers.Name(text),
                Normaliser.Address => WordNormalisers.Address(text),
                Normaliser.Organization => WordNormalisers.Organization(text),
                Normaliser.NameOrder => TextNormalisers.NameOrder(text),
                Normaliser.Symbols => TextNormalisers.Symbols(text),
                Normaliser.Whitespace => TextNormalisers.Whitespace(text),
                _ => text,
            };
        }

        return string.IsNullOrWhiteSpace(text) ? "" : text;
    }

    private string Finish(string text)
    {
        text = _aliases.GetValueOrDefault(text, text);
        return _bypass.Contains(text) ? "" : text;
    }

    // Trailing zeros of a decimal are scale, not amount: 1.00 is written 1.
    private static string Plain(decimal amount) => amount.ToString("0.############################", CultureInfo.InvariantCulture);

    private void AddAliases(IReadOnlyList<AliasPair> pairs)
    {
        var forms = pairs.SelectMany(p => new[] { Apply(p.Value), Apply(p.Alias) })
            .Where(f => f.Length > 0).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal).ToArray();
        var index = forms.Select((form, i) => (form, i)).ToDictionary(f => f.form, f => f.i, StringComparer.Ordinal);
        var sets = new ConstrainedUnionFind(forms.Length);
        foreach (var pair in pairs)
        {
            if (index.TryGetValue(Apply(pair.Value), out var a) && index.TryGetValue(Apply(pair.Alias), out var b))
            {
                sets.Union(a, b);
            }
        }

        foreach (var set in Clustering.Collect(forms.Length, sets.Find))
        {
            foreach (var member in set)
            {
                _aliases[forms[member]] = forms[set[0]];
            }
        }
    }
}
