using CustomerInsights.Enrichments.LifetimeValue.Covariates;
using CustomerInsights.Enrichments.Predictions.Studies;
using CustomerInsights.Enrichments.Predictions.Transactions;
using CustomerInsights.Sdk;

namespace CustomerInsights.Enrichments.LifetimeValue;

/// <summary>Predicts what each customer will be worth in the coming months. See README.md for the method and what each attribute means.</summary>
public sealed class LifetimeValueEnrichment : IPopulationEnrichment
{
    private const int Batch = 200;

    /// <inheritdoc />
    public EnrichmentDescriptor Describe(ReadOnlyMemory<byte> configuration)
    {
        var options = LifetimeValueOptions.Read(configuration);
        return new EnrichmentDescriptor("lifetime_value", options.ProfileType, options.CovariateNames, Attributes(options))
        {
            Activities = OrderSettings.Activities(options.Orders),
            MaxBatch = Batch,
        };
    }

    /// <inheritdoc />
    public ValueTask<CheckResult> CheckAsync(ReadOnlyMemory<byte> configuration, IPluginContext context, CancellationToken cancellationToken)
    {
        LifetimeValueOptions.Read(configuration);
        return new(OrderPrediction.Checked);
    }

    /// <inheritdoc />
    public IAsyncEnumerable<PopulationMessage> RunAsync(
        ReadOnlyMemory<byte> configuration, IPopulation population, ReadOnlyMemory<byte>? resumeFrom, IPluginContext context, CancellationToken cancellationToken)
    {
        var options = LifetimeValueOptions.Read(configuration);
        var book = options.CovariateNames.Count > 0 ? new CovariateBook(options.CovariateNames) : null;
        CustomerCovariates? covariates = null;
        return OrderPrediction.RunAsync(
            population,
            resumeFrom,
            context,
            new OrderNeeds(options.Orders, options.Currency, options.LastDay(), Math.Max(365, options.HorizonDays), Amounts: true)
            {
                Added = book is null ? null : book.Add,
                Closed = findings => covariates = book?.Close(findings) is { } closed ? new CustomerCovariates(closed.Design, closed.Patterns) : null,
            },
            (ledger, cut, token) => LifetimeRun.Of(options, ledger, cut.DayNumber, covariates, token),
            (run, known, customer, cut) => Values(options, run, known, customer, cut),
            (ledger, cut, findings, run) => LifetimeReport.Of(options, ledger, cut, findings, run, context.Plugin.Version),
            cancellationToken);
    }

    /// <inheritdoc />
    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    private static Dictionary<string, FieldValue> Values(LifetimeValueOptions options, LifetimeRun run, Snapshot known, int customer, DateOnly cut)
    {
        var answer = run.Model.Answer(known, customer);
        return new Dictionary<string, FieldValue>(StringComparer.Ordinal)
        {
            ["value"] = Figures.Of(answer.Value),
            ["value_low"] = Figures.Of(answer.Low),
            ["value_high"] = Figures.Of(answer.High),
            ["orders"] = Figures.Of(answer.Orders),
            ["order_value"] = Figures.Of(answer.OrderValue),
            ["alive_probability"] = run.Model.Fit.DropoutIdentified ? Figures.Of(answer.Alive) : FieldValue.Null,
            ["percentile"] = (long)answer.Percentile,
            ["is_high_value"] = answer.HighValue,
            ["is_active"] = answer.Active,
            ["until"] = cut.AddDays(options.HorizonDays),
        };
    }

    private static FieldDescriptor[] Attributes(LifetimeValueOptions options)
    {
        var months = $"{options.HorizonMonths} months";
        return
        [
            new("value", FieldKind.Number) { Description = $"What the customer is expected to be worth in the next {months}: expected orders times the expected value of one, times the margin, discounted." },
            new("value_low", FieldKind.Number) { Description = "In nine of ten futures of such a customer the value is at least this. Orders vary; the value of one is taken as expected." },
            new("value_high", FieldKind.Number) { Description = "In nine of ten futures of such a customer the value is at most this." },
            new("orders", FieldKind.Number) { Description = $"Expected days with an order in the next {months}." },
            new("order_value", FieldKind.Number) { Description = "The expected value of an order: between what the customer has spent before and the mean of all, closer to the first the more orders there are." },
            new("alive_probability", FieldKind.Number) { Description = "The probability that the customer has not left for good, 0 to 1. Empty when the history does not tell who leaves." },
            new("percentile", FieldKind.Integer) { Description = "Where the value stands among all customers with an order, 1 (lowest) to 100 (highest)." },
            new("is_high_value", FieldKind.Boolean) { Description = "Whether the customer is among those of the highest value; the report says how many that are." },
            new("is_active", FieldKind.Boolean) { Description = "Whether the last order lies within the active window." },
            new("until", FieldKind.Date) { Description = "The last day that the prediction is for." },
        ];
    }
}
