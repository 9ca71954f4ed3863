using CustomerInsights.Enrichments.Predictions.Transactions;

namespace CustomerInsights.PredictionPlugins.Tests;

/// <summary>Made-up customers who live as a model says.</summary>
internal static class Population
{
    /// <summary>Customers by (M)BG/NBD, or with k above 1 MBG/CNBD-k; days from the first order.</summary>
    public static List<List<OrderDay>> BetaGeometric(int seed, int customers, double r, double alpha, double a, double b, bool dropsOutAtFirst, int regularity, int days, int firstDay = 739_000, int spread = 200)
    {
        var random = new Random(seed);
        var population = new List<List<OrderDay>>(customers);
        for (var i = 0; i < customers; i++)
        {
            var rate = Gamma(random, r) / alpha;
            var leave = Beta(random, a, b);
            var birth = random.Next(spread);
            var orders = new List<OrderDay> { new(firstDay + birth, Value(random)) };
            double time = 0;
            var left = dropsOutAtFirst && random.NextDouble() < leave;
            while (!left)
            {
                for (var k = 0; k < regularity; k++)
                {
                    time += -Math.Log(1 - random.NextDouble()) / rate;
                }

                if (time > days)
                {
                    break;
                }

                orders.Add(new OrderDay(firstDay + birth + (int)Math.Ceiling(time), Value(random)));
                left = random.NextDouble() < leave;
            }

            OrderDays.Merge(orders);
            orders.RemoveAll(order => order.Day > firstDay + days);
            population.Add(orders);
        }

        return population;
    }

    /// <summary>Histories by Pareto/NBD in exact time.</summary>
    public static List<History> ParetoNbd(int seed, int customers, double r, double alpha, double s, double beta, double age)
    {
        var random = new Random(seed);
        var population = new List<History>(customers);
        for (var i = 0; i < customers; i++)
        {
            var rate = Gamma(random, r) / alpha;
            var life = -Math.Log(1 - random.NextDouble()) / (Gamma(random, s) / beta);
            var own = age * (0.5 + (0.5 * random.NextDouble()));
            int orders = 0;
            double last = 0;
            for (var time = -Math.Log(1 - random.NextDouble()) / rate; time < Math.Min(life, own); time += -Math.Log(1 - random.NextDouble()) / rate)
            {
                orders++;
                last = time;
            }

            population.Add(new History(orders, last, own));
        }

        return population;
    }

    public static (int[] Orders, double[] Means) Spend(int seed, int customers, double p, double q, double v)
    {
        var random = new Random(seed);
        var orders = new int[customers];
        var means = new double[customers];
        for (var i = 0; i < customers; i++)
        {
            orders[i] = 1 + random.Next(6);
            var scale = v / Gamma(random, q);
            means[i] = Enumerable.Range(0, orders[i]).Sum(_ => Gamma(random, p) * scale) / orders[i];
        }

        return (orders, means);
    }

    /// <summary>Marsaglia and Tsang 2000.</summary>
    public static double Gamma(Random random, double shape)
    {
        if (shape < 1)
        {
            return Gamma(random, shape + 1) * Math.Pow(1 - random.NextDouble(), 1 / shape);
        }

        var d = shape - (1.0 / 3);
        var c = 1 / Math.Sqrt(9 * d);
        while (true)
        {
            var x = Normal(random);
            var v = Math.Pow(1 + (c * x), 3);
            if (v > 0 && Math.Log(1 - random.NextDouble()) < (0.5 * x * x) + d - (d * v) + (d * Math.Log(v)))
            {
                return d * v;
            }
        }
    }

    public static double Beta(Random random, double a, double b)
    {
        double x = Gamma(random, a), y = Gamma(random, b);
        return x + y > 0 ? x / (x + y) : 0;
    }

    private static double Normal(Random random) => Math.Sqrt(-2 * Math.Log(1 - random.NextDouble())) * Math.Cos(2 * Math.PI * random.NextDouble());

    private static double Value(Random random) => 10 + (40 * random.NextDouble());
}
