using CustomerInsights.Core.Model;
using CustomerInsights.Core.Rules;

namespace CustomerInsights.Core.Tests.Rules;

public sealed class BusinessMeasureTests
{
    private static readonly IReadOnlyList<FakeProfile> People = BusinessCases.People;

    [Theory]
    [MemberData(nameof(BusinessCases.All), MemberType = typeof(BusinessCases))]
    public void A_business_measure_is_computed_over_all_profiles_by_its_dimensions(string rule, string expected)
    {
        Assert.Equal(expected, BusinessCases.Write(Measure(rule, People)));
        Assert.Equal(expected, BusinessCases.Write(Measure(rule, People.Reverse())));
    }

    [Theory]
    [InlineData("age by country", "RUL028 'age' must stand inside an aggregate or after by: a business measure is over all profiles at 1:1")]
    [InlineData("1 + 1", "RUL025 a business measure needs an aggregate, such as count(profile) or sum(order.amount) at 1:1")]
    [InlineData("sum(order.amount) by month(page_view.at)", "RUL029 'page_view.at' can be a dimension only when every aggregate is over 'page_view' at 1:28")]
    [InlineData("count(order) + count(case) by month(order.at)", "RUL029 'order.at' can be a dimension only when every aggregate is over 'order' at 1:37")]
    [InlineData("count(order) by amount", "RUL012 unknown attribute 'amount' at 1:17")]
    [InlineData("count(order) * days_since(last_seen)", "RUL028 'days_since' must stand inside an aggregate or after by: a business measure is over all profiles at 1:16")]
    [InlineData("first(age)", "RUL025 first goes by time, and profiles have none at 1:1")]
    public void A_business_measure_that_mixes_levels_is_refused(string rule, string expected) => Assert.Equal(
        expected, Assert.Single(RuleBinder.Bind(rule, Sample.Schema, RuleUse.BusinessMeasure).Errors).ToString());

    [Fact]
    public void Sums_that_overflow_on_the_way_only_do_not_fail()
    {
        FakeProfile[] people = [Person(long.MaxValue), Person(long.MaxValue), Person(-long.MaxValue)];
        Assert.Equal($": {long.MaxValue}", BusinessCases.Write(Measure("sum(age)", people)));
        var failed = Assert.Throws<RuleEvaluationException>(() => Measure("sum(age)", people[..2]));
        Assert.Equal("RUL030 overflow in `sum(age)` at 1:1", failed.Message);

        static FakeProfile Person(long age) => new() { Attributes = { ["age"] = Value.Of(age) } };
    }

    [Fact]
    public void A_percentile_rank_is_the_share_of_the_others_that_are_lower()
    {
        var rule = RuleBinder.Bind("percentile_rank(age)", Sample.Schema, RuleUse.Value).Rule!;
        Assert.Equal(["age"], rule.Ranks.Select(r => r.Text));
        Assert.True(rule.Dependencies.Population);
        var builder = new PopulationRanksBuilder([rule]);
        foreach (var person in People)
        {
            builder.Add(person, Sample.Moment);
        }

        var ranked = Sample.Moment with { Ranks = builder.Build() };
        Assert.Equal(["33.333333333333336", "66.66666666666667", "100", "0"], People.Select(p => rule.Evaluate(p, ranked).ToString()));
        Assert.True(rule.Evaluate(People[0], Sample.Moment).IsMissing);
        Assert.Equal(100.0, rule.Evaluate(new FakeProfile { Attributes = { ["age"] = Value.Of(99) } }, ranked).AsNumber());
        Assert.True(rule.Evaluate(Sample.Nobody, ranked).IsMissing);
        Assert.True(RuleBinder.Bind("percentile_rank(age) >= 66.5", Sample.Schema, RuleUse.Condition).Rule!.Matches(People[1], ranked));
    }

    [Fact]
    public void A_rule_tells_what_it_depends_on()
    {
        var reads = RuleBinder.Bind(
            "city = \"x\" and account.parent.industry = \"y\" and count(order where amount > 5 and age > 3) > 1 and exists(case) and segment(\"vips\") and reachable(\"sms\")",
            Sample.Schema,
            RuleUse.Condition).Rule!.Dependencies;
        Assert.Equal(["age", "city"], reads.Attributes);
        Assert.Equal(["account.parent.industry"], reads.RelatedAttributes.Select(r => r.ToString()));
        Assert.Equal(["case", "order"], reads.Activities.Keys.Order());
        Assert.Equal(["amount"], reads.Activities["order"]);
        Assert.Empty(reads.Activities["case"]);
        Assert.Equal(["vips"], reads.Segments);
        Assert.Equal(["sms"], reads.Channels);
        Assert.False(reads.TimeDependent || reads.Population);
        Assert.True(RuleBinder.Bind("days_since(joined) > 3", Sample.Schema, RuleUse.Condition).Rule!.Dependencies.TimeDependent);
    }

    private static IReadOnlyList<BusinessRow> Measure(string text, IEnumerable<IRuleSubject> people)
    {
        var bound = RuleBinder.Bind(text, Sample.Schema, RuleUse.BusinessMeasure);
        Assert.True(bound.Rule is not null, string.Join('\n', bound.Errors));
        var measure = new BusinessMeasure(bound.Rule);
        foreach (var person in people)
        {
            measure.Add(person, Sample.Moment);
        }

        return measure.Rows();
    }
}
