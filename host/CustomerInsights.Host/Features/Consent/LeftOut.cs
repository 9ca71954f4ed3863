using System.Globalization;
using CustomerInsights.Core.Consent;

namespace CustomerInsights.Host.Features.Consent;

/// <summary>People whom an export or enrichment leaves out for its purpose, counted by reason.</summary>
internal sealed class LeftOut
{
    private readonly SortedDictionary<Reach, long> _counts = [];

    /// <summary>The word of a reason in reports: noConsent, consentUnknown, undeliverable, optedOut, noIdentifier.</summary>
    public static string Word(Reach reach) => char.ToLowerInvariant(reach.ToString()[0]) + reach.ToString()[1..];

    /// <summary>Counts one; true when it is to be left out.</summary>
    public bool Count(Reach reach)
    {
        if (reach != Reach.Reachable)
        {
            _counts[reach] = _counts.GetValueOrDefault(reach) + 1;
        }

        return reach != Reach.Reachable;
    }

    public IReadOnlyDictionary<string, long> Details() => _counts.ToDictionary(pair => "leftOut." + Word(pair.Key), pair => pair.Value, StringComparer.Ordinal);

    /// <summary>The details of a receipt, and these beside them.</summary>
    public Dictionary<string, string> With(IReadOnlyDictionary<string, string> details)
    {
        var all = new Dictionary<string, string>(details, StringComparer.Ordinal);
        foreach (var (name, count) in Details())
        {
            all[name] = count.ToString(CultureInfo.InvariantCulture);
        }

        return all;
    }

    public override string ToString() =>
        _counts.Count == 0 ? "" : $" Left out for the purpose: {string.Join(", ", _counts.Select(pair => $"{pair.Value:N0} {Word(pair.Key)}"))}.";
}
