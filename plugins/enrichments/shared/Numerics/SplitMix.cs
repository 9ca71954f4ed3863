namespace CustomerInsights.Enrichments.Predictions.Numerics;

/// <summary>Random numbers by SplitMix64 (Steele, Lea and Flood 2014): the same ones for a seed on every machine and in every release of the runtime.</summary>
/// <param name="seed">Where it begins.</param>
internal struct SplitMix(ulong seed)
{
    private ulong _state = seed;

    /// <summary>64 random bits.</summary>
    public ulong NextBits()
    {
        _state += 0x9E3779B97F4A7C15;
        var z = _state;
        z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9;
        z = (z ^ (z >> 27)) * 0x94D049BB133111EB;
        return z ^ (z >> 31);
    }

    /// <summary>Above 0 and below 1.</summary>
    public double NextDouble() => ((NextBits() >> 11) + 0.5) * (1.0 / (1UL << 53));

    /// <summary>0 to less than a limit.</summary>
    /// <param name="limit">Above 0.</param>
    public int Next(int limit) => (int)(NextDouble() * limit);

    /// <summary>An exponential time of rate 1.</summary>
    public double NextExponential() => -Math.Log(NextDouble());

    /// <summary>A standard normal (Box and Muller 1958).</summary>
    public double NextNormal() => Math.Sqrt(2 * NextExponential()) * Math.Cos(2 * Math.PI * NextDouble());

    /// <summary>A gamma of scale 1 (Marsaglia and Tsang 2000).</summary>
    /// <param name="shape">Above 0.</param>
    public double NextGamma(double shape)
    {
        var boost = 1.0;
        if (shape < 1)
        {
            boost = Math.Pow(NextDouble(), 1 / shape);
            shape++;
        }

        var d = shape - (1.0 / 3);
        var c = 1 / Math.Sqrt(9 * d);
        while (true)
        {
            var x = NextNormal();
            var v = 1 + (c * x);
            v = v * v * v;
            if (v > 0 && Math.Log(NextDouble()) < (0.5 * x * x) + d - (d * v) + (d * Math.Log(v)))
            {
                return boost * d * v;
            }
        }
    }

    /// <summary>A beta.</summary>
    /// <param name="a">Above 0.</param>
    /// <param name="b">Above 0.</param>
    public double NextBeta(double a, double b)
    {
        double x = NextGamma(a), y = NextGamma(b);
        return x + y > 0 ? x / (x + y) : a / (a + b);
    }

    /// <summary>Puts values in a random order.</summary>
    /// <param name="values">The values.</param>
    public void Shuffle(Span<int> values)
    {
        for (var i = values.Length - 1; i > 0; i--)
        {
            var j = Next(i + 1);
            (values[i], values[j]) = (values[j], values[i]);
        }
    }
}
