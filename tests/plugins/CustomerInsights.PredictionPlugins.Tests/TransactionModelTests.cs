using CustomerInsights.Enrichments.Predictions.Numerics;
using CustomerInsights.Enrichments.Predictions.Transactions;

namespace CustomerInsights.PredictionPlugins.Tests;

public sealed class TransactionModelTests
{
    private static readonly History[] Odd =
    [
        new(0, 0, 0), new(0, 0, 1), new(0, 0, 730), new(1, 1, 1), new(1, 1, 700), new(3, 200, 200), new(12, 300, 350), new(60, 90, 700), new(200, 38, 40), new(3000, 700, 730), new(3000, 10, 730),
    ];

    // The first ten columns are r, α, a, b, m, x, t_x, T and the time ahead; the expected value is by mpmath with 40 digits over the beta density.
    [Theory]
    [InlineData(0.5, 6, 1, 1.5, 1, 2, 20, 40, 39, 0.77740486409005799)]
    [InlineData(0.5, 6, 1.000000001, 1.5, 1, 2, 20, 40, 39, 0.77740486353135098)]
    [InlineData(0.5, 6, 1, 1.5, 1, 3000, 700, 705, 365, 0.0023752096675667335)]
    [InlineData(0.25, 4, 0.8, 2.5, 1, 3, 10, 12, 200000, 121.12391888787325)]
    [InlineData(200, 5, 0.4, 0.6, 1, 1, 3, 5, 50, 1.9157560000018684e-17)]
    [InlineData(200, 5, 0.4, 0.6, 0, 0, 0, 5, 5, 17.684338123073592)]
    [InlineData(2, 10, 0.00005, 10000, 1, 5, 100, 120, 365, 19.653844735528144)]
    [InlineData(0.3, 5, 0.3, 0.4, 0, 0, 0, 30, 60, 0.38438613008055155)]
    [InlineData(0.3, 5, 0.25, 0.75, 0, 0, 0, 30, 60, 0.43042848536554764)]
    [InlineData(0.01, 5, 0.001, 0.01, 0, 0, 0, 30, 60, 0.016483119899014314)]
    [InlineData(1.5, 20, 10000, 1000000, 1, 4, 40, 60, 90, 5.692608408798859)]
    [InlineData(3, 2, 0.05, 0.02, 1, 0, 0, 1, 1000, 76.407452780480358)]
    public void Expected_orders_hold_where_the_textbook_overflows_divides_by_zero_or_cancels(
        double r, double alpha, double a, double b, int first, int x, double last, double age, double time, double expected)
    {
        var found = new BetaGeometric(r, alpha, a, b, first == 1).ExpectedOrders(new History(x, last, age), time);

        Assert.True(Math.Abs(found - expected) <= 1e-9 * expected, $"{found:R} is not {expected:R}.");
    }

    // By mpmath with 40 digits.
    [Theory]
    [InlineData(0.5534, 10.5802, 0.6061, 11.6562, 2, 30.43, 38.86, 39, 0.86911064396813704, 0.5919047176408383)]
    [InlineData(0.5534, 10.5802, 0.6061, 11.6562, 0, 0, 38.86, 39, 0.29496148643704222, 0.069245719783465793)]
    [InlineData(0.5534, 10.5802, 0.6061, 11.6562, 100, 38, 38.86, 0.5, 0.97207413636667793, 0.61712959910808011)]
    [InlineData(2, 5, 1, 80, 7, 30, 60, 1000, 0.075771879530196545, 0.07185592702317413)]
    [InlineData(0.6, 100, 0.9, 0.01, 1, 20, 60, 30, 0.30405991638232612, 0.061319626164295545)]
    public void Pareto_nbd_tells_who_is_there_and_who_orders(
        double r, double alpha, double s, double beta, int x, double last, double age, double time, double alive, double orders)
    {
        var model = new ParetoNbd(r, alpha, s, beta);

        Assert.Equal(alive, model.Alive(new History(x, last, age)), 1e-10 * alive);
        Assert.Equal(orders, model.OrderProbability(new History(x, last, age), time), 1e-10);
    }

    [Theory]
    [InlineData(false, 1)]
    [InlineData(true, 1)]
    [InlineData(true, 2)]
    [InlineData(true, 4)]
    public void The_fast_likelihood_is_the_slow_one_added_up(bool dropsOutAtFirst, int regularity)
    {
        foreach (var (r, alpha, a, b) in new[] { (0.243, 4.414, 0.793, 2.426), (2.0, 0.05, 0.001, 50.0), (12.0, 900.0, 30.0, 2.0) })
        {
            var model = new BetaGeometric(r, alpha, a, b, dropsOutAtFirst, regularity);
            var table = HistoryTable.Of(Odd.Concat(Odd).Append(Odd[3]));

            var fast = model.LogLikelihood(table, new double[4]);

            var slow = Odd.Concat(Odd).Append(Odd[3]).Sum(model.LogLikelihood);
            Assert.Equal(slow, fast, 1e-10 * Math.Abs(slow));
        }
    }

    [Fact]
    public void The_likelihood_of_pareto_nbd_over_a_table_is_that_of_its_rows_added_up()
    {
        foreach (var (r, alpha, s, beta) in new[] { (0.55, 10.58, 0.61, 11.67), (10.465, 0.00798565181, 3.0516, 2.82), (1.0, 50.0, 1.0, 0.001), (0.2, 1e-5, 0.01, 800.0) })
        {
            var model = new ParetoNbd(r, alpha, s, beta);

            var slow = Odd.Sum(model.LogLikelihood);
            Assert.Equal(slow, model.LogLikelihood(HistoryTable.Of(Odd), new double[4]), 1e-10 * Math.Abs(slow));
        }
    }

    // Simpson's rule in 400,000 steps, which needs no idea of the shape, and is itself right to 5e-7 in the steepest row.
    [Theory]
    [InlineData(0.55, 10.58, 0.61, 11.67, 2, 30, 39)]
    [InlineData(0.55, 10.58, 0.61, 11.67, 300, 10, 700)]
    [InlineData(12, 3, 2, 700, 3000, 50, 730)]
    [InlineData(0.3, 20, 0.4, 0.5, 0, 0, 730)]
    [InlineData(3, 900, 0.2, 4000, 1, 0.5, 730)]
    public void The_integral_over_dropout_is_that_of_small_steps(double r, double alpha, double s, double beta, int x, double last, double age)
    {
        const int Steps = 400_000;
        double Log(double u) => -((r + x) * Math.Log(alpha + u)) - ((s + 1) * Math.Log(beta + u));
        var top = Log(last);
        double sum = 0, width = (age - last) / Steps;
        for (var i = 0; i <= Steps; i++)
        {
            sum += (i == 0 || i == Steps ? 1 : i % 2 == 1 ? 4 : 2) * Math.Exp(Log(last + (i * width)) - top);
        }

        Assert.Equal(Math.Log(sum * width / 3) + top, DropoutIntegral.Of(r + x, alpha, s, beta, last, age).Log, 1e-6);
    }

    [Fact]
    public void Gradients_are_those_of_small_differences()
    {
        // Differences themselves are wrong where thousands of orders make the curve steep.
        var table = HistoryTable.Of(Odd.Where(one => one.Orders < 1000), logIntervals: 17);
        double[] point = [Math.Log(0.7), Math.Log(8), Math.Log(0.9), Math.Log(1.7)];
        foreach (var model in new TransactionModel[]
        {
            new BetaGeometric(1, 1, 1, 1, DropsOutAtFirst: false), new BetaGeometric(1, 1, 1, 1, DropsOutAtFirst: true), new BetaGeometric(1, 1, 1, 1, DropsOutAtFirst: true, 3), new ParetoNbd(1, 1, 1, 1),
        })
        {
            CheckGradient(point, (at, gradient) => Total(model.With(at), table, gradient));
        }

        CheckGradient([Math.Log(6), Math.Log(3.7), Math.Log(15)], (at, gradient) =>
            new GammaGamma(Math.Exp(at[0]), Math.Exp(at[1]), Math.Exp(at[2])).LogLikelihood([1, 3, 7, 1, 40], [12.5, 30, 8, 900, 33], gradient));
    }

    [Fact]
    public void The_likelihood_of_spend_is_that_of_its_customers_added_up()
    {
        var model = new GammaGamma(6.25, 3.74, 15.44);
        int[] orders = [1, 3, 7, 1, 40, 3000];
        double[] means = [12.5, 30, 8, 900, 33, 0.01];

        Assert.Equal(orders.Zip(means).Sum(pair => model.LogLikelihood(pair.First, pair.Second)), model.LogLikelihood(orders, means, new double[3]), 1e-8);
    }

    [Theory]
    [InlineData(TransactionKind.BgNbd, false, 1)]
    [InlineData(TransactionKind.MbgNbd, true, 1)]
    [InlineData(TransactionKind.MbgCnbd2, true, 2)]
    [InlineData(TransactionKind.MbgCnbd3, true, 3)]
    public void Parameters_of_a_made_up_population_come_back_within_their_intervals(object kind, bool dropsOutAtFirst, int regularity)
    {
        double[] truth = [0.9, 60 / (double)regularity, 0.8, 2.5];
        var histories = Population.BetaGeometric(7, 20_000, truth[0], truth[1], truth[2], truth[3], dropsOutAtFirst, regularity, days: 700)
            .Select(days => OrderDays.At(days.ToArray(), 739_700)!.Value).ToList();
        var table = HistoryTable.Of(histories.Select(one => one.History), histories.Sum(one => one.LogIntervals));

        var fit = TransactionModel.Fit((TransactionKind)kind, table, CancellationToken.None);

        Assert.True(fit.Converged);
        Assert.True(fit.DropoutIdentified);
        for (var i = 0; i < 4; i++)
        {
            // Days round what was drawn from exact time, which moves the rate a little; 4 standard errors and 5 %.
            var apart = Math.Abs(Math.Log(fit.Model.Parameters[i].Value / truth[i]));
            Assert.True(apart < (4 * Math.Sqrt(fit.Covariance![i][i])) + 0.05, $"{fit.Model.Parameters[i]} is {apart} from {truth[i]}; the error is {Math.Sqrt(fit.Covariance[i][i])}.");
        }
    }

    [Fact]
    public void Parameters_of_a_made_up_pareto_population_come_back_within_their_intervals()
    {
        double[] truth = [0.8, 30, 0.7, 100];

        var fit = ParetoNbd.Fit(HistoryTable.Of(Population.ParetoNbd(3, 8_000, truth[0], truth[1], truth[2], truth[3], 700)), CancellationToken.None);

        Assert.True(fit.Converged);
        for (var i = 0; i < 4; i++)
        {
            Assert.InRange(Math.Abs(Math.Log(fit.Model.Parameters[i].Value / truth[i])), 0, 4 * Math.Sqrt(fit.Covariance![i][i]));
        }
    }

    [Fact]
    public void Parameters_of_made_up_spend_come_back_within_their_intervals()
    {
        var (orders, means) = Population.Spend(5, 10_000, 6, 4, 15);

        var fit = GammaGamma.Fit(orders, means, CancellationToken.None);

        Assert.True(fit.Converged);
        foreach (var (found, truth, at) in new[] { (fit.Model.P, 6.0, 0), (fit.Model.Q, 4.0, 1), (fit.Model.V, 15.0, 2) })
        {
            Assert.InRange(Math.Abs(Math.Log(found / truth)), 0, 4 * Math.Sqrt(fit.Covariance![at][at]));
        }
    }

    [Theory]
    [InlineData(TransactionKind.BgNbd)]
    [InlineData(TransactionKind.MbgNbd)]
    public void A_population_from_which_nobody_leaves_is_reported_as_one_that_does_not_tell(object kind)
    {
        var table = HistoryTable.Of(Population.BetaGeometric(11, 4_000, 1.2, 30, 1e-6, 1, dropsOutAtFirst: true, regularity: 1, days: 500).Select(days => OrderDays.At(days.ToArray(), 739_500)!.Value.History));

        var fit = TransactionModel.Fit((TransactionKind)kind, table, CancellationToken.None);

        Assert.False(fit.DropoutIdentified);
        Assert.All(fit.Model.Parameters, parameter => Assert.True(double.IsFinite(parameter.Value)));
    }

    [Fact]
    public void Expected_orders_and_probabilities_of_a_made_up_population_are_what_happens()
    {
        var population = Population.BetaGeometric(23, 30_000, 0.9, 60, 0.8, 2.5, dropsOutAtFirst: true, regularity: 1, days: 900);
        var model = new BetaGeometric(0.9, 60, 0.8, 2.5, DropsOutAtFirst: true);
        var rows = population.Select(days => (days, At: OrderDays.At(days.ToArray(), 739_500)!.Value)).ToList();

        var happened = rows.Select(row => OrderDays.Between(row.days.ToArray(), 739_500, 739_680).Orders).ToList();

        Assert.InRange(rows.Sum(row => model.ExpectedOrders(row.At.History, 180)) / happened.Sum(), 0.96, 1.04);
        Assert.InRange(rows.Sum(row => model.OrderProbability(row.At.History, 180)) / happened.Count(one => one > 0), 0.97, 1.03);
    }

    [Fact]
    public void Intervals_more_regular_than_chance_are_seen_in_the_likelihood()
    {
        var snapshots = Population.BetaGeometric(2, 3_000, 1.5, 10, 0.5, 1.5, dropsOutAtFirst: true, regularity: 3, days: 700).Select(days => OrderDays.At(days.ToArray(), 739_700)!.Value).ToList();
        var table = HistoryTable.Of(snapshots.Select(one => one.History), snapshots.Sum(one => one.LogIntervals));

        var best = new[] { TransactionKind.MbgNbd, TransactionKind.MbgCnbd2, TransactionKind.MbgCnbd3, TransactionKind.MbgCnbd4 }
            .MaxBy(kind => TransactionModel.Fit(kind, table, CancellationToken.None).LogLikelihood);

        Assert.Equal(TransactionKind.MbgCnbd3, best);
    }

    [Fact]
    public void Expectations_of_new_customers_with_regular_intervals_are_those_of_a_simulation_and_scale_a_cohort()
    {
        var population = Population.BetaGeometric(31, 40_000, 1.5, 10, 0.5, 1.5, dropsOutAtFirst: true, regularity: 2, days: 400, spread: 1);
        var model = new BetaGeometric(1.5, 10, 0.5, 1.5, DropsOutAtFirst: true, Regularity: 2);
        var snapshots = population.Select(days => OrderDays.At(days.ToArray(), 739_300)!.Value).ToList();
        var table = HistoryTable.Of(snapshots.Select(one => one.History));

        var later = population.Sum(days => OrderDays.Between(days.ToArray(), 739_300, 739_400).Orders);

        Assert.InRange(model.ExpectedOrdersOfNew(300) * population.Count / snapshots.Sum(one => one.Orders), 0.97, 1.06);
        var scale = model.CohortScale(table, 100);
        Assert.InRange(scale * snapshots.Sum(one => model.ExpectedOrders(one.History, 100)) / later, 0.95, 1.06);
    }

    [Fact]
    public void A_silent_customer_crosses_a_limit_on_the_day_that_is_named()
    {
        foreach (var model in new TransactionModel[] { new BetaGeometric(0.5, 60, 0.9, 1.6, DropsOutAtFirst: true), new BetaGeometric(1, 20, 0.9, 1.6, DropsOutAtFirst: true, 2), new ParetoNbd(0.55, 74, 0.6, 82) })
        {
            var history = new History(5, 200, 230);
            var time = model.SilenceUntil(history, 0.3, 10_000);

            Assert.NotNull(time);
            Assert.Equal(0.3, model.Alive(history with { Age = history.Age + time.Value }), 1e-6);
            Assert.Equal(0, model.SilenceUntil(history with { Age = 5000 }, 0.3, 10_000));
        }

        Assert.Null(new BetaGeometric(0.5, 60, 0.9, 1.6, DropsOutAtFirst: false).SilenceUntil(new History(0, 0, 100), 0.3, 10_000));
    }

    [Fact]
    public void The_time_to_an_order_has_the_probability_that_was_asked_for()
    {
        foreach (var model in new TransactionModel[] { new BetaGeometric(0.5, 60, 0.9, 1.6, DropsOutAtFirst: true), new BetaGeometric(1, 20, 0.9, 1.6, DropsOutAtFirst: true, 2), new ParetoNbd(0.55, 74, 0.6, 82) })
        {
            var history = new History(5, 200, 230);
            var time = model.TimeToOrder(history, 0.4, 100_000);

            Assert.NotNull(time);
            Assert.Equal(0.4, model.OrderProbability(history, time.Value), 1e-6);
            Assert.Null(model.TimeToOrder(history, 0.999, 100_000));
        }
    }

    [Fact]
    public void Probabilities_stay_between_0_and_1_and_more_time_never_means_fewer_orders()
    {
        foreach (var (one, two, three, four) in new[] { (0.243, 4.414, 0.793, 2.426), (2.0, 0.05, 0.001, 50.0), (12.0, 900.0, 30.0, 2.0), (0.01, 1e4, 1.0, 1e-3) })
        {
            foreach (var model in new TransactionModel[]
            {
                new BetaGeometric(one, two, three, four, DropsOutAtFirst: false), new BetaGeometric(one, two, three, four, DropsOutAtFirst: true),
                new BetaGeometric(one, two, three, four, DropsOutAtFirst: true, 3), new ParetoNbd(one, two, three, four),
            })
            {
                foreach (var history in Odd)
                {
                    double probability = 0, orders = 0;
                    Assert.InRange(model.Alive(history), 0, 1);
                    foreach (var time in new[] { 0, 0.5, 1, 7, 30, 365, 3650, 1e6 })
                    {
                        var (nextProbability, nextOrders) = (model.OrderProbability(history, time), model.ExpectedOrders(history, time));
                        Assert.InRange(nextProbability, probability - 1e-12, 1 + 1e-12);
                        Assert.True(nextOrders >= orders * (1 - 1e-9), $"{model.Name} {history} {time}: {nextOrders} after {orders}.");
                        Assert.True(double.IsFinite(nextOrders));
                        (probability, orders) = (nextProbability, nextOrders);
                    }
                }
            }
        }
    }

    [Fact]
    public void Grouping_days_changes_nothing_but_the_number_of_rows()
    {
        var population = Population.BetaGeometric(5, 6_000, 0.7, 40, 0.8, 2, dropsOutAtFirst: true, regularity: 1, days: 300);
        var snapshots = population.Select(days => OrderDays.At(days.ToArray(), 739_300)!.Value).ToList();
        var grouper = new DailyGrouper();
        var rows = snapshots.Select(one => grouper.Add(one.Orders, one.Last, one.Age, one.LogIntervals)).ToList();

        var table = grouper.ToTable();

        Assert.Equal(snapshots.Count, table.Customers);
        Assert.Equal(snapshots.Select(one => one.History).Distinct().Count(), table.Count);
        Assert.All(rows.Zip(snapshots), pair => Assert.Equal(pair.Second.History, table[pair.First]));
        var whole = HistoryTable.Of(snapshots.Select(one => one.History));
        var model = new BetaGeometric(0.7, 40, 0.8, 2, DropsOutAtFirst: true);
        Assert.Equal(model.LogLikelihood(whole, new double[4]), model.LogLikelihood(table, new double[4]), 1e-7);
    }

    [Fact]
    public void A_fit_is_the_same_to_the_last_bit_whatever_the_threads()
    {
        var histories = Population.ParetoNbd(9, 40_000, 0.8, 30, 0.7, 100, 700);
        var table = HistoryTable.Of(histories);
        Assert.True(table.Count > 3 * 8192);

        var fits = Enumerable.Range(0, 4).Select(_ => TransactionModel.Fit(TransactionKind.MbgNbd, table, CancellationToken.None)).ToList();

        Assert.Single(fits.Select(fit => (fit.LogLikelihood, string.Join(' ', fit.Model.Parameters.Select(parameter => BitConverter.DoubleToInt64Bits(parameter.Value))))).Distinct());
    }

    [Fact]
    public void A_large_table_that_begins_where_a_part_of_it_ended_has_the_optimum_of_the_whole()
    {
        var histories = Population.ParetoNbd(19, 120_000, 0.8, 30, 0.7, 100, 700);
        var table = HistoryTable.Of(histories);
        Assert.NotNull(table.Sample());

        var fit = BetaGeometric.Fit(table, dropsOutAtFirst: true, regularity: 1, CancellationToken.None);

        Assert.True(fit.Converged);
        var gradient = new double[4];
        ((BetaGeometric)fit.Model).LogLikelihood(table, gradient);
        Assert.All(gradient, slope => Assert.InRange(slope / table.Customers, -1e-6, 1e-6));
        Assert.NotNull(fit.Covariance);
        Assert.All(fit.Covariance.Select((row, at) => row[at]), variance => Assert.InRange(variance, 1e-7, 1e-2));
    }

    [Theory]
    [InlineData(-1, 0, 1)]
    [InlineData(1, 5, 4)]
    [InlineData(0, 2, 4)]
    [InlineData(1, double.NaN, 4)]
    [InlineData(1, 1, double.PositiveInfinity)]
    public void A_history_that_cannot_be_is_refused(int orders, double last, double age) =>
        Assert.Throws<ArgumentException>(() => HistoryTable.Of([new History(orders, last, age)]));

    [Fact]
    public void A_cancelled_fit_ends()
    {
        using var cancelled = new CancellationTokenSource();
        cancelled.Cancel();

        Assert.Throws<OperationCanceledException>(() => TransactionModel.Fit(TransactionKind.MbgNbd, HistoryTable.Of(Odd), cancelled.Token));
    }

    private static double Total(TransactionModel model, HistoryTable table, Span<double> gradient) => model switch
    {
        BetaGeometric one => one.LogLikelihood(table, gradient),
        ParetoNbd other => other.LogLikelihood(table, gradient),
        _ => throw new InvalidOperationException(),
    };

    private static void CheckGradient(double[] point, Objective function)
    {
        var gradient = new double[point.Length];
        function(point, gradient);
        var ignored = new double[point.Length];
        for (var i = 0; i < point.Length; i++)
        {
            var moved = (double[])point.Clone();
            moved[i] = point[i] + 1e-5;
            var up = function(moved, ignored);
            moved[i] = point[i] - 1e-5;
            var slope = (up - function(moved, ignored)) / 2e-5;
            Assert.Equal(slope, gradient[i], 1e-6 * Math.Max(1, Math.Abs(slope)));
        }
    }
}
