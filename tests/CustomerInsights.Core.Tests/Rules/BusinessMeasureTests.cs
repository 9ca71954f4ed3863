using CustomerInsights.Core.Model;
using CustomerInsights.Core.Rules;

namespace CustomerInsights.Core.Tests.Rules;

public sealed class BusinessMeasureTests
{
    private static readonly FakeProfile[] People = [MakePerson("UK", 30, ("a1", "2026-01-10", 10m), ("a2", "2026-02-10", 20m)), MakePerson("FR", 40, ("b1", "2026-01-20", 5m)), MakePerson(null, 50, ("c1", "2026-02-01", 100m)), MakePerson("UK", 20)];

    [Theory]
    [InlineData("avg(order.amount)", ": 33.75")]
    [InlineData("avg(order.amount) by country, month(order.at)", "FR,1: 5|UK,1: 10|UK,2: 20|,2: 100")]
    [InlineData("sum(order.amount) / count(order) by country", "FR: 5|UK: 15|: 100")]
    [InlineData("count(profile)", ": 4")]
    [InlineData("count(profile where age > 25) by country", "FR: 1|UK: 1|: 1")]
    [InlineData("avg(age) by country", "FR: 40|UK: 25|: 50")]
    [InlineData("count(profile where exists(order)) by country", "FR: 1|UK: 1|: 1")]
    [InlineData("sum(order.amount) by count(order)", "1: 105|2: 30")]
    [InlineData("count(order where amount > 1000)", ": 0")]
    [InlineData("count(order where amount > 1000) by country", "")]
    [InlineData("sum(order.amount where amount > 1000)", ": 0")]
    [InlineData("max(order.amount where amount > 1000)", ": ")]
    [InlineData("first(order.id)", ": a1")]
    [InlineData("last(order.id) by country", "FR: b1|UK: a2|: c1")]
    [InlineData("arg_max(order.id, order.amount)", ": c1")]
    [InlineData("arg_max(age, lifetime_spend)", ": ")]
    [InlineData("max(age) - min(age)", ": 30")]
    [InlineData("count_distinct(country)", ": 2")]
    [InlineData("count(order then order within 2mo)", ": 1")]
    [InlineData("count(order then order) by country", "UK: 1")]
    [InlineData("exists(order where amount = 5)", ": true")]
    [InlineData("if(exists(order), count(order), 0) by truncate(order.at, \"month\")", "2026-01-01T00:00:00Z: 2|2026-02-01T00:00:00Z: 2")]
    [InlineData("count(order where amount > avg(order.amount)) by country", "UK: 1")]
    public void A_business_measure_is_computed_over_all_profiles_by_its_dimensions(string rule, string expected)
    {
        Assert.Equal(expected, Show(Measure(rule, People)));
        Assert.Equal(expected, Show(Measure(rule, [.. People.Reverse()])));
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
        Assert.Equal($": {long.MaxValue}", Show(Measure("sum(age)", people)));
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

    private static FakeProfile MakePerson(string? country, long age, params ReadOnlySpan<(string Id, string Day, decimal Amount)> orders)
    {
        var person = new FakeProfile { Attributes = { ["country"] = Value.Of(country), ["age"] = Value.Of(age) } };
        foreach (var (id, day, amount) in orders)
        {
            person.Add("order", id, day + "T12:00:00Z", ("amount", Value.Of(amount)));
        }

        return person;
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

    private static string Show(IEnumerable<BusinessRow> rows) =>
        string.Join('|', rows.Select(r => $"{string.Join(',', r.Dimensions)}: {r.Value}"));
}
