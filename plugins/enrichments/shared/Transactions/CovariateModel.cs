using CustomerInsights.Enrichments.Predictions.Numerics;

namespace CustomerInsights.Enrichments.Predictions.Transactions;

/// <summary>What customers are like, as patterns of numbers: a customer has one of them.</summary>
/// <param name="Names">The columns, for people.</param>
/// <param name="Patterns">By pattern, its value in each column, standardised.</param>
internal sealed record CovariateDesign(IReadOnlyList<string> Names, IReadOnlyList<double[]> Patterns);

/// <summary>
/// MBG/NBD or Pareto/NBD in which the rates depend on covariates that do not change with time (Fader and Hardie 2007, note 019): the rate of ordering of a
/// customer with covariates z is multiplied by exp(γ'z), that is α by exp(-γ'z); dropping out likewise, by a and b times exp(δ'z) (MBG/NBD) or β times exp(-δ'z)
/// (Pareto/NBD). Which covariates a history has is its <see cref="History.Pattern"/>.
/// </summary>
internal sealed class CovariateModel : TransactionModel
{
    private readonly TransactionKind _kind;
    private readonly double[] _logarithms;
    private readonly CovariateDesign _design;
    private readonly double[] _shares;
    private readonly TransactionModel[] _models;

    private CovariateModel(TransactionKind kind, double[] logarithms, CovariateDesign design, double[] shares)
    {
        (_kind, _logarithms, _design, _shares) = (kind, logarithms, design, shares);
        _models = [.. design.Patterns.Select(pattern => Own(kind, Moved(kind, logarithms, pattern)))];
    }

    /// <inheritdoc />
    public override string Name => $"{_models[0].Name} with covariates";

    /// <summary>The four of the model at covariates of 0, and for each covariate by how much one standard deviation multiplies the rate of ordering, and that of dropping out.</summary>
    public override IReadOnlyList<(string Name, double Value)> Parameters =>
    [
        .. Own(_kind, _logarithms.AsSpan(0, 4)).Parameters,
        .. _design.Names.Select((name, at) => ($"ordering × {name}", Math.Exp(_logarithms[4 + at]))),
        .. _design.Names.Select((name, at) => ($"dropping out × {name}", Math.Exp(_logarithms[4 + _design.Names.Count + at]))),
    ];

    /// <inheritdoc />
    public override double DropoutOfNew => Mean(model => model.DropoutOfNew);

    /// <summary>Whether a kind of model can have covariates.</summary>
    /// <param name="kind">The kind.</param>
    public static bool CanHave(TransactionKind kind) => kind is TransactionKind.MbgNbd or TransactionKind.ParetoNbd;

    /// <summary>Fits by maximum likelihood with a penalty.</summary>
    /// <param name="kind">MBG/NBD or Pareto/NBD.</param>
    /// <param name="table">The population, its rows told apart by covariates.</param>
    /// <param name="design">The covariates.</param>
    /// <param name="penalty">Half of it times the squared coefficients is taken from the mean log-likelihood of a customer; 0 for none.</param>
    /// <param name="cancellationToken">Ends the fit.</param>
    /// <returns>The fit; its likelihood is without the penalty.</returns>
    public static TransactionFit Fit(TransactionKind kind, HistoryTable table, CovariateDesign design, double penalty, CancellationToken cancellationToken)
    {
        var objective = Objective(kind, table, design, penalty);

        // From the optimum without covariates.
        var plain = TransactionModel.Fit(kind, table, cancellationToken);
        var start = new double[4 + (2 * design.Names.Count)];
        for (var i = 0; i < 4; i++)
        {
            start[i] = Math.Log(plain.Model.Parameters[i].Value);
        }

        var (at, value, evaluations, converged, covariance) = Likelihood.Maximise(table.Customers, start, objective, null, cancellationToken);
        var shares = new double[design.Patterns.Count];
        for (var row = 0; row < table.Count; row++)
        {
            shares[table.Patterns?[row] ?? 0] += table.Weights[row] / table.Customers;
        }

        return new TransactionFit(new CovariateModel(kind, at, design, shares), value + (0.5 * penalty * table.Customers * Squares(at)), plain.Evaluations + evaluations, converged, covariance);
    }

    /// <summary>The penalised likelihood by the logarithms of the four parameters, the coefficients of ordering and those of dropping out.</summary>
    /// <param name="kind">MBG/NBD or Pareto/NBD.</param>
    /// <param name="table">The population.</param>
    /// <param name="design">The covariates.</param>
    /// <param name="penalty">See <see cref="Fit(TransactionKind, HistoryTable, CovariateDesign, double, CancellationToken)"/>.</param>
    public static Objective Objective(TransactionKind kind, HistoryTable table, CovariateDesign design, double penalty)
    {
        var tables = table.ByPattern(design.Patterns.Count);
        var kernels = tables.Select(of => of is null ? null : Kernel(kind, of)).ToArray();
        var columns = design.Names.Count;
        return (at, gradient) =>
        {
            var point = at.ToArray();
            var values = new double[kernels.Length];
            var slopes = new double[kernels.Length * 4];
            Parallel.For(0, kernels.Length, pattern =>
            {
                if (kernels[pattern] is { } kernel)
                {
                    values[pattern] = kernel(Moved(kind, point, design.Patterns[pattern]), slopes.AsSpan(4 * pattern, 4));
                }
            });

            // Added up in one order, whatever the threads.
            gradient.Clear();
            var sum = 0.0;
            for (var pattern = 0; pattern < kernels.Length; pattern++)
            {
                sum += values[pattern];
                var slope = slopes.AsSpan(4 * pattern, 4);
                for (var i = 0; i < 4; i++)
                {
                    gradient[i] += slope[i];
                }

                var dropping = kind == TransactionKind.ParetoNbd ? -slope[3] : slope[2] + slope[3];
                for (var column = 0; column < columns; column++)
                {
                    var z = design.Patterns[pattern][column];
                    gradient[4 + column] -= z * slope[1];
                    gradient[4 + columns + column] += z * dropping;
                }
            }

            var weight = penalty * table.Customers;
            for (var i = 4; i < point.Length; i++)
            {
                gradient[i] -= weight * point[i];
            }

            return sum - (0.5 * weight * Squares(point));
        };
    }

    /// <inheritdoc />
    public override double LogLikelihood(History history) => _models[history.Pattern].LogLikelihood(history);

    /// <inheritdoc />
    public override double Alive(History history) => _models[history.Pattern].Alive(history);

    /// <inheritdoc />
    public override double OrderProbability(History history, double time) => _models[history.Pattern].OrderProbability(history, time);

    /// <inheritdoc />
    public override double ExpectedOrders(History history, double time) => _models[history.Pattern].ExpectedOrders(history, time);

    /// <summary>The mean over the covariates of the population.</summary>
    /// <param name="time">The time.</param>
    public override double ExpectedOrdersOfNew(double time) => Mean(model => model.ExpectedOrdersOfNew(time));

    /// <inheritdoc />
    public override double? SilenceUntil(History history, double limit, double longest) => _models[history.Pattern].SilenceUntil(history, limit, longest);

    /// <inheritdoc />
    public override double? TimeToOrder(History history, double probability, double longest) => _models[history.Pattern].TimeToOrder(history, probability, longest);

    /// <inheritdoc />
    public override int Draw(History history, double time, ref SplitMix random) => _models[history.Pattern].Draw(history, time, ref random);

    /// <inheritdoc />
    public override TransactionModel With(ReadOnlySpan<double> logarithms) => new CovariateModel(_kind, logarithms.ToArray(), _design, _shares);

    private static Objective Kernel(TransactionKind kind, HistoryTable table)
    {
        if (kind == TransactionKind.ParetoNbd)
        {
            return (at, gradient) => new ParetoNbd(Math.Exp(at[0]), Math.Exp(at[1]), Math.Exp(at[2]), Math.Exp(at[3])).LogLikelihood(table, gradient);
        }

        return new BetaGeometricKernel(table, 1, 1).Evaluate;
    }

    private static TransactionModel Own(TransactionKind kind, ReadOnlySpan<double> at)
    {
        double r = Math.Exp(at[0]), alpha = Math.Exp(at[1]), a = Math.Exp(at[2]), b = Math.Exp(at[3]);
        return kind == TransactionKind.ParetoNbd ? new ParetoNbd(r, alpha, a, b) : new BetaGeometric(r, alpha, a, b, DropsOutAtFirst: true);
    }

    // The logarithms of the four parameters of those with a pattern.
    private static double[] Moved(TransactionKind kind, double[] at, double[] pattern)
    {
        double ordering = 0, dropping = 0;
        for (var column = 0; column < pattern.Length; column++)
        {
            ordering += at[4 + column] * pattern[column];
            dropping += at[4 + pattern.Length + column] * pattern[column];
        }

        return kind == TransactionKind.ParetoNbd
            ? [at[0], at[1] - ordering, at[2], at[3] - dropping]
            : [at[0], at[1] - ordering, at[2] + dropping, at[3] + dropping];
    }

    private static double Squares(double[] at) => at.Skip(4).Sum(one => one * one);

    private double Mean(Func<TransactionModel, double> of)
    {
        var sum = 0.0;
        for (var pattern = 0; pattern < _models.Length; pattern++)
        {
            if (_shares[pattern] > 0)
            {
                sum += _shares[pattern] * of(_models[pattern]);
            }
        }

        return sum;
    }
}
