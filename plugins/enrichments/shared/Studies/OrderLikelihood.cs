using CustomerInsights.Enrichments.Predictions.Numerics;
using CustomerInsights.Enrichments.Predictions.Transactions;

namespace CustomerInsights.Enrichments.Predictions.Studies;

/// <summary>
/// How likely an order of each customer is after a snapshot: by a closed form, or by the blend, which speaks of one window. Shorter horizons of the blend
/// follow the closed form by proportional hazards (Cox 1972): of -ln of the probability of no order until the end of the window, the same share falls before
/// the horizon as by the closed form. So the likelihood never falls with the horizon.
/// </summary>
internal sealed class OrderLikelihood
{
    private const double Surest = 1 - 1e-12;

    private readonly Window _window;
    private readonly double[] _hazards;
    private readonly float[]? _blended;

    private OrderLikelihood(Window window, TransactionModel model, OrderBlend? blend, int days, double[] hazards, float[]? blended)
    {
        (_window, Model, Blend, Days, _hazards, _blended) = (window, model, blend, days, hazards, blended);
    }

    /// <summary>The closed form: that which was asked for, or that of the blend.</summary>
    public TransactionModel Model { get; }

    /// <summary>The blend, or null where the closed form speaks alone.</summary>
    public OrderBlend? Blend { get; }

    /// <summary>The window in days.</summary>
    public int Days { get; }

    /// <summary>The customers of the window.</summary>
    public int Count => _window.Count;

    /// <summary>By a closed form alone.</summary>
    /// <param name="window">Everybody at the snapshot.</param>
    /// <param name="model">Fitted to what is known then.</param>
    /// <param name="days">The window in days.</param>
    /// <param name="cancellationToken">Ends it.</param>
    public static OrderLikelihood Of(Window window, TransactionModel model, int days, CancellationToken cancellationToken) =>
        new(window, model, null, days, Hazards(window, model, days, cancellationToken), null);

    /// <summary>By a blend.</summary>
    /// <param name="ledger">The orders.</param>
    /// <param name="window">Everybody at the snapshot.</param>
    /// <param name="fit">A closed form fitted to what is known then; used where it is that of the blend.</param>
    /// <param name="blend">Trained on an earlier snapshot.</param>
    /// <param name="cancellationToken">Ends it.</param>
    public static OrderLikelihood Of(OrderLedger ledger, Window window, TransactionFit fit, OrderBlend blend, CancellationToken cancellationToken)
    {
        var model = ClosedForm(window, fit, cancellationToken);
        var blended = new float[window.Count];
        blend.Score(ledger, window, model, (customer, logits) => blended[customer] = (float)Hazard(SpecialFunctions.Logistic(logits.Mean)), cancellationToken);
        return new OrderLikelihood(window, model, blend, blend.Days, Hazards(window, model, blend.Days, cancellationToken), blended);
    }

    /// <summary>By what was chosen: the blend, trained on the window that ends at the snapshot, or the closed form.</summary>
    /// <param name="ledger">The orders.</param>
    /// <param name="window">Everybody at the snapshot.</param>
    /// <param name="fit">The closed form, fitted to what is known then.</param>
    /// <param name="choice">What was chosen.</param>
    /// <param name="days">The window in days.</param>
    /// <param name="silentBelow">Customers who have been silent for so many days are not learned from.</param>
    /// <param name="cancellationToken">Ends it.</param>
    public static OrderLikelihood Of(OrderLedger ledger, Window window, TransactionFit fit, BlendChoice choice, int days, int silentBelow, CancellationToken cancellationToken) =>
        choice.IsBlended && OrderBlend.Train(ledger, window.Cut - days, days, silentBelow, cancellationToken) is { } blend
            ? Of(ledger, window, fit, blend, cancellationToken)
            : Of(window, fit.Model, days, cancellationToken);

    /// <summary>The closed form of the blend at a snapshot.</summary>
    /// <param name="window">Everybody at the snapshot.</param>
    /// <param name="fit">A fit at the snapshot, which may be it.</param>
    /// <param name="cancellationToken">Ends it.</param>
    public static TransactionModel ClosedForm(Window window, TransactionFit fit, CancellationToken cancellationToken) =>
        fit.Model is BetaGeometric { IsModified: true } own ? own : TransactionModel.Fit(OrderBlend.ClosedForm, window.Table, cancellationToken).Model;

    /// <summary>The probability of an order within the window.</summary>
    /// <param name="customer">The customer of the window.</param>
    public double Within(int customer) => -SpecialFunctions.ExpM1(-Hazard(customer));

    /// <summary>Prepares a horizon.</summary>
    /// <param name="horizon">In days, at most the window.</param>
    /// <param name="cancellationToken">Ends it.</param>
    /// <returns>By row of the window, for <see cref="Within(int, double[])"/>: the share of the hazard that falls before the horizon.</returns>
    public double[] Until(int horizon, CancellationToken cancellationToken)
    {
        var until = Hazards(_window, Model, horizon, cancellationToken);
        for (var row = 0; row < until.Length; row++)
        {
            until[row] = _hazards[row] > 0 ? Math.Min(1, until[row] / _hazards[row]) : (double)horizon / Days;
        }

        return until;
    }

    /// <summary>The probability of an order within a horizon.</summary>
    /// <param name="customer">The customer of the window.</param>
    /// <param name="until">The horizon, by <see cref="Until"/>.</param>
    public double Within(int customer, double[] until) => -SpecialFunctions.ExpM1(-Hazard(customer) * until[_window.Row[customer]]);

    /// <summary>By when half of such customers have ordered, of those who order within the window.</summary>
    /// <param name="customer">The customer of the window.</param>
    /// <returns>Days, or null when the closed form knows none.</returns>
    public double? Half(int customer)
    {
        var (hazard, closed) = (Hazard(customer), _hazards[_window.Row[customer]]);
        if (!(hazard > 0) || !(closed > 0))
        {
            return null;
        }

        var half = Hazard(-0.5 * SpecialFunctions.ExpM1(-hazard));
        return Model.TimeToOrder(_window.Table[_window.Row[customer]], -SpecialFunctions.ExpM1(-half * closed / hazard), Days);
    }

    private static double Hazard(double probability) => -SpecialFunctions.Log1P(-Math.Min(probability, Surest));

    private static double[] Hazards(Window window, TransactionModel model, int days, CancellationToken cancellationToken) =>
        window.ByRow(history => Hazard(model.OrderProbability(history, days)), cancellationToken);

    private double Hazard(int customer) => _blended is { } blended ? blended[customer] : _hazards[_window.Row[customer]];
}
