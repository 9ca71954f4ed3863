using CustomerInsights.Core.Rules;
using CustomerInsights.Core.Tests.Rules;

namespace CustomerInsights.Core.Tests.Columns.Evaluation;

/// <summary>Over columns a business measure has the rows that it has profile by profile, to the digit.</summary>
public sealed class ColumnBusinessTests
{
    [Theory]
    [InlineData("avg(order.amount)")]
    [InlineData("sum(order.amount) by city, order.category, month(order.at)")]
    [InlineData("sum(order.weight) by order.category")]
    [InlineData("avg(order.weight) / sum(score) by city")]
    [InlineData("avg(score)")]
    [InlineData("sum(order.amount) / count(order) by country")]
    [InlineData("count(profile)")]
    [InlineData("count(profile where age > 25) by country, vip")]
    [InlineData("avg(age) by city")]
    [InlineData("sum(age) by birthday")]
    [InlineData("sum(order.quantity where amount > 1) by truncate(order.at, \"week\")")]
    [InlineData("count(order) by hour(order.at)")]
    [InlineData("count(order.amount) by weekday(order.at), order.quantity")]
    [InlineData("count(order) by year(order.at), quarter(order.at), age")]
    [InlineData("count(order) by order.at")]
    [InlineData("count(page_view) by city")]
    [InlineData("count(web.click) by web.click.target")]
    [InlineData("count(order where amount > 100000) by city")]
    [InlineData("sum(order.amount where amount > 100000)")]
    [InlineData("sum(order.amount * 2) by city")]
    [InlineData("max(order.amount) by city")]
    [InlineData("min(order.amount) by country, order.category")]
    [InlineData("max(order.at) by city")]
    [InlineData("min(birthday) by country")]
    [InlineData("max(age)")]
    [InlineData("min(order.quantity where amount > 1) - max(age) by city")]
    [InlineData("max(order.weight) by city")]
    [InlineData("max(order.amount where amount > 100000)")]
    [InlineData("first(order.category) by city")]
    [InlineData("last(order.amount) by country")]
    [InlineData("arg_max(order.category, order.amount) by city")]
    [InlineData("arg_min(order.quantity, order.at)")]
    [InlineData("max(order.amount) - avg(order.amount) by city")]
    [InlineData("count_distinct(order.weight)")]
    [InlineData("count_distinct(order.category) by city")]
    [InlineData("exists(order where amount = 5) by city")]
    [InlineData("count(order then order) by city")]
    [InlineData("sum(order.amount) by count(order)")]
    [InlineData("sum(order.quantity * 9223372036854775807)")]
    [InlineData("sum(visits) by lower(city)")]
    [InlineData("if(exists(order), count(order), 0) by truncate(order.at, \"month\")")]
    public void A_measure_over_columns_has_the_rows_that_it_has_profile_by_profile(string text)
    {
        var bound = RuleBinder.Bind(text, Sample.Schema, RuleUse.BusinessMeasure);
        Assert.True(bound.Rule is not null, string.Join('\n', bound.Errors));
        for (var seed = 0; seed < 6; seed++)
        {
            var random = new RandomRules(seed);
            FakeProfile[] people = [.. Enumerable.Range(0, 1 + (seed * 43)).Select(_ => random.Profile())];
            var world = new SampleWorld(people, parts: 1 + (seed % 3), dead: seed % 2 == 1);
            var zone = seed == 4 ? TimeZoneInfo.FindSystemTimeZoneById("Europe/Berlin") : null;
            var moment = Sample.Moment with { Zone = zone };
            Assert.Equal(
                Shown(() =>
                {
                    var measure = new BusinessMeasure(bound.Rule);
                    foreach (var person in people)
                    {
                        measure.Add(person, moment);
                    }

                    return measure.Rows();
                }),
                Shown(() => world.Run(moment).Business(bound.Rule)));
        }
    }

    [Theory]
    [MemberData(nameof(BusinessCases.All), MemberType = typeof(BusinessCases))]
    public void Every_case_of_the_business_table_holds_over_columns(string rule, string expected)
    {
        var bound = RuleBinder.Bind(rule, Sample.Schema, RuleUse.BusinessMeasure).Rule!;
        Assert.Equal(expected, BusinessCases.Write(new SampleWorld([.. BusinessCases.People]).Run().Business(bound)));
        Assert.Equal(expected, BusinessCases.Write(new SampleWorld([.. BusinessCases.People], parts: 2, dead: true).Run().Business(bound)));
    }

    [Theory]
    [InlineData("count_distinct(order.category) by city")]
    [InlineData("first(order.category) by city")]
    [InlineData("last(order.amount)")]
    [InlineData("arg_max(order.category, order.amount) by country")]
    [InlineData("max(order.weight) by order.category")]
    [InlineData("max(order.amount) by city")]
    [InlineData("sum(order.weight) by city")]
    [InlineData("max(order.weight) - sum(order.weight)")]
    [InlineData("count(order then order) by city")]
    [InlineData("count_distinct(order.quantity) + sum(order.quantity * 9223372036854775807)")]
    public void One_thread_and_several_give_the_same_rows(string text)
    {
        var rule = RuleBinder.Bind(text, Sample.Schema, RuleUse.BusinessMeasure).Rule!;
        var random = new RandomRules(11);

        // Several blocks in each of two parts, so that there is something to divide.
        FakeProfile[] some = [.. Enumerable.Range(0, 500).Select(_ => random.Profile())];
        var world = new SampleWorld([.. Enumerable.Range(0, 20_000).Select(i => some[i % some.Length])], parts: 2);
        var alone = Shown(() => world.Run(threads: 1).Business(rule));
        Assert.All(new[] { 2, 3, 8 }, threads => Assert.Equal(alone, Shown(() => world.Run(threads: threads).Business(rule))));
    }

    [Fact]
    public void Ranks_of_one_thread_and_of_several_are_the_same()
    {
        var rule = RuleBinder.Bind("percentile_rank(sum(order.weight))", Sample.Schema, RuleUse.Value).Rule!;
        var random = new RandomRules(12);
        FakeProfile[] some = [.. Enumerable.Range(0, 500).Select(_ => random.Profile())];
        var world = new SampleWorld([.. Enumerable.Range(0, 10_000).Select(i => some[i % some.Length])], parts: 2);
        Assert.Equal(Ranked(1), Ranked(4));

        List<Core.Model.Value> Ranked(int threads) =>
            [.. world.Run(Sample.Moment with { Ranks = world.Run(threads: threads).Ranks([rule]) }, threads).Values([rule]).SelectMany(batch => batch.Values[0])];
    }

    [Fact]
    public void Ranks_over_columns_are_those_of_the_profiles()
    {
        var rule = RuleBinder.Bind("percentile_rank(age) + percentile_rank(sum(order.amount))", Sample.Schema, RuleUse.Value).Rule!;
        var random = new RandomRules(7);
        FakeProfile[] people = [.. Enumerable.Range(0, 100).Select(_ => random.Profile())];
        var builder = new PopulationRanksBuilder([rule]);
        foreach (var person in people)
        {
            builder.Add(person, Sample.Moment);
        }

        var world = new SampleWorld(people, parts: 2, dead: true);
        var ranked = Sample.Moment with { Ranks = world.Run().Ranks([rule]) };
        var expected = Sample.Moment with { Ranks = builder.Build() };
        Assert.Equal(people.Select(person => rule.Evaluate(person, expected)), world.Run(ranked).Values([rule]).SelectMany(batch => batch.Values[0]));
    }

    private static string Shown(Func<IReadOnlyList<BusinessRow>> rows)
    {
        try
        {
            return string.Join('\n', rows().Select(row => $"{string.Join(',', row.Dimensions)}: {row.Value.Type} {row.Value}"));
        }
        catch (RuleEvaluationException failed)
        {
            return failed.Message;
        }
    }
}
