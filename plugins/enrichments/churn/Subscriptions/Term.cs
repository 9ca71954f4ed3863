using System.Globalization;

namespace CustomerInsights.Enrichments.Churn.Subscriptions;

/// <summary>A term of a subscription.</summary>
/// <param name="Recorded">The day on which it became known; see <see cref="DateOnly.DayNumber"/>.</param>
/// <param name="Start">Its first day.</param>
/// <param name="End">The day on which it ends or is to be renewed, at least <paramref name="Start"/>.</param>
/// <param name="Price">What it costs; 0 where that is not told.</param>
/// <param name="Plan">The number of the plan's name, -1 where it has none.</param>
internal readonly record struct Term(int Recorded, int Start, int End, float Price, int Plan);

/// <summary>The terms of everybody. Filled by one thread, then read by any.</summary>
internal sealed class TermLedger
{
    private readonly List<Term> _terms = [];
    private readonly List<int> _ends = [];

    /// <summary>How many customers have a term.</summary>
    public int Customers => _ends.Count;

    /// <summary>How many terms there are.</summary>
    public int Terms => _terms.Count;

    /// <summary>The first day on which a term became known.</summary>
    public int FirstDay { get; private set; } = int.MaxValue;

    /// <summary>The last such day.</summary>
    public int LastDay { get; private set; } = int.MinValue;

    /// <summary>Adds a customer.</summary>
    /// <param name="terms">By their first day; one at least.</param>
    public void Add(List<Term> terms)
    {
        _terms.AddRange(terms);
        _ends.Add(_terms.Count);
        foreach (var term in terms)
        {
            FirstDay = Math.Min(FirstDay, term.Recorded);
            LastDay = Math.Max(LastDay, term.Recorded);
        }
    }

    /// <summary>The terms of a customer, by their first day.</summary>
    /// <param name="customer">The number, from 0 as they were added.</param>
    public ReadOnlySpan<Term> Read(int customer)
    {
        var from = customer == 0 ? 0 : _ends[customer - 1];
        return System.Runtime.InteropServices.CollectionsMarshal.AsSpan(_terms)[from.._ends[customer]];
    }

    /// <summary>A fingerprint of all terms (FNV-1a, 64 bits).</summary>
    public string Fingerprint()
    {
        var hash = 14695981039346656037UL;
        for (var customer = 0; customer < Customers; customer++)
        {
            foreach (var term in Read(customer))
            {
                foreach (var part in (ReadOnlySpan<uint>)[(uint)term.Recorded, (uint)term.Start, (uint)term.End, BitConverter.SingleToUInt32Bits(term.Price), (uint)term.Plan])
                {
                    hash = (hash ^ part) * 1099511628211UL;
                }
            }

            hash = (hash ^ 0xFF) * 1099511628211UL;
        }

        return hash.ToString("x16", CultureInfo.InvariantCulture);
    }
}
