using CustomerInsights.Enrichments.Predictions.Numerics;

namespace CustomerInsights.Enrichments.Predictions.Transactions;

/// <summary>
/// The likelihood of <see cref="BetaGeometric"/> over a table, fast because the number of orders is whole: ln Γ(r+x) - ln Γ(r) is a sum of x logarithms, so
/// that all of them are prefixes of one. A row costs an exponential and a logarithm, and no special function. <c>BetaGeometric.LogLikelihood</c> is the
/// slow version that tests compare it with.
/// </summary>
internal sealed class BetaGeometricKernel
{
    private readonly HistoryTable _table;
    private readonly int _first;
    private readonly int _regularity;
    private readonly double[] _value;
    private readonly double[] _byR;
    private readonly double[] _byA;
    private readonly double[] _byB;
    private readonly double[] _dead;
    private readonly double[] _inverseChances;
    private readonly double[] _logTime;
    private readonly double[] _inverseTime;
    private readonly double _constant;
    private double _r;
    private double _alpha;
    private double _a;
    private double _b;

    internal BetaGeometricKernel(HistoryTable table, int first, int regularity)
    {
        _table = table;
        _first = first;
        _regularity = regularity;
        var length = table.MaxOrders + 1;
        _value = new double[length];
        _byR = new double[length];
        _byA = new double[length];
        _byB = new double[length];
        _dead = new double[length];
        _inverseChances = new double[length];
        _logTime = new double[table.Times.Length];
        _inverseTime = new double[table.Times.Length];
        _constant = ((regularity - 1) * table.LogIntervals) - (table.OrdersTotal * SpecialFunctions.LogGamma(regularity));
    }

    /// <summary>The likelihood and its gradient by the logarithms of r, α, a and b.</summary>
    internal double Evaluate(ReadOnlySpan<double> at, Span<double> gradient)
    {
        (_r, _alpha, _a, _b) = (Math.Exp(at[0]), Math.Exp(at[1]), Math.Exp(at[2]), Math.Exp(at[3]));
        Tabulate();
        var sum = Likelihood.Sum(_table.Count, _regularity == 1 ? Plain : Regular, gradient);
        gradient[0] *= _r;
        gradient[1] *= _alpha;
        gradient[2] *= _a;
        gradient[3] *= _b;
        return sum + _constant;
    }

    // Everything that depends on x alone, or on a time alone.
    private void Tabulate()
    {
        var lead = _r * Math.Log(_alpha);
        double shape = 0, byR = 0, stays = 0, byA = 0, byB = 0;
        if (_first == 1)
        {
            Stay(0, ref stays, ref byA, ref byB);
        }

        for (var x = 0; ; x++)
        {
            _value[x] = shape + lead + stays;
            _byR[x] = byR;
            _byA[x] = -byA;
            _byB[x] = byB - byA;
            var chances = _b + x + _first - 1;
            _dead[x] = x + _first == 0 ? double.NegativeInfinity : Math.Log(_a / chances);
            _inverseChances[x] = x + _first == 0 ? 0 : 1 / chances;
            if (x == _table.MaxOrders)
            {
                break;
            }

            for (var i = 0; i < _regularity; i++)
            {
                var rate = _r + ((double)_regularity * x) + i;
                shape += Math.Log(rate);
                byR += 1 / rate;
            }

            Stay(x + _first, ref stays, ref byA, ref byB);
        }

        for (var i = 0; i < _logTime.Length; i++)
        {
            var time = _alpha + _table.Times[i];
            _logTime[i] = Math.Log(time);
            _inverseTime[i] = 1 / time;
        }
    }

    private void Stay(int chance, ref double stays, ref double byA, ref double byB)
    {
        stays += Math.Log((_b + chance) / (_a + _b + chance));
        byA += 1 / (_a + _b + chance);
        byB += 1 / (_b + chance);
    }

    private double Plain(int from, int to, Span<double> gradient)
    {
        var (orders, last, age, weights) = (_table.Orders, _table.Last, _table.Age, _table.Weights);
        var logAlpha = Math.Log(_alpha);
        var rOverAlpha = _r / _alpha;
        var inverseA = 1 / _a;
        double sum = 0, byR = 0, byAlpha = 0, byA = 0, byB = 0;
        for (var i = from; i < to; i++)
        {
            var x = orders[i];
            var rate = _r + x;
            double logAge = _logTime[age[i]], logLast = _logTime[last[i]];
            var alive = -rate * logAge;
            var dead = _dead[x] - (rate * logLast);
            var apart = dead - alive;
            var small = Math.Exp(-Math.Abs(apart));
            var share = 1 / (1 + small);
            var (high, ifDead) = apart > 0 ? (dead, share) : (alive, small * share);
            var weight = weights[i];
            sum += weight * (_value[x] + high + Math.Log(1 + small));
            var ifAlive = 1 - ifDead;
            byR += weight * (_byR[x] + logAlpha - (ifAlive * logAge) - (ifDead * logLast));
            byAlpha += weight * (rOverAlpha - (rate * ((ifAlive * _inverseTime[age[i]]) + (ifDead * _inverseTime[last[i]]))));
            byA += weight * (_byA[x] + (ifDead * inverseA));
            byB += weight * (_byB[x] - (ifDead * _inverseChances[x]));
        }

        gradient[0] += byR;
        gradient[1] += byAlpha;
        gradient[2] += byA;
        gradient[3] += byB;
        return sum;
    }

    private double Regular(int from, int to, Span<double> gradient)
    {
        var logAlpha = Math.Log(_alpha);
        double sum = 0;
        for (var i = from; i < to; i++)
        {
            var x = _table.Orders[i];
            int last = _table.Last[i], age = _table.Age[i];
            var rate = _r + ((double)_regularity * x);

            // Σ_{j<k} (ρ)_j y^j / j!, and its derivatives by ρ and by ln y.
            var quiet = (_table.Times[age] - _table.Times[last]) * _inverseTime[age];
            double term = 1, terms = 1, byRate = 0, byQuiet = 0, harmonic = 0;
            for (var j = 1; j < _regularity; j++)
            {
                harmonic += 1 / (rate + j - 1);
                term *= (rate + j - 1) * quiet / j;
                terms += term;
                byRate += term * harmonic;
                byQuiet += term * j;
            }

            var alive = Math.Log(terms) - (rate * _logTime[age]);
            var dead = _dead[x] - (rate * _logTime[last]);
            var both = SpecialFunctions.LogAddExp(alive, dead);
            double ifAlive = Math.Exp(alive - both), ifDead = Math.Exp(dead - both);
            var weight = _table.Weights[i];
            sum += weight * (_value[x] + both);
            gradient[0] += weight * (_byR[x] + logAlpha + (ifAlive * ((byRate / terms) - _logTime[age])) - (ifDead * _logTime[last]));
            gradient[1] += weight * ((_r / _alpha) - (ifAlive * (rate + (byQuiet / terms)) * _inverseTime[age]) - (ifDead * rate * _inverseTime[last]));
            gradient[2] += weight * (_byA[x] + (ifDead / _a));
            gradient[3] += weight * (_byB[x] - (ifDead * _inverseChances[x]));
        }

        return sum;
    }
}
