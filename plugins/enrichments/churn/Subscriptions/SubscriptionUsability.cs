using System.Globalization;
using CustomerInsights.Enrichments.Predictions.Studies;

namespace CustomerInsights.Enrichments.Churn.Subscriptions;

/// <summary>Whether terms are good enough to predict from.</summary>
internal static class SubscriptionUsability
{
    private const int WantedCustomers = 1_000;
    private const double MostMissing = 0.2;

    /// <summary>Looks at what was read.</summary>
    /// <param name="ledger">The terms.</param>
    /// <param name="reader">What could not be used.</param>
    /// <param name="sources">The settings.</param>
    /// <param name="cut">The last day that is known.</param>
    /// <param name="rules">What ends a subscription.</param>
    public static List<Finding> Of(TermLedger ledger, TermReader reader, IReadOnlyList<SubscriptionSource> sources, DateOnly cut, SubscriptionRules rules)
    {
        var findings = new List<Finding>();
        var types = string.Join(", ", sources.Select(source => source.Activity));
        var ends = string.Join(", ", sources.Select(source => source.End));
        var amounts = string.Join(", ", sources.Select(source => source.Amount).OfType<string>());
        if (reader.Later > 0)
        {
            Add("warning", types, "Read", $"{Number(reader.Later)} terms became known after {Day(cut.DayNumber)} and were left out. If they are not of the future, set 'asOf', or correct their time.");
        }

        if (reader.Currencies.Count > 1)
        {
            Add("warning", amounts, "Read", $"Prices are in {reader.Currencies.Count} currencies and were taken as they are. Name a field with prices in one currency, or leave 'amount' out.");
        }

        if (reader.Refunds > 0)
        {
            Add("warning", amounts, "Read", $"{Number(reader.Refunds)} terms have an amount below 0; they were taken as refunds and left out. If they are terms, correct the field or leave 'amount' out.");
        }

        if (reader.Backwards > 0)
        {
            Add("warning", ends, "Read", $"{Number(reader.Backwards)} terms end before they begin, or after more than a century, and were left out. Look at 'start' and 'end'.");
        }

        if (reader.WithoutAmount > 0)
        {
            Add("warning", amounts, "Train", $"{Number(reader.WithoutAmount)} terms have no amount that can be read and count as free.");
        }

        var missing = reader.Terms > 0 ? (double)reader.WithoutEnd / reader.Terms : 0;
        if (missing > MostMissing)
        {
            Add("error", ends, "Train", $"{(100 * missing).ToString("0", CultureInfo.InvariantCulture)} % of the terms have no end or beginning that can be read; at most {100 * MostMissing:0} % may. Name the right field, or fill it: a date, or a text such as 2026-01-31.");
        }
        else if (reader.WithoutEnd > 0)
        {
            Add("warning", ends, "Train", $"{Number(reader.WithoutEnd)} terms have no end or beginning that can be read and were left out.");
        }

        if (ledger.Customers == 0)
        {
            Add("error", types, "Read", reader.Refunds > 0 && reader.Refunds == reader.Terms
                ? $"All {Number(reader.Terms)} terms are refunds (amounts below 0). At least {Usability.FewestCustomers} customers with a term are needed."
                : $"Nobody has a term up to {Day(cut.DayNumber)}. At least {Usability.FewestCustomers} customers with a term are needed; look at the activity type, the field of the end and the status that is ignored.");
            return findings;
        }

        if (ledger.Customers < Usability.FewestCustomers)
        {
            Add("error", types, "Train", $"{Number(ledger.Customers)} customers have a term; {Usability.FewestCustomers} are needed, {Number(WantedCustomers)} make a good prediction.");
        }
        else if (ledger.Customers < WantedCustomers)
        {
            Add("warning", types, "Train", $"{Number(ledger.Customers)} customers have a term; {Number(WantedCustomers)} make a good prediction.");
        }

        var history = cut.DayNumber - ledger.FirstDay + 1;
        var wanted = Math.Max(365, 3 * rules.KnownAfter);
        if (history < wanted)
        {
            Add("warning", types, "Train", $"The history has {Number(history)} days, from {Day(ledger.FirstDay)}; {Number(wanted)} make a good prediction.");
        }

        var stale = cut.DayNumber - ledger.LastDay;
        if (stale > Math.Max(60, history / 4))
        {
            Add("warning", types, "Score", $"The last term became known {Number(stale)} days before {Day(cut.DayNumber)}. If the data ends there, set 'asOf' to {Day(ledger.LastDay)}; else everybody looks as if they had left.");
        }

        return findings;

        void Add(string severity, string column, string step, string message) => findings.Add(new Finding(severity, column, step, message));
    }

    private static string Number(long value) => value.ToString("N0", CultureInfo.InvariantCulture);

    private static string Day(int day) => Figures.Day(day);
}
