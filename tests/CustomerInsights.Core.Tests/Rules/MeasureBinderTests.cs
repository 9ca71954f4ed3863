using CustomerInsights.Core.Model;
using CustomerInsights.Core.Rules;

namespace CustomerInsights.Core.Tests.Rules;

/// <summary>Filters, time buckets, zones, totals and limits of business measures; every function in both forms.</summary>
public sealed class MeasureBinderTests
{
    private static readonly FakeProfile[] People =
    [
        Make("UK", 30, ("a1", "2026-01-10T12:00:00Z", 10m), ("a2", "2026-02-10T12:00:00Z", 20m)),
        Make("FR", 40, ("b1", "2026-01-31T23:30:00Z", 5m)),
        Make(null, 50, ("c1", "2026-02-01T00:00:00Z", 100m)),
        Make("UK", 20),
    ];

    [Theory]
    [InlineData("count(profile)", "age > 25", ": 3")]
    [InlineData("count(profile)", "country is missing", ": 1")]
    [InlineData("sum(order.amount) by country", "age > 35", "FR: 5|: 100")]
    [InlineData("sum(order.amount where amount < 15) by country", "country = \"UK\"", "UK: 10")]
    [InlineData("avg(age)", "exists(order where amount >= 10)", ": 40")]
    [InlineData("sum(order.amount) / count(order)", "count(order) >= 2", ": 15")]
    [InlineData("count(order then order within 2mo)", "country = \"FR\"", ": 0")]
    [InlineData("count(order then order within 2mo)", "country = \"UK\"", ": 1")]
    [InlineData("count(order where amount > avg(order.amount))", "age = 30", ": 1")]
    [InlineData("max(order.amount) by country", "false", "")]
    public void A_filter_restricts_whom_a_measure_is_about(string rule, string filter, string expected) =>
        Assert.Equal(expected, Show(Rows(Bound(rule, filter).Measure.Rule!)));

    [Fact]
    public void A_filters_names_are_the_profiles_even_where_an_activity_has_such_a_field()
    {
        var schema = new RuleSchema
        {
            Attributes = new Dictionary<string, DataType> { ["status"] = DataType.Text },
            Activities = new Dictionary<string, IReadOnlyDictionary<string, DataType>> { ["order"] = new Dictionary<string, DataType> { ["status"] = DataType.Text } },
        };
        var person = new FakeProfile { Attributes = { ["status"] = Value.Of("gold") } };
        person.Add("order", "1", "2026-01-01T00:00:00Z", ("status", Value.Of("paid")));
        var filter = RuleText.Parse("status = \"gold\"").Expression;
        var rule = MeasureBinder.Bind(RuleText.Parse("count(order where status = \"paid\")"), filter, TimeBucket.None, schema).Measure.Rule!;
        var measure = new BusinessMeasure(rule);
        measure.Add(person, Sample.Moment);
        Assert.Equal(": 1", Show(measure.Rows()));
    }

    [Theory]
    [InlineData(TimeBucket.Month, "UTC", "2026-01-01T00:00:00Z: 15|2026-02-01T00:00:00Z: 120")]
    [InlineData(TimeBucket.Month, "Europe/Berlin", "2025-12-31T23:00:00Z: 10|2026-01-31T23:00:00Z: 125")]
    [InlineData(TimeBucket.Quarter, "UTC", "2026-01-01T00:00:00Z: 135")]
    [InlineData(TimeBucket.Year, "America/New_York", "2026-01-01T05:00:00Z: 135")]
    [InlineData(TimeBucket.Week, "UTC", "2026-01-05T00:00:00Z: 10|2026-01-26T00:00:00Z: 105|2026-02-09T00:00:00Z: 20")]
    [InlineData(TimeBucket.Day, "Europe/Berlin", "2026-01-09T23:00:00Z: 10|2026-01-31T23:00:00Z: 105|2026-02-09T23:00:00Z: 20")]
    [InlineData(TimeBucket.Hour, "UTC", "2026-01-10T12:00:00Z: 10|2026-01-31T23:00:00Z: 5|2026-02-01T00:00:00Z: 100|2026-02-10T12:00:00Z: 20")]
    public void A_time_bucket_divides_by_the_activitys_time_in_the_measures_zone(TimeBucket bucket, string zone, string expected)
    {
        var bound = Bound("sum(order.amount)", null, bucket);
        Assert.Equal(expected, Show(Rows(bound.Measure.Rule!, TimeZoneInfo.FindSystemTimeZoneById(zone))));
        var spelled = RuleBinder.Bind($"sum(order.amount) by truncate(order.at, \"{bucket.ToString().ToLowerInvariant()}\")", Sample.Schema, RuleUse.BusinessMeasure).Rule!;
        Assert.Equal(expected, Show(Rows(spelled, TimeZoneInfo.FindSystemTimeZoneById(zone))));
        Assert.Equal(": 135", Show(Rows(bound.Total!)));
    }

    [Fact]
    public void A_bucket_stands_behind_the_other_dimensions_and_a_total_is_over_all_of_them()
    {
        var bound = Bound("avg(order.amount) by country", "age < 50", TimeBucket.Month);
        Assert.Equal("FR,2026-01-01T00:00:00Z: 5|UK,2026-01-01T00:00:00Z: 10|UK,2026-02-01T00:00:00Z: 20", Show(Rows(bound.Measure.Rule!)));
        Assert.StartsWith(": 11.66666666666666", Show(Rows(bound.Total!)), StringComparison.Ordinal);
        Assert.Null(Bound("count(profile)", null).Total);
    }

    [Theory]
    [InlineData("count(profile)")]
    [InlineData("count(order) + count(case)")]
    public void A_bucket_without_one_activity_type_is_refused(string rule) => Assert.Equal(
        "RUL029 a time bucket needs every aggregate to be over one activity type, such as sum(order.amount) / count(order) at 1:1",
        Assert.Single(Bound(rule, null, TimeBucket.Month).Measure.Errors).ToString());

    [Fact]
    public void A_hundred_thousand_rows_are_enough()
    {
        var measure = new BusinessMeasure(Bound("count(profile) by age", null).Measure.Rule!);
        for (var age = 0; age < BusinessMeasure.MaxRows; age++)
        {
            measure.Add(new FakeProfile { Attributes = { ["age"] = Value.Of((long)age) } }, Sample.Moment);
        }

        var refused = Assert.Throws<RuleEvaluationException>(() => measure.Add(new FakeProfile { Attributes = { ["age"] = Value.Of(-1L) } }, Sample.Moment));
        Assert.Equal("RUL030 more than 100,000 rows: take fewer or coarser dimensions, or a filter; in `count(profile) by age` at 1:1", refused.Message);
    }

    // Every aggregate over every type it takes: once for the profile that has all the activities, once for the business of that profile alone.
    [Theory]
    [InlineData("count(order)", "3")]
    [InlineData("count(order where amount > 6)", "2")]
    [InlineData("exists(order)", "true")]
    [InlineData("exists(order where amount > 1000)", "false")]
    [InlineData("count_distinct(order.amount)", "2")]
    [InlineData("count_distinct(order.id)", "3")]
    [InlineData("count_distinct(order.at)", "3")]
    [InlineData("count_distinct(truncate(order.at, \"month\"))", "2")]
    [InlineData("sum(order.amount)", "25")]
    [InlineData("sum(hour(order.at))", "36")]
    [InlineData("avg(order.amount)", "8.333333333333333333333333333")]
    [InlineData("avg(month(order.at))", "1.3333333333333333333333333333")]
    [InlineData("min(order.amount)", "5")]
    [InlineData("max(order.at)", "2026-02-10T12:00:00Z")]
    [InlineData("min(order.id)", "o1")]
    [InlineData("max(order.id)", "o3")]
    [InlineData("first(order.amount)", "10")]
    [InlineData("last(order.amount)", "5")]
    [InlineData("last(order.id where amount = 10)", "o2")]
    [InlineData("arg_min(order.id, order.amount)", "o3")]
    [InlineData("arg_max(order.id, order.amount)", "o1")]
    [InlineData("arg_max(order.at, order.id)", "2026-02-10T12:00:00Z")]
    [InlineData("sum(order.amount) / count(order)", "8.333333333333333333333333333")]
    [InlineData("max(order.amount) - min(order.amount)", "5")]
    [InlineData("round(sum(order.amount) / 2, 1)", "12.5")]
    [InlineData("if(exists(order), sum(order.amount), 0.0)", "25")]
    [InlineData("count(order then order within 23h)", "0")]
    [InlineData("count(order then order within 5w)", "1")]
    [InlineData("exists(order where amount = 10 then order where amount = 5)", "true")]
    public void Every_aggregate_means_the_same_of_one_profile_and_of_the_business(string rule, string expected)
    {
        var person = Make("UK", 30, ("o1", "2026-01-10T12:00:00Z", 10m), ("o2", "2026-01-11T12:00:00Z", 10m), ("o3", "2026-02-10T12:00:00Z", 5m));
        var own = RuleBinder.Bind(rule, Sample.Schema, RuleUse.Value);
        Assert.True(own.Rule is not null, string.Join('\n', own.Errors));
        Assert.Equal(expected, own.Rule.Evaluate(person, Sample.Moment).ToString());
        Assert.Equal(": " + expected, Show(Rows(Bound(rule, null).Measure.Rule!, null, person)));
    }

    private static FakeProfile Make(string? country, long age, params ReadOnlySpan<(string Id, string At, decimal Amount)> orders)
    {
        var person = new FakeProfile { Attributes = { ["country"] = Value.Of(country), ["age"] = Value.Of(age) } };
        foreach (var (id, at, amount) in orders)
        {
            person.Add("order", id, at, ("amount", Value.Of(amount)));
        }

        return person;
    }

    private static BoundMeasure Bound(string text, string? filter, TimeBucket bucket = TimeBucket.None) =>
        MeasureBinder.Bind(RuleText.Parse(text), filter is null ? null : RuleText.Parse(filter).Expression!, bucket, Sample.Schema);

    private static IReadOnlyList<BusinessRow> Rows(BoundRule rule, TimeZoneInfo? zone = null, params ReadOnlySpan<FakeProfile> people)
    {
        var measure = new BusinessMeasure(rule);
        foreach (var person in people.Length == 0 ? People : people)
        {
            measure.Add(person, Sample.Moment with { Zone = zone });
        }

        return measure.Rows();
    }

    private static string Show(IEnumerable<BusinessRow> rows) => string.Join('|', rows.Select(row => $"{string.Join(',', row.Dimensions)}: {row.Value}"));
}
