using CustomerInsights.Core.Rules;
using FsCheck;
using FsCheck.Fluent;

namespace CustomerInsights.Core.Tests.Rules;

public sealed class RuleCostTests
{
    private static readonly Arbitrary<int> Seeds = Gen.Choose(0, int.MaxValue).ToArbitrary();

    private static readonly RuleVolume Volume = new(1_000, new Dictionary<string, long> { ["order"] = 10_000, ["page_view"] = 50_000 });

    [Theory]
    [InlineData("city = \"London\"", 1_000, 0, 1_000, 0)]
    [InlineData("account.industry = \"Retail\"", 2_000, 0, 1_000, 0)]
    [InlineData("segment(\"vips\") and reachable(\"email\")", 2_000, 0, 1_000, 0)]
    [InlineData("count(order) > 1", 0, 10_000, 11_000, 0)]
    [InlineData("count(order where amount > 5.0) > 1", 10_000, 10_000, 21_000, 0)]
    [InlineData("exists(page_view then order)", 0, 60_000, 0, 0)]
    [InlineData("count(case) > 1", 0, 0, 1_000, 0)]
    [InlineData("email matches \"x\"", 1_000, 0, 0, 1_000)]
    [InlineData("true", 0, 0, 0, 0)]
    public void The_figures_are_those_of_the_formula(string rule, long values, long activities, long functions, long matches)
    {
        var cost = Cost(rule, Volume);
        Assert.Equal((values, activities, functions, matches), (cost.ValuesRead, cost.ActivitiesRead, cost.Functions, cost.RegexMatches));
        Assert.Equal(values + activities + functions + (20 * matches), cost.Work);
    }

    [Theory]
    [InlineData("vip", 1_000, "Instant, because 1,000 values are read for 1,000 profiles.")]
    [InlineData("vip", 1, "Instant, because 1 value is read for 1 profile.")]
    [InlineData("true", 1, "Instant, because nothing is read for 1 profile.")]
    [InlineData("vip", 10_000_000, "Quick, because 10,000,000 values are read for 10,000,000 profiles.")]
    [InlineData("email matches \"x\"", 10_000_000, "Slow, because 10,000,000 texts are matched with a regular expression for 10,000,000 profiles.")]
    [InlineData("percentile_rank(age) > 5", 1, "Slow, because all profiles are ranked before the rule can be answered.")]
    [InlineData("count(order where gift) > 5", 1_000, "Instant, because 10,000 activities are read for 1,000 profiles.")]
    public void The_class_comes_with_its_reason(string rule, long profiles, string reason) =>
        Assert.Equal(reason, Cost(rule, Volume with { Profiles = profiles }).Reason);

    [Fact]
    public void A_measure_for_the_business_counts_its_dimensions_once_an_activity()
    {
        var cost = RuleCost.Estimate(RuleBinder.Bind("sum(order.amount) by order.category", Sample.Schema, RuleUse.BusinessMeasure).Rule!, Volume);
        Assert.Equal((20_000, 10_000), (cost.ValuesRead, cost.ActivitiesRead));
    }

    [Fact]
    public void Adding_a_condition_never_lowers_the_cost() => Prop.ForAll(Seeds, seed =>
    {
        var (left, right) = (new RandomRules(seed).Typed(), new RandomRules(seed + 1).Typed());
        if (Bound(left) is { } one && Bound(right) is { } other)
        {
            foreach (var op in new[] { LogicalOperator.And, LogicalOperator.Or })
            {
                var both = RuleCost.Estimate(Bound(new LogicalExpression(op, [left, right]))!, Volume);
                foreach (var cost in new[] { RuleCost.Estimate(one, Volume), RuleCost.Estimate(other, Volume) })
                {
                    Assert.True(both.Work >= cost.Work && both.Class >= cost.Class && both.ValuesRead >= cost.ValuesRead && both.ActivitiesRead >= cost.ActivitiesRead);
                }
            }
        }

        return true;
    }).Check(Config.QuickThrowOnFailure.WithMaxTest(1_000));

    [Fact]
    public void More_data_never_lowers_the_cost() => Prop.ForAll(Seeds, seed =>
    {
        if (Bound(new RandomRules(seed).Typed()) is { } rule)
        {
            var more = new RuleVolume(2_000, new Dictionary<string, long> { ["order"] = 10_001, ["page_view"] = 50_000, ["case"] = 3 });
            Assert.True(RuleCost.Estimate(rule, more).Work >= RuleCost.Estimate(rule, Volume).Work);
        }

        return true;
    }).Check(Config.QuickThrowOnFailure.WithMaxTest(1_000));

    [Fact]
    public void The_largest_counts_do_not_overflow()
    {
        var most = new RuleVolume(long.MaxValue, new Dictionary<string, long> { ["order"] = long.MaxValue });
        Assert.Equal(long.MaxValue, Cost("count(order where amount > 5.0) > 1 and email matches \"x\"", most).Work);
    }

    private static BoundRule? Bound(Expression tree) => RuleBinder.Bind(tree, Sample.Schema, RuleUse.Condition).Rule;

    private static RuleCost Cost(string rule, RuleVolume volume) =>
        RuleCost.Estimate(RuleBinder.Bind(rule, Sample.Schema, RuleUse.Condition).Rule!, volume);
}
