using CustomerInsights.Core.Model;
using CustomerInsights.Core.Rules;
using CustomerInsights.Core.Rules.Flips;
using FsCheck;
using FsCheck.Fluent;

namespace CustomerInsights.Core.Tests.Rules.Flips;

/// <summary>Walks the clock finely over random rules and profiles: whatever happens to an answer was promised.</summary>
public sealed class RuleFlipsPropertyTests
{
    private const int Looks = 12;
    private static readonly Arbitrary<int> Seeds = Gen.Choose(0, int.MaxValue).ToArbitrary();

    private static readonly TimeZoneInfo[] Zones =
    [
        TimeZoneInfo.Utc, .. new[] { "Europe/Berlin", "America/St_Johns", "Australia/Lord_Howe", "America/Sao_Paulo" }.Select(TimeZoneInfo.FindSystemTimeZoneById),
    ];

    [Fact]
    public void No_answer_changes_without_a_promise() => Check(seed => new RandomRules(seed).Typed(), 3_000);

    [Fact]
    public void No_answer_of_a_rule_about_time_changes_without_a_promise() => Check(
        seed =>
        {
            var parsed = RuleText.Parse(new TimeRules(seed).Condition(3));
            return parsed.Expression ?? throw new InvalidOperationException(string.Join('\n', parsed.Errors));
        },
        5_000);

    [Fact]
    public void A_part_that_the_evaluation_does_not_come_to_fails_nothing()
    {
        // Found by the first of these properties.
        const int Seed = 340961755;
        var tree = new RandomRules(Seed).Typed();
        var rule = RuleBinder.Bind(tree, Sample.Schema, RuleUse.Value).Rule!;
        Walk(tree, rule, RuleFlips.Of(rule), new RandomRules(Seed).Profile(), new System.Random(Seed));
    }

    private static void Check(Func<int, Expression> make, int tests)
    {
        var (promised, changed) = (0, 0);
        Prop.ForAll(Seeds, seed =>
        {
            var tree = make(seed);
            var bound = RuleBinder.Bind(tree, Sample.Schema, RuleUse.Value);
            Assert.True(bound.Rule is not null && bound.Errors.Count == 0, $"{tree}\n{string.Join('\n', bound.Errors)}");
            if (RuleFlips.Of(bound.Rule) is { IsContinuous: false } flips)
            {
                var (some, real) = Walk(tree, bound.Rule, flips, new RandomRules(seed).Profile(), new System.Random(seed));
                promised += some;
                changed += real;
            }

            return true;
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(tests));
        Assert.True(changed > tests / 20, $"{promised} promises, {changed} changes");
    }

    private static (int Promised, int Changed) Walk(Expression tree, BoundRule rule, RuleFlips flips, FakeProfile profile, System.Random random)
    {
        var moment = new RuleMoment(Start(random), Zones[random.Next(Zones.Length)]);
        var (promised, changed) = (0, 0);
        for (var i = 0; i < Looks; i++)
        {
            if (Answer(rule, profile, moment) is not { } answer)
            {
                break;
            }

            var next = flips.Next(profile, moment);
            Assert.True(next is null || next > moment.Now, $"{tree}\nat {moment.Now:O} promises {next:O}");
            foreach (var between in Between(moment.Now, next, random))
            {
                var found = Answer(rule, profile, moment with { Now = between });
                if (found is not null && !found.Equals(answer))
                {
                    throw new InvalidOperationException($"{tree}\nzone {moment.Zone!.Id}, at {moment.Now:O} {answer} until {next:O}, but {found} at {between:O}");
                }
            }

            if (next is not { } flip)
            {
                break;
            }

            promised++;
            changed += Answer(rule, profile, moment with { Now = flip }) is { } after && !after.Equals(answer) ? 1 : 0;
            moment = moment with { Now = flip };
        }

        return (promised, changed);
    }

    // Often near a change of clocks, or the end of a month.
    private static DateTimeOffset Start(System.Random random) => random.Next(4) switch
    {
        0 => Sample.Time("2026-03-28T20:00:00Z").AddMinutes(random.Next(3000)),
        1 => Sample.Time("2026-10-31T20:00:00Z").AddMinutes(random.Next(3000)),
        2 => Sample.Time("2011-11-05T20:00:00Z").AddMinutes(random.Next(3000)),
        _ => Sample.Now.AddTicks(random.NextInt64(TimeSpan.TicksPerDay * 400)),
    };

    private static IEnumerable<DateTimeOffset> Between(DateTimeOffset now, DateTimeOffset? next, System.Random random)
    {
        var last = (next ?? now.AddDays(random.Next(1200))).AddTicks(-1);
        for (var i = 0; i < 6; i++)
        {
            var far = now.AddTicks((long)((last - now).Ticks * random.NextDouble()));
            yield return far;
            yield return Cap(now.AddMinutes(random.Next(3000)));

            // Midnights and full hours, and the tick before them.
            var hour = far.AddTicks(-(far.Ticks % TimeSpan.TicksPerHour));
            yield return Cap(hour);
            yield return Cap(hour.AddTicks(-1));
            yield return Cap(hour.AddTicks(1));
        }

        yield return Cap(now.AddTicks(1));
        yield return last < now ? now : last;

        DateTimeOffset Cap(DateTimeOffset at) => at < now || last < now ? now : at > last ? last : at;
    }

    // Null for an overflow: it is no answer that a change could be seen in.
    private static Value? Answer(BoundRule rule, FakeProfile profile, RuleMoment moment)
    {
        try
        {
            return rule.Evaluate(profile, moment);
        }
        catch (RuleEvaluationException)
        {
            return null;
        }
    }
}

/// <summary>Conditions in which time matters, as text, from a seed.</summary>
internal sealed class TimeRules(int seed)
{
    private readonly Random _random = new(seed);

    public string Condition(int depth)
    {
        if (depth > 0 && _random.Next(3) == 0)
        {
            return _random.Next(4) switch
            {
                0 => $"not ({Condition(depth - 1)})",
                1 => $"(({Condition(depth - 1)}) and ({Condition(depth - 1)}))",
                2 => $"(({Condition(depth - 1)}) or ({Condition(depth - 1)}))",
                _ => $"if({Condition(depth - 1)}, {Condition(depth - 1)}, {Condition(depth - 1)})",
            };
        }

        return _random.Next(14) switch
        {
            0 or 1 => $"{Fixed()} {Comparison()} {Moving()}",
            2 => $"{Moving()} {Comparison()} {Moving()}",
            3 => $"count(order where at {Comparison()} {Moving()}) {Comparison()} {_random.Next(4)}",
            4 => $"exists(order where at {Comparison()} {Moving()} and amount > {_random.Next(3)})",
            5 => $"days_since({Any()}) {Comparison()} {_random.Next(-20, 120)}{Pick("", ".5")}",
            6 => $"{Day()} {Comparison()} {Pick("birthday", "joined", "date(2026-10-25)", "date(2026-03-29)", "last_seen")}",
            7 => $"{Pick("hour", "day", "weekday", "month", "year", "quarter")}({Moving()}) {Comparison()} {_random.Next(1, 13)}",
            8 => $"truncate({Moving()}, \"{Pick("year", "quarter", "month", "week", "day", "hour")}\") {Comparison()} {Any()}",
            9 => $"days_between({Any()}, {Any()}) {Comparison()} {_random.Next(-20, 60)}",
            10 => $"{Fixed()} {Pick("in", "not in")} ({Moving()}, {Any()})",
            11 => $"sum(order.quantity where days_since(order.at) < {_random.Next(100)}) {Comparison()} 3",
            12 => $"count(page_view where at >= {Moving()} then order where at < {Moving()} within {Duration()}) >= 1",
            _ => $"coalesce({Any()}, {Any()}) between {Any()} and {Any()}",
        };
    }

    private string Pick(params ReadOnlySpan<string> items) => items[_random.Next(items.Length)];

    private string Comparison() => Pick("=", "!=", "<", "<=", ">", ">=");

    private string Duration() => $"{_random.Next(0, 40)}{Pick("d", "h", "min", "mo", "w", "d", "mo")}";

    private string Fixed() => Pick("last_seen", "last(order.at)", "first(order.at where amount > 1)", "time(2026-02-28T12:00:00Z)", "time(2026-10-25T00:30:00Z)", "time(2026-03-29T01:30:00Z)");

    private string Moving() => _random.Next(4) switch
    {
        0 => "now()",
        1 => $"ago({Duration()})",
        2 => $"(now() {Pick("+", "-")} {Duration()})",
        _ => $"(ago({Duration()}) {Pick("+", "-")} {Duration()})",
    };

    private string Any() => _random.Next(2) == 0 ? Fixed() : Moving();

    private string Day() => Pick("today()", $"(today() - {_random.Next(60)}d)", $"(today() + {_random.Next(9)}w)", $"(today() - {_random.Next(9)}mo)", "now()");
}
