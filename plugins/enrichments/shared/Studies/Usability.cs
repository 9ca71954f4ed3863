using System.Globalization;
using CustomerInsights.Enrichments.Predictions.Transactions;
using CustomerInsights.Sdk;

namespace CustomerInsights.Enrichments.Predictions.Studies;

/// <summary>A finding about the data.</summary>
/// <param name="Severity"><c>error</c>: no prediction is made; <c>warning</c>: one is made and may be poor; <c>info</c>.</param>
/// <param name="Column">Where: an activity type or a field.</param>
/// <param name="Step">In which step it matters.</param>
/// <param name="Message">What was found, what is needed, what to do.</param>
internal sealed record Finding(string Severity, string Column, string Step, string Message);

/// <summary>Whether data is good enough to predict from: the prerequisites of Dynamics 365 (its documentation, ci-docs/data), and what our own models need.</summary>
internal static class Usability
{
    /// <summary>No prediction is made below.</summary>
    public const int FewestCustomers = 30;

    private const int WantedCustomers = 1000;
    private const int FewestDays = 14;
    private const double MostMissing = 0.2;

    /// <summary>Looks at what was read.</summary>
    /// <param name="ledger">The orders.</param>
    /// <param name="reader">What could not be used.</param>
    /// <param name="sources">The settings.</param>
    /// <param name="cut">The last day that is known.</param>
    /// <param name="wantedHistory">How many days of history are asked for.</param>
    /// <param name="needsAmounts">Whether a prediction of value is wanted.</param>
    public static List<Finding> Of(OrderLedger ledger, OrderReader reader, IReadOnlyList<OrderSource> sources, DateOnly cut, int wantedHistory, bool needsAmounts)
    {
        var findings = new List<Finding>();
        var types = string.Join(", ", sources.Select(source => source.Activity));
        var amounts = string.Join(", ", sources.Select(source => source.Amount).OfType<string>());
        if (reader.Later > 0)
        {
            Add("warning", types, "Read", $"{Number(reader.Later)} orders are later than {Day(cut)} and were left out. If they are not of the future, set 'asOf', or correct their time.");
        }

        if (reader.Currencies.Count > 1)
        {
            var most = reader.Currencies.MaxBy(pair => pair.Value);
            Add(
                reader.OtherCurrency > 0 ? "info" : "warning",
                string.Join(", ", sources.Select(source => source.Currency).OfType<string>()),
                "Read",
                reader.OtherCurrency > 0
                    ? $"{Number(reader.OtherCurrency)} orders are in another currency than asked for and were left out."
                    : $"Orders are in {reader.Currencies.Count} currencies, most of them in '{Short(most.Key)}', and their amounts were added as they are. {(needsAmounts ? "Set 'currency' to take one of them." : "Name a field with amounts in one currency, or leave 'amount' out.")}");
        }

        if (reader.Returns > 0 && ledger.Customers > 0)
        {
            Add("info", amounts, "Read", $"{Number(reader.Returns)} orders have an amount below 0 and were taken as returns: they take value away and are no orders. If they are orders, correct the sign of the amount.");
        }

        if (ledger.Customers == 0)
        {
            Add("error", types, "Read", reader.Returns > 0 || reader.ReturnsWithoutOrder > 0
                ? $"All {Number(reader.Orders)} orders are returns (amounts below 0). At least {FewestCustomers} customers with an order are needed; if they are no returns, correct the sign of the amount."
                : $"Nobody has an order up to {Day(cut)}. At least {FewestCustomers} customers with an order are needed; look at the activity type and the status that is ignored.");
            return findings;
        }

        if (ledger.Customers < FewestCustomers)
        {
            Add("error", types, "Train", $"{Number(ledger.Customers)} customers have an order; {FewestCustomers} are needed, {Number(WantedCustomers)} make a good prediction. If there should be more, look at the activity type and the status that is ignored.");
        }
        else if (ledger.Customers < WantedCustomers)
        {
            Add("warning", types, "Train", $"{Number(ledger.Customers)} customers have an order; {Number(WantedCustomers)} make a good prediction.");
        }

        var history = cut.DayNumber - ledger.FirstDay + 1;
        if (history < FewestDays)
        {
            Add("error", types, "Train", $"The history has {Number(history)} days; {FewestDays} are needed, {Number(wantedHistory)} make a good prediction. Load older orders where there are some.");
        }
        else if (history < wantedHistory)
        {
            Add("warning", types, "Train", $"The history has {Number(history)} days, from {Day(DateOnly.FromDayNumber(ledger.FirstDay))}; {Number(wantedHistory)} make a good prediction. Load older orders where there are some.");
        }

        var stale = cut.DayNumber - ledger.LastDay;
        if (stale > Math.Max(30, history / 4))
        {
            Add("warning", types, "Score", $"The last order is {Number(stale)} days before {Day(cut)}. If the data ends there, set 'asOf' to {Day(DateOnly.FromDayNumber(ledger.LastDay))}; else everybody looks silent.");
        }

        var mean = (double)(reader.Orders - reader.Returns) / ledger.Customers;
        if (mean < 2)
        {
            Add("warning", types, "Train", $"A customer has {mean.ToString("0.0", CultureInfo.InvariantCulture)} orders on average; 2 to 3 make a good prediction.");
        }

        if (reader.ReturnsWithoutOrder > 0)
        {
            Add("info", amounts, "Read", $"{Number(reader.ReturnsWithoutOrder)} days with returns come before any order of their customer and were left out.");
        }

        var missing = reader.Orders > 0 ? (double)reader.WithoutAmount / reader.Orders : 0;
        if (needsAmounts && missing > MostMissing)
        {
            Add("error", amounts, "Train", $"{(100 * missing).ToString("0", CultureInfo.InvariantCulture)} % of the orders have no amount that can be read; at most {100 * MostMissing:0} % may. Name the right field, or fill it.");
        }
        else if (reader.WithoutAmount > 0)
        {
            Add("warning", amounts, "Train", $"{Number(reader.WithoutAmount)} orders have no amount that can be read and count as worth nothing.");
        }

        return findings;

        void Add(string severity, string column, string step, string message) => findings.Add(new Finding(severity, column, step, message));
    }

    /// <summary>The findings as a table of the report.</summary>
    /// <param name="findings">The findings.</param>
    public static ReportTable Table(IReadOnlyList<Finding> findings) => new(
        "Data usability",
        ["Severity", "Column", "Step", "Finding"],
        [.. findings.Select(finding => (IReadOnlyList<FieldValue>)[finding.Severity, finding.Column, finding.Step, finding.Message])]);

    private static string Number(long value) => value.ToString("N0", CultureInfo.InvariantCulture);

    private static string Day(DateOnly day) => day.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);

    private static string Short(string text) => text.Length > 20 ? text[..20] : text;
}
