using CustomerInsights.Core.Rules;
using CustomerInsights.Core.Rules.Flips;

namespace CustomerInsights.Core.Tests.Rules.Flips;

public sealed class RuleFlipsTests
{
    private static readonly TimeZoneInfo Berlin = TimeZoneInfo.FindSystemTimeZoneById("Europe/Berlin");

    [Theory]
    [InlineData("city = \"London\" and lifetime_spend > 100")]
    [InlineData("count(order) >= 3")]
    [InlineData("count(page_view then order within 7d) >= 1")]
    [InlineData("year(last_seen) = 2026")]
    [InlineData("city = \"Nowhere\" and exists(order where at >= ago(90d))")]
    [InlineData("exists(order where at >= ago(90d)) and city = \"Nowhere\"")]
    [InlineData("city = \"London\" or days_since(last(order.at)) > 180")]
    [InlineData("now() > ago(3d)")]
    [InlineData("days_since(ago(3d)) = 3")]
    public void An_answer_that_time_cannot_change_never_flips(string rule) => Assert.Null(Next(rule));

    // Ada's last orders: 2026-03-01T08:00Z (two of them); 2025-12-31T23:30Z before. Now: 2026-03-31T12:00Z. Her city is London.
    [Theory]
    [InlineData("exists(order where at >= ago(90d))", "2026-05-30T08:00:00.0000001Z")]
    [InlineData("exists(order where at > ago(90d))", "2026-05-30T08:00:00Z")]
    [InlineData("count(order where at >= ago(90d)) >= 2", "2026-03-31T23:30:00.0000001Z")]
    [InlineData("days_since(last(order.at)) > 180", "2026-08-29T08:00:00Z")]
    [InlineData("days_since(last(order.at)) >= 180.5", "2026-08-29T08:00:00Z")]
    [InlineData("180 < days_since(last(order.at))", "2026-08-29T08:00:00Z")]
    [InlineData("days_since(last(order.at)) = 30", "2026-04-01T08:00:00Z")]
    [InlineData("days_since(time(2026-04-10T00:00:00Z)) = 0", "2026-04-09T00:00:00.0000001Z")]
    [InlineData("last_seen < ago(1h)", null)]
    [InlineData("last_seen >= ago(1d)", "2026-03-31T23:30:00.0000001Z")]
    [InlineData("last_seen = ago(1d)", "2026-03-31T23:30:00Z")]
    [InlineData("last(order.at) >= ago(1mo)", "2026-04-01T08:00:00.0000001Z")]
    [InlineData("now() > time(2027-01-01T00:00:00Z)", "2027-01-01T00:00:00.0000001Z")]
    [InlineData("now() + 1y > time(2027-06-01T00:00:00Z)", "2026-06-01T00:00:00.0000001Z")]
    [InlineData("today() = date(2026-04-05)", "2026-04-05T00:00:00Z")]
    [InlineData("date(2026-06-30) < today() + 2w", "2026-06-17T00:00:00Z")]
    [InlineData("now() >= date(2026-06-30)", "2026-06-30T00:00:00Z")]
    [InlineData("year(now()) - year(birthday) >= 37", "2027-01-01T00:00:00Z")]
    [InlineData("truncate(now(), \"quarter\") = date(2026-01-01)", "2026-04-01T00:00:00Z")]
    [InlineData("truncate(now(), \"hour\") > last_seen", "2026-03-31T13:00:00Z")]
    [InlineData("hour(now()) in (12, 13)", "2026-03-31T13:00:00Z")]
    [InlineData("weekday(now()) = 2", "2026-04-01T00:00:00Z")]
    [InlineData("not (coalesce(last_seen, now()) >= ago(1d))", "2026-03-31T23:30:00.0000001Z")]
    [InlineData("days_between(last_seen, now()) >= 1", "2026-03-31T23:30:00Z")]
    [InlineData("exists(order where at >= ago(90d)) and last_seen >= ago(1d)", "2026-03-31T23:30:00.0000001Z")]
    [InlineData("exists(order where at >= ago(90d)) or last_seen >= ago(1d)", "2026-05-30T08:00:00.0000001Z")]
    public void The_flip_of_a_usual_shape_is_exact_to_the_tick(string rule, string? expected) =>
        Assert.Equal(expected is null ? null : Sample.Time(expected), Next(rule));

    // The month before 29, 30 and 31 March is the last of February: the course jumps back at each midnight.
    [Fact]
    public void A_month_that_clamps_lets_an_answer_flip_to_and_fro()
    {
        var profile = new FakeProfile { Attributes = { ["last_seen"] = Core.Model.Value.Of(Sample.Time("2026-02-28T12:00:00Z")) } };
        var flips = new List<(string, bool)>();
        var (rule, look) = Rule("last_seen >= ago(1mo)");
        var at = Sample.Time("2026-03-01T00:00:00Z");
        while (look.Next(profile, new RuleMoment(at)) is { } next)
        {
            flips.Add((next.ToString("MM-dd HH:mm:ss.fffffff", System.Globalization.CultureInfo.InvariantCulture), rule.Matches(profile, new RuleMoment(next))));
            at = next;
        }

        Assert.Equal(
            [
                ("03-28 12:00:00.0000001", false), ("03-29 00:00:00.0000000", true), ("03-29 12:00:00.0000001", false), ("03-30 00:00:00.0000000", true),
                ("03-30 12:00:00.0000001", false), ("03-31 00:00:00.0000000", true), ("03-31 12:00:00.0000001", false),
            ],
            flips.Where((flip, i) => i == 0 || flip.Item2 != flips[i - 1].Item2));
    }

    [Theory]
    [InlineData("today() = date(2026-04-05)", "2026-04-04T22:00:00Z")]
    [InlineData("today() > date(2026-10-25)", "2026-10-25T23:00:00Z")]
    [InlineData("hour(now()) = 14", "2026-03-31T13:00:00Z")]
    [InlineData("days_since(joined) >= 800", "2026-05-08T22:00:00Z")]
    public void Days_and_hours_are_those_of_the_zone(string rule, string expected) =>
        Assert.Equal(Sample.Time(expected), Rule(rule).Flips.Next(Sample.Ada, Sample.Moment with { Zone = Berlin }));

    [Theory]
    [InlineData("now()", true)]
    [InlineData("max(order.amount)", false)]
    [InlineData("coalesce(last_seen, ago(1d))", true)]
    [InlineData("max(if(order.amount > 5, now(), order.at))", true)]
    [InlineData("sum(days_since(order.at))", false)]
    public void A_value_that_is_another_at_every_instant_is_told(string rule, bool continuous)
    {
        var bound = RuleBinder.Bind(rule, Sample.Schema, RuleUse.Value);
        Assert.True(bound.Rule is not null, string.Join('\n', bound.Errors));
        Assert.Equal(continuous, RuleFlips.Of(bound.Rule).IsContinuous);
    }

    // Ten thousand activities have one next flip; walking the clock over them is one flip for each that leaves the window.
    [Fact]
    public void Many_activities_promise_only_the_next_flip()
    {
        var profile = new FakeProfile();
        for (var i = 0; i < 300; i++)
        {
            profile.Add("page_view", new FakeActivity($"p{i}", Sample.Now.AddHours(-i)));
        }

        var (rule, flips) = Rule("count(page_view where at >= ago(30d)) >= 100");
        var at = Sample.Now;
        var looks = 0;
        while (rule.Matches(profile, new RuleMoment(at)))
        {
            at = flips.Next(profile, new RuleMoment(at))!.Value;
            looks++;
        }

        Assert.Equal(Sample.Now.AddHours(-99).AddDays(30).AddTicks(1), at);
        Assert.Equal(201, looks);
    }

    private static DateTimeOffset? Next(string rule) => Rule(rule).Flips.Next(Sample.Ada, Sample.Moment);

    private static (BoundRule Rule, RuleFlips Flips) Rule(string text)
    {
        var bound = RuleBinder.Bind(text, Sample.Schema, RuleUse.Condition);
        Assert.True(bound.Rule is not null && bound.Errors.Count == 0, string.Join('\n', bound.Errors));
        return (bound.Rule, RuleFlips.Of(bound.Rule));
    }
}
