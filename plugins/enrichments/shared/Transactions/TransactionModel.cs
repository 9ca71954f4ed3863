using CustomerInsights.Enrichments.Predictions.Numerics;

namespace CustomerInsights.Enrichments.Predictions.Transactions;

/// <summary>A fitted model of when customers order. Times are in the unit of the table that it was fitted on. Immutable.</summary>
internal abstract class TransactionModel
{
    /// <summary>For people: <c>MBG/NBD</c>.</summary>
    public abstract string Name { get; }

    /// <summary>The parameters by name, all above 0.</summary>
    public abstract IReadOnlyList<(string Name, double Value)> Parameters { get; }

    /// <summary>The logarithm of the likelihood of one history.</summary>
    /// <param name="history">The history.</param>
    public abstract double LogLikelihood(History history);

    /// <summary>The probability that the customer has not dropped out at the cut.</summary>
    /// <param name="history">The history.</param>
    public abstract double Alive(History history);

    /// <summary>The probability of at least one order within a time after the cut.</summary>
    /// <param name="history">The history.</param>
    /// <param name="time">The time, 0 and up.</param>
    public abstract double OrderProbability(History history, double time);

    /// <summary>The expected number of orders within a time after the cut.</summary>
    /// <param name="history">The history.</param>
    /// <param name="time">The time, 0 and up.</param>
    public abstract double ExpectedOrders(History history, double time);

    /// <summary>The expected number of orders of a new customer within a time after the first order.</summary>
    /// <param name="time">The time, 0 and up.</param>
    public abstract double ExpectedOrdersOfNew(double time);

    /// <summary>How strong dropout is, 0 to 1: the mean probability to drop out at an order; for Pareto/NBD that before the next order.</summary>
    public abstract double DropoutOfNew { get; }

    /// <summary>
    /// How long one who stays silent from the cut on is more likely to be there than a limit: the time after the cut at which <see cref="Alive"/> falls below it.
    /// </summary>
    /// <param name="history">The history.</param>
    /// <param name="limit">Between 0 and 1.</param>
    /// <param name="longest">Beyond this is not looked.</param>
    /// <returns>The time, 0 when it has fallen below already, null when it does not within <paramref name="longest"/>.</returns>
    public virtual double? SilenceUntil(History history, double limit, double longest)
    {
        if (Alive(history) < limit)
        {
            return 0;
        }

        return Bisect(time => limit - Alive(history with { Age = history.Age + time }), longest);
    }

    /// <summary>The time within which an order comes with a given probability.</summary>
    /// <param name="history">The history.</param>
    /// <param name="probability">Between 0 and 1.</param>
    /// <param name="longest">Beyond this is not looked.</param>
    /// <returns>The time, or null when the probability is not reached within <paramref name="longest"/>.</returns>
    public virtual double? TimeToOrder(History history, double probability, double longest) =>
        Bisect(time => OrderProbability(history, time) - probability, longest);

    /// <summary>Draws how many orders one future of the customer has: one who left has none, one who stayed has rates drawn from what was seen.</summary>
    /// <param name="history">The history.</param>
    /// <param name="time">The time ahead.</param>
    /// <param name="random">The random numbers.</param>
    public abstract int Draw(History history, double time, ref SplitMix random);

    /// <summary>What the expectations of a whole population must be multiplied by; 1 where they are exact.</summary>
    /// <param name="table">The population.</param>
    /// <param name="time">The time ahead.</param>
    public virtual double CohortScale(HistoryTable table, double time) => 1;

    /// <summary>The same kind of model with parameters by their logarithms, in the order of <see cref="Parameters"/>.</summary>
    /// <param name="logarithms">The logarithms.</param>
    public abstract TransactionModel With(ReadOnlySpan<double> logarithms);

    /// <summary>Fits a kind of model by maximum likelihood.</summary>
    /// <param name="kind">What to fit.</param>
    /// <param name="table">The population.</param>
    /// <param name="cancellationToken">Ends the fit.</param>
    public static TransactionFit Fit(TransactionKind kind, HistoryTable table, CancellationToken cancellationToken) => kind switch
    {
        TransactionKind.BgNbd => BetaGeometric.Fit(table, dropsOutAtFirst: false, regularity: 1, cancellationToken),
        TransactionKind.MbgNbd => BetaGeometric.Fit(table, dropsOutAtFirst: true, regularity: 1, cancellationToken),
        TransactionKind.MbgCnbd2 => BetaGeometric.Fit(table, dropsOutAtFirst: true, regularity: 2, cancellationToken),
        TransactionKind.MbgCnbd3 => BetaGeometric.Fit(table, dropsOutAtFirst: true, regularity: 3, cancellationToken),
        TransactionKind.MbgCnbd4 => BetaGeometric.Fit(table, dropsOutAtFirst: true, regularity: 4, cancellationToken),
        TransactionKind.ParetoNbd => ParetoNbd.Fit(table, cancellationToken),
        _ => throw new ArgumentOutOfRangeException(nameof(kind), kind, "Not a kind."),
    };

    // What crosses zero once, upwards.
    private static double? Bisect(Func<double, double> rising, double longest)
    {
        if (rising(longest) < 0)
        {
            return null;
        }

        double low = 0, high = longest;
        for (var round = 0; round < 100 && high - low > 1e-9 * Math.Max(1, high); round++)
        {
            var middle = 0.5 * (low + high);
            if (rising(middle) < 0)
            {
                low = middle;
            }
            else
            {
                high = middle;
            }
        }

        return 0.5 * (low + high);
    }
}

/// <summary>The kinds of model that can be fitted.</summary>
internal enum TransactionKind
{
    /// <summary>BG/NBD: may drop out after each repeated order (Fader, Hardie and Lee 2005).</summary>
    BgNbd = 0,

    /// <summary>MBG/NBD: may drop out after the first order too (Batislam, Denizel and Filiztekin 2007).</summary>
    MbgNbd = 1,

    /// <summary>Pareto/NBD: may drop out at any time (Schmittlein, Morrison and Colombo 1987).</summary>
    ParetoNbd = 2,

    /// <summary>MBG/CNBD-2: as MBG/NBD, with intervals more regular than chance (Platzer and Reutterer 2016).</summary>
    MbgCnbd2 = 3,

    /// <summary>MBG/CNBD-3.</summary>
    MbgCnbd3 = 4,

    /// <summary>MBG/CNBD-4.</summary>
    MbgCnbd4 = 5,
}

/// <summary>What a fit gave.</summary>
/// <param name="Model">The model at the optimum.</param>
/// <param name="LogLikelihood">Of the whole table at the optimum.</param>
/// <param name="Evaluations">How often the likelihood was computed.</param>
/// <param name="Converged">Whether the gradient vanished.</param>
/// <param name="Covariance">Of the logarithms of the parameters by the curvature at the optimum; null when the curvature has no inverse.</param>
internal sealed record TransactionFit(TransactionModel Model, double LogLikelihood, int Evaluations, bool Converged, double[][]? Covariance)
{
    /// <summary>
    /// Whether the history tells dropout from silence: false when less than one in a thousand would drop out before the next order, or a parameter ran away.
    /// Then everyone is alive by the model, which means that nothing is known and not that nobody leaves.
    /// </summary>
    public bool DropoutIdentified => Model.DropoutOfNew >= 1e-3 && Model.Parameters.All(parameter => parameter.Value is > 1e-5 and < 1e6);
}
