namespace CustomerInsights.Enrichments.Predictions.Numerics;

/// <summary>Nodes and weights of Gauss-Legendre quadrature on [-1, 1], computed once by Newton's method on the polynomial.</summary>
internal sealed class GaussLegendre
{
    private readonly double[] _nodes;
    private readonly double[] _weights;

    private GaussLegendre(int count)
    {
        _nodes = new double[count];
        _weights = new double[count];
        for (var i = 0; i < (count + 1) / 2; i++)
        {
            var x = Math.Cos(Math.PI * (i + 0.75) / (count + 0.5));
            double slope;
            for (var round = 0; ; round++)
            {
                double p = 1, before = 0;
                for (var n = 1; n <= count; n++)
                {
                    (p, before) = ((((2 * n) - 1) * x * p - ((n - 1) * before)) / n, p);
                }

                slope = count * ((x * p) - before) / ((x * x) - 1);
                var step = p / slope;
                x -= step;
                if (Math.Abs(step) < 1e-16 || round == 50)
                {
                    break;
                }
            }

            _nodes[i] = -x;
            _nodes[count - 1 - i] = x;
            _weights[i] = _weights[count - 1 - i] = 2 / ((1 - (x * x)) * slope * slope);
        }
    }

    /// <summary>16 nodes: for what is nearly a polynomial.</summary>
    public static GaussLegendre Short { get; } = new(16);

    /// <summary>32 nodes: for what falls by 1e-11 on its way.</summary>
    public static GaussLegendre Middle { get; } = new(32);

    /// <summary>64 nodes: for what falls by 1e-26 on its way.</summary>
    public static GaussLegendre Long { get; } = new(64);

    /// <summary>Where to look, ascending.</summary>
    public ReadOnlySpan<double> Nodes => _nodes;

    /// <summary>What a look counts for; they add up to 2.</summary>
    public ReadOnlySpan<double> Weights => _weights;
}
