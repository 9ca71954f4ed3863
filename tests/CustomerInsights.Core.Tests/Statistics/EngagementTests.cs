using CustomerInsights.Core.Statistics;

namespace CustomerInsights.Core.Tests.Statistics;

public sealed class EngagementTests
{
    private static readonly DateTimeOffset Start = new(2026, 1, 1, 12, 0, 0, TimeSpan.Zero);

    private static readonly EngagementModel Model = new(
        new Dictionary<string, EngagementWeight>
        {
            ["purchase"] = new(10, 90),
            ["email_click"] = new(3, 30),
            ["email_open"] = new(1, 30),
            ["web_visit"] = new(1, 14),
            ["support_case"] = new(-2, 60),
        },
        20);

    // The cases of the reference: days of activities by type, at day 100; then points and score.
    private static readonly (string Name, (string Type, int[] Days)[] Activities, double Points, int Score)[] Reference =
    [
        ("a", [("purchase", [100]), ("web_visit", [99, 99]), ("email_open", [90])], 8.581631749614788, 92),
        ("b", [("purchase", [10])], 4.054651081081644, 50),
        ("c", [("email_open", [70, 73, 76, 79, 82, 85, 88, 91, 94, 97])], 2.075228063240758, 9),
        ("d", [("web_visit", [.. Enumerable.Repeat(100, 30)])], 3.044522437723423, 25),
        ("e", [], 0, 0),
        ("f", [("support_case", [95]), ("email_open", [95])], 0, 0),
        ("g", [("purchase", [10])], 4.054651081081644, 50),
        ("h", [("email_click", [80, 85]), ("purchase", [60])], 8.05599951888182, 75),
    ];

    [Fact]
    public void The_reference_cases_come_out()
    {
        var points = Reference.Select(one => Points(one.Activities)).ToList();
        var ranks = EngagementRanks.Of([.. points]);
        for (var i = 0; i < Reference.Length; i++)
        {
            Assert.Equal(Reference[i].Points, points[i], 1e-12);
            Assert.Equal((Reference[i].Name, Reference[i].Score), (Reference[i].Name, ranks.Score(points[i])));
        }
    }

    [Fact]
    public void Points_are_the_sum_over_activities_and_not_of_their_order_within_a_moment()
    {
        var random = new Random(7);
        for (var round = 0; round < 200; round++)
        {
            var times = Enumerable.Range(0, random.Next(60)).Select(_ => Start.AddHours(random.Next(24 * 100))).Order().ToList();
            var now = Start.AddDays(100);
            var counted = times.GroupBy(time => time.UtcDateTime.Date).SelectMany(day => day.Take(20));
            var recent = counted.Sum(time => Math.Pow(2, -(now - time).TotalDays / 14));
            Assert.Equal(Math.Log(1 + recent), Model.Points(type => type == "web_visit" ? times : [], now), 1e-9);
        }
    }

    [Fact]
    public void What_has_not_happened_yet_does_not_count()
    {
        Assert.Equal(0, Model.Points(type => type == "purchase" ? [Start.AddDays(101)] : [], Start.AddDays(100)));
        Assert.Empty(Model.Parts(type => type == "purchase" ? [Start.AddDays(101)] : [], Start.AddDays(100)));
    }

    [Fact]
    public void Scores_of_many_people_are_near_those_of_exact_ranks_and_in_their_order()
    {
        var random = new Random(11);
        var points = Enumerable.Range(0, 20_000).Select(_ => random.Next(3) == 0 ? 0 : Math.Round(-Math.Log(random.NextDouble()) * 5, random.Next(2) == 0 ? 1 : 9)).ToList();
        var ranks = EngagementRanks.Of([.. points]);
        Assert.InRange(ranks.Points.Count, 500, 1000);
        var engaged = points.Where(one => one > 0).Order().ToList();
        var last = 0;
        foreach (var one in engaged)
        {
            var exact = (engaged.BinaryCount(one, false) + engaged.BinaryCount(one, true)) / 2.0 / engaged.Count;
            Assert.Equal(exact, ranks.Rank(one), 0.01);
            Assert.InRange(ranks.Score(one), Math.Max(1, last), 100);
            last = ranks.Score(one);
        }

        Assert.Equal((0, 100), (ranks.Score(0), ranks.Score(1e9)));
    }

    [Fact]
    public void Nobody_engaged_gives_nobody_a_score() => Assert.Equal((0, 0), (EngagementRanks.Of([0, -1, double.NaN]).Points.Count, EngagementRanks.None.Score(0)));

    private static double Points((string Type, int[] Days)[] activities) => Model.Points(
        type => activities.Where(one => one.Type == type).SelectMany(one => one.Days).Order().Select(day => Start.AddDays(day)), Start.AddDays(100));
}

internal static class Counting
{
    public static int BinaryCount(this List<double> sorted, double value, bool including)
    {
        var (low, high) = (0, sorted.Count);
        while (low < high)
        {
            var middle = (low + high) / 2;
            (low, high) = sorted[middle] < value || (including && sorted[middle] == value) ? (middle + 1, high) : (low, middle);
        }

        return low;
    }
}
