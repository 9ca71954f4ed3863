using CustomerInsights.Enrichments.Predictions.Learning;
using CustomerInsights.Enrichments.Predictions.Numerics;
using CustomerInsights.Enrichments.Predictions.Transactions;

namespace CustomerInsights.Enrichments.Predictions.Scoring;

/// <summary>What a transaction model (MBG/NBD, Gamma-Gamma) says of a history, as features. Fitted to what was known at a snapshot; immutable.</summary>
/// <param name="Model">When orders come.</param>
/// <param name="Spend">What they are worth, or null where that could not be fitted.</param>
/// <param name="MeanSpend">What one is worth whose own orders do not tell.</param>
/// <param name="Horizon">Days ahead.</param>
internal sealed record OrderOutputs(BetaGeometric Model, GammaGamma? Spend, double MeanSpend, int Horizon)
{
    private const int FewestCustomers = 100;
    private const int FewestRepeaters = 50;

    /// <summary>The features, in order.</summary>
    /// <param name="horizon">Days ahead.</param>
    public static IReadOnlyList<FeatureSpec> Specs(int horizon) =>
    [
        new($"Order model: order within {horizon} days, logit", "Order model"),
        new("Order model: chance to be there still", "Order model"),
        new($"Order model: orders expected in {horizon} days", "Order model"),
        new($"Order model: value expected in {horizon} days", "Order model"),
    ];

    /// <summary>Fits to the histories of rows.</summary>
    /// <param name="rows">The rows.</param>
    /// <param name="at">Where the history begins in a row.</param>
    /// <param name="horizon">Days ahead.</param>
    /// <param name="cancellationToken">Ends it.</param>
    /// <returns>The model, or null where there are too few customers with orders, or it does not settle.</returns>
    public static OrderOutputs? Fit(FeatureRows rows, int at, int horizon, CancellationToken cancellationToken)
    {
        var grouper = new DailyGrouper();
        var customers = 0;
        var (paid, means) = (new List<int>(), new List<double>());
        for (var row = 0; row < rows.Count; row++)
        {
            var history = rows[row][at..];
            if (float.IsNaN(history[0]))
            {
                continue;
            }

            customers++;
            grouper.Add((int)history[0], (int)history[1], (int)history[2]);
            if (history[3] > 0 && history[4] > 0)
            {
                paid.Add((int)history[3]);
                means.Add(history[4]);
            }
        }

        if (customers < FewestCustomers)
        {
            return null;
        }

        var fit = BetaGeometric.Fit(grouper.ToTable(), dropsOutAtFirst: true, 1, cancellationToken);
        if (fit.Model is not BetaGeometric model || model.Parameters.Any(parameter => !double.IsFinite(parameter.Value)))
        {
            return null;
        }

        if (means.Count < FewestRepeaters || means.Min() == means.Max())
        {
            return new OrderOutputs(model, null, means.Count > 0 ? means.Average() : 0, horizon);
        }

        var sorted = means.Order().ToList();
        var cap = sorted[(int)((sorted.Count - 1) * 0.995)];
        var spend = GammaGamma.Fit([.. paid], [.. means.Select(mean => Math.Min(mean, cap))], cancellationToken);
        return spend.Converged && spend.Model.Q > 1.01
            ? new OrderOutputs(model, spend.Model, spend.Model.Mean, horizon)
            : new OrderOutputs(model, null, means.Average(), horizon);
    }

    /// <summary>What it says of rows, by feature.</summary>
    /// <param name="rows">The rows.</param>
    /// <param name="at">Where the history begins in a row.</param>
    public double[][] Of(FeatureRows rows, int at)
    {
        var values = Enumerable.Range(0, 4).Select(_ => new double[rows.Count]).ToArray();
        Parallel.For(0, (rows.Count + 255) / 256, chunk =>
        {
            for (var row = chunk * 256; row < Math.Min(rows.Count, (chunk + 1) * 256); row++)
            {
                var own = rows[row][at..];
                if (float.IsNaN(own[0]))
                {
                    // No order yet: a transaction model has nothing to say.
                    (values[0][row], values[1][row], values[2][row], values[3][row]) = (double.NaN, double.NaN, double.NaN, double.NaN);
                    continue;
                }

                var history = new History((int)own[0], own[1], own[2]);
                var orders = Model.ExpectedOrders(history, Horizon);
                values[0][row] = Finite(SpecialFunctions.Logit(Math.Clamp(Model.OrderProbability(history, Horizon), 1e-9, 1 - 1e-9)));
                values[1][row] = Finite(Model.Alive(history));
                values[2][row] = Finite(orders);
                values[3][row] = Finite(orders * (own[3] > 0 && Spend is { } spend ? spend.ExpectedValue((int)own[3], own[4]) : MeanSpend));
            }
        });
        return values;

        static double Finite(double value) => double.IsFinite(value) ? value : double.NaN;
    }

    /// <summary>Writes it.</summary>
    public void Write(BinaryWriter writer)
    {
        writer.WriteArray([.. Model.Parameters.Select(parameter => parameter.Value)]);
        writer.WriteArray(Spend is { } spend ? [spend.P, spend.Q, spend.V] : []);
        writer.Write(MeanSpend);
        writer.Write(Horizon);
    }

    /// <summary>Reads it.</summary>
    /// <exception cref="InvalidDataException">It is damaged.</exception>
    public static OrderOutputs Read(BinaryReader reader)
    {
        var (model, spend, mean, horizon) = (reader.ReadDoubles(), reader.ReadDoubles(), reader.ReadDouble(), reader.ReadInt32());
        return model.Length == 4 && spend.Length is 0 or 3 && model.Concat(spend).All(value => value > 0 && double.IsFinite(value)) && horizon > 0
            ? new OrderOutputs(new BetaGeometric(model[0], model[1], model[2], model[3], DropsOutAtFirst: true), spend.Length == 3 ? new GammaGamma(spend[0], spend[1], spend[2]) : null, mean, horizon)
            : throw new InvalidDataException("The order model is damaged.");
    }
}
