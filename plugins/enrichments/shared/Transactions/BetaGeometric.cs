using CustomerInsights.Enrichments.Predictions.Numerics;
using static CustomerInsights.Enrichments.Predictions.Numerics.SpecialFunctions;

namespace CustomerInsights.Enrichments.Predictions.Transactions;

/// <summary>
/// Customers order at a rate of their own (gamma with shape r and rate α) and may drop out after each order with a probability of their own (beta with
/// a, b): BG/NBD (Fader, Hardie and Lee 2005, Marketing Science 24(2)), MBG/NBD where the first order counts too (Batislam, Denizel and Filiztekin 2007),
/// and MBG/CNBD-k with Erlang-k intervals (Platzer and Reutterer 2016, Marketing Science 35(5)). No power and no beta function is formed: 3,000 orders are safe.
/// </summary>
/// <param name="R">Shape of the rates.</param>
/// <param name="Alpha">Rate of the rates, in the unit of time.</param>
/// <param name="A">First parameter of dropout.</param>
/// <param name="B">Second parameter of dropout.</param>
/// <param name="DropsOutAtFirst">Whether one may drop out right after the first order.</param>
/// <param name="Regularity">k, 1 and up; 1 is chance.</param>
internal sealed class BetaGeometric(double R, double Alpha, double A, double B, bool DropsOutAtFirst, int Regularity = 1) : TransactionModel
{
    private const double TinyTerm = 1e-15;
    private const int MostDrawn = 100_000;
    private readonly int _first = DropsOutAtFirst ? 1 : 0;

    /// <inheritdoc />
    public override string Name => Regularity > 1 ? $"MBG/CNBD-{Regularity}" : DropsOutAtFirst ? "MBG/NBD" : "BG/NBD";

    /// <inheritdoc />
    public override IReadOnlyList<(string Name, double Value)> Parameters => [("r", R), ("alpha", Alpha), ("a", A), ("b", B)];

    /// <summary>Whether it is MBG/NBD.</summary>
    public bool IsModified => DropsOutAtFirst && Regularity == 1;

    /// <inheritdoc />
    public override double DropoutOfNew => A / (A + B);

    /// <summary>Fits by maximum likelihood.</summary>
    /// <param name="table">The population.</param>
    /// <param name="dropsOutAtFirst">MBG rather than BG.</param>
    /// <param name="regularity">k.</param>
    /// <param name="cancellationToken">Ends the fit.</param>
    public static TransactionFit Fit(HistoryTable table, bool dropsOutAtFirst, int regularity, CancellationToken cancellationToken)
    {
        var kernel = new BetaGeometricKernel(table, dropsOutAtFirst ? 1 : 0, regularity);

        // As if time were scaled to ten units: a logarithm moved by a constant.
        double[] start = [0, Math.Log(Math.Max(table.MeanAge, 1e-6) / 10), 0, 0];
        var (at, value, evaluations, converged, covariance) = Likelihood.Maximise(
            table.Customers, start, kernel.Evaluate, table.Sample() is { } part ? (part.Customers, new BetaGeometricKernel(part, dropsOutAtFirst ? 1 : 0, regularity).Evaluate) : null, cancellationToken);
        var model = new BetaGeometric(Math.Exp(at[0]), Math.Exp(at[1]), Math.Exp(at[2]), Math.Exp(at[3]), dropsOutAtFirst, regularity);
        return new TransactionFit(model, value, evaluations, converged, covariance);
    }

    /// <inheritdoc />
    public override TransactionModel With(ReadOnlySpan<double> logarithms) =>
        new BetaGeometric(Math.Exp(logarithms[0]), Math.Exp(logarithms[1]), Math.Exp(logarithms[2]), Math.Exp(logarithms[3]), DropsOutAtFirst, Regularity);

    /// <summary>The likelihood and its gradient by the logarithms of r, α, a and b over a table.</summary>
    /// <param name="table">The population.</param>
    /// <param name="gradient">Receives the gradient.</param>
    /// <returns>The logarithm of the likelihood.</returns>
    public double LogLikelihood(HistoryTable table, Span<double> gradient) =>
        new BetaGeometricKernel(table, _first, Regularity).Evaluate([Math.Log(R), Math.Log(Alpha), Math.Log(A), Math.Log(B)], gradient);

    /// <summary>The logarithm of the likelihood of one history; for k above 1 without the part of the intervals, which does not depend on the parameters.</summary>
    /// <param name="history">The history.</param>
    public override double LogLikelihood(History history)
    {
        var x = history.Orders;
        var rate = Rate(x);
        var shape = LogGamma(rate) - LogGamma(R) + (R * Math.Log(Alpha)) - (x * LogGamma(Regularity));
        var stays = LogGamma(A + B) - LogGamma(A + B + x + _first) + LogGamma(B + x + _first) - LogGamma(B);
        return shape + stays + LogAddExp(AliveTerm(history), DeadTerm(history));
    }

    /// <inheritdoc />
    public override double Alive(History history) => 1 / (1 + Math.Exp(DeadTerm(history) - AliveTerm(history)));

    /// <inheritdoc />
    public override double OrderProbability(History history, double time)
    {
        var silent = Regularity == 1
            ? -Rate(history.Orders) * Log1P(time / (Alpha + history.Age))
            : AliveTerm(history with { Age = history.Age + time }) - AliveTerm(history);
        return Alive(history) * -ExpM1(silent);
    }

    /// <summary>
    /// The expected number of orders; for k above 1 an approximation (that of BTYDplus: chance with kα), to be multiplied by <see cref="CohortScale"/>.
    /// </summary>
    /// <param name="history">The history.</param>
    /// <param name="time">The time, 0 and up.</param>
    public override double ExpectedOrders(History history, double time) =>
        Alive(history) * Bracket(R + history.Orders, (Regularity * Alpha) + history.Age, B + history.Orders + _first, time);

    /// <inheritdoc />
    public override double ExpectedOrdersOfNew(double time)
    {
        if (Regularity == 1)
        {
            return DropsOutAtFirst ? B / (A + B) * Bracket(R, Alpha, B + 1, time) : Bracket(R, Alpha, B, time);
        }

        // The n-th order comes if n chances to drop out were survived and kn events of the rate have come: beta moments times tails of the NBD.
        if (!(time > 0))
        {
            return 0;
        }

        var odds = time / (Alpha + time);
        var mass = Math.Exp(R * (Math.Log(Alpha) - Math.Log(Alpha + time)));
        var tail = 1.0;
        var survives = 1.0;
        var sum = 0.0;
        var events = 0;
        for (var n = 1; n < 200_000; n++)
        {
            for (var i = 0; i < Regularity; i++)
            {
                tail -= mass;
                mass *= (R + events) / (events + 1) * odds;
                events++;
            }

            survives *= (B + n - 1) / (A + B + n - 1);
            var term = survives * tail;
            sum += term;
            if (!(term > 1e-13 * sum))
            {
                break;
            }
        }

        return sum;
    }

    /// <inheritdoc />
    public override double CohortScale(HistoryTable table, double time)
    {
        if (Regularity == 1 || table.Customers < 100)
        {
            return 1;
        }

        var exact = new Dictionary<int, double>();
        double expected = 0, unconditional = 0;
        for (var row = 0; row < table.Count; row++)
        {
            var history = table[row];
            if (!exact.TryGetValue(table.Age[row], out var more))
            {
                more = ExpectedOrdersOfNew(history.Age + time) - ExpectedOrdersOfNew(history.Age);
                exact.Add(table.Age[row], more);
            }

            unconditional += table.Weights[row] * more;
            expected += table.Weights[row] * ExpectedOrders(history, time);
        }

        return expected > 0 ? unconditional / expected : 1;
    }

    /// <inheritdoc />
    public override double? SilenceUntil(History history, double limit, double longest)
    {
        if (Regularity > 1)
        {
            return base.SilenceUntil(history, limit, longest);
        }

        var chances = B + history.Orders + _first - 1;
        if (history.Orders + _first == 0)
        {
            return null;
        }

        var factor = Math.Exp((Log1P(-limit) - Math.Log(limit) + Math.Log(chances) - Math.Log(A)) / Rate(history.Orders));
        var time = ((Alpha + history.Last) * factor) - Alpha - history.Age;
        return time > longest ? null : Math.Max(0, time);
    }

    /// <inheritdoc />
    public override double? TimeToOrder(History history, double probability, double longest)
    {
        if (Regularity > 1)
        {
            return base.TimeToOrder(history, probability, longest);
        }

        var alive = Alive(history);
        if (probability >= alive)
        {
            return null;
        }

        var time = (Alpha + history.Age) * ExpM1(-Log1P(-probability / alive) / Rate(history.Orders));
        return time > longest ? null : time;
    }

    /// <inheritdoc />
    public override int Draw(History history, double time, ref SplitMix random)
    {
        if (random.NextDouble() >= Alive(history))
        {
            return 0;
        }

        // For k above 1 the time since the last order is taken to have begun anew at the cut, as the expectation does.
        var rate = random.NextGamma(Rate(history.Orders)) / (Alpha + history.Age);
        var leave = random.NextBeta(A, B + history.Orders + _first);
        var orders = 0;
        var left = time * rate;
        while (orders < MostDrawn)
        {
            for (var i = 0; i < Regularity; i++)
            {
                left -= random.NextExponential();
            }

            if (left < 0)
            {
                break;
            }

            orders++;
            if (random.NextDouble() < leave)
            {
                break;
            }
        }

        return orders;
    }

    /// <summary>The probability that a new customer makes a number of orders within a time after the first (BG/NBD and MBG/NBD).</summary>
    /// <param name="orders">How many, 0 and up.</param>
    /// <param name="time">The time.</param>
    public double CountProbability(int orders, double time)
    {
        if (Regularity > 1)
        {
            throw new InvalidOperationException("Counts have no closed form for k above 1.");
        }

        var chances = orders + _first;
        var below = 0.0;
        var mass = Math.Exp(-R * Log1P(time / Alpha));
        for (var j = 0; j < orders; j++)
        {
            below += mass;
            mass *= (R + j) / (j + 1) * (time / (Alpha + time));
        }

        var stayed = Math.Exp(LogBeta(A, B + chances) - LogBeta(A, B)) * mass;
        return chances == 0 ? stayed : stayed + (Math.Exp(LogBeta(A + 1, B + chances - 1) - LogBeta(A, B)) * Math.Max(0, 1 - below));
    }

    private double Rate(int orders) => R + ((double)Regularity * orders);

    // ln of G(T): no dropout, and no order since the last. The sum over j is the Erlang distribution's.
    private double AliveTerm(History history)
    {
        var rate = Rate(history.Orders);
        var log = Math.Log(Alpha + history.Age);
        if (Regularity == 1)
        {
            return -rate * log;
        }

        var quiet = (history.Age - history.Last) / (Alpha + history.Age);
        double term = 1, sum = 1;
        for (var j = 1; j < Regularity; j++)
        {
            term *= (rate + j - 1) * quiet / j;
            sum += term;
        }

        return Math.Log(sum) - (rate * log);
    }

    private double DeadTerm(History history) => history.Orders + _first == 0
        ? double.NegativeInfinity
        : Math.Log(A) - Math.Log(B + history.Orders + _first - 1) - (Rate(history.Orders) * Math.Log(Alpha + history.Last));

    /// <summary>
    /// E[(1 - (1 + p t/s)^-ρ) / p] with p ~ Beta(a, β), the expected orders of one who is there. The textbook's 2F1 overflows for large x and divides
    /// 0 by 0 at a = 1; by Euler's transformation both collapse: with c = a+β-1, d = a-1, q = c-ρ, z = t/(s+t) it is
    /// c (-expm1(d ln(1-z))/d) - (1-z)^d Σ_{n≥1} (d+1)_{n-1} (q)_n / ((c+1)_{n-1} n!) z^n.
    /// </summary>
    private double Bracket(double rate, double scale, double stays, double time)
    {
        if (!(time > 0))
        {
            return 0;
        }

        var z = time / (scale + time);
        var d = A - 1;
        var c = A + stays - 1;
        var q = c - rate;
        var log = Log1P(-z);
        var lead = Math.Abs(d) < 1e-12 ? -log : -ExpM1(d * log) / d;
        if (z < 0.98)
        {
            double term = q * z, sum = term, largest = Math.Abs(term);
            var n = 1;
            while (n < 4000 && Math.Abs(term) > TinyTerm * Math.Abs(sum))
            {
                term *= (d + n) * (q + n) / ((c + n) * (n + 1)) * z;
                sum += term;
                largest = Math.Max(largest, Math.Abs(term));
                n++;
            }

            var weight = Math.Exp(d * log);
            var value = (c * lead) - (weight * sum);
            var lost = 4e-16 * ((weight * largest) + Math.Abs(c * lead));
            if (n < 4000 && lost < 1e-11 * value)
            {
                return value;
            }
        }

        return BetaMean(rate, time / scale, stays);
    }

    // The same mean by the trapezoidal rule over y, with logit p = mode + s sinh y. The slow tails of a small a or β are taken out beforehand.
    private double BetaMean(double rate, double ahead, double stays)
    {
        const double Step = 1.0 / 24;
        var atZero = rate * ahead;
        var atOne = -ExpM1(-rate * Log1P(ahead));
        var left = A < 0.5 ? atZero : 0;
        var right = stays < 0.5 ? atOne : 0;
        var exact = ((left * stays) + (right * A)) / (A + stays);
        var norm = LogBeta(A, stays);
        var mode = Math.Log(A) - Math.Log(stays);
        var spread = Math.Min(1, Math.Sqrt((1 / A) + (1 / stays)));
        var sum = 0.0;
        for (var i = -180; i <= 180; i++)
        {
            var y = i * Step;
            var logit = mode + (spread * Math.Sinh(y));
            var soft = logit > 0 ? logit + Log1P(Math.Exp(-logit)) : Log1P(Math.Exp(logit));
            var log = (A * (logit - soft)) - (stays * soft) - norm;
            if (log < -700)
            {
                continue;
            }

            var p = Logistic(logit);
            var rest = Logistic(-logit);
            var value = p < 1e-300 ? atZero : -ExpM1(-rate * Log1P(p * ahead)) / p;
            sum += Math.Exp(log) * spread * Math.Cosh(y) * (value - (left * rest) - (right * p));
        }

        return exact + (Step * sum);
    }
}
