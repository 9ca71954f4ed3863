using System.Text.Json;
using CustomerInsights.Core.Rules;
using FsCheck;
using FsCheck.Fluent;

namespace CustomerInsights.Core.Tests.Rules;

public sealed class RuleFuzzTests
{
    private static readonly Arbitrary<int> Seeds = Gen.Choose(0, int.MaxValue).ToArbitrary();

    private static readonly string[] Scraps =
    [
        "(", ")", "\"", "`", ",", ".", "-", "--", "and ", "or ", "not ", "in (", "between ", "is missing", "where ", "then ",
        "within ", "by ", "count(", "date(", "time(", "30d", "5e1", "5e", "1.", "=~", "==", "&", "\u0000", "\ud800", "😀", "order", "order.", "\n", " ", "percentile_rank(",
    ];

    [Fact]
    public void No_string_of_characters_or_scraps_makes_the_parser_or_the_binder_throw() => Prop.ForAll(Seeds, seed =>
    {
        var random = new Random(seed);
        var text = new System.Text.StringBuilder();
        for (int i = random.Next(60); i > 0; i--)
        {
            text.Append(random.Next(4) == 0 ? ((char)random.Next(0x10000)).ToString() : Scraps[random.Next(Scraps.Length)]);
        }

        Digest(text.ToString());
        return true;
    }).Check(Config.QuickThrowOnFailure.WithMaxTest(3_000));

    [Fact]
    public void No_damage_to_a_good_rule_makes_the_parser_or_the_binder_throw() => Prop.ForAll(Seeds, seed =>
    {
        var random = new Random(seed);
        string good = RuleCases.All[random.Next(RuleCases.All.Count)].Rule;
        for (int i = 1 + random.Next(4); i > 0 && good.Length > 0; i--)
        {
            int at = random.Next(good.Length);
            good = random.Next(3) switch
            {
                0 => good.Remove(at, 1),
                1 => good.Insert(at, Scraps[random.Next(Scraps.Length)]),
                _ => good[at..] + good[..at],
            };
        }

        Digest(good);
        return true;
    }).Check(Config.QuickThrowOnFailure.WithMaxTest(3_000));

    [Fact]
    public void No_damage_to_the_JSON_form_makes_its_reader_throw() => Prop.ForAll(Seeds, seed =>
    {
        var random = new Random(seed);
        string json = RuleJson.Write(new RandomRules(seed).Tree()).ToJsonString();
        for (int i = 1 + random.Next(3); i > 0; i--)
        {
            int at = random.Next(json.Length);
            json = random.Next(4) switch
            {
                0 => json.Remove(at, Math.Min(json.Length - at, random.Next(1, 4))),
                1 => json.Insert(at, ((char)random.Next(32, 127)).ToString()),
                2 => json.Replace("\"kind\":\"" + (random.Next(2) == 0 ? "name" : "literal"), "\"kind\":\"" + (random.Next(2) == 0 ? "by" : "in"), StringComparison.Ordinal),
                _ => json.Replace(random.Next(2) == 0 ? "[" : "\"text\"", random.Next(2) == 0 ? "{}" : "null", StringComparison.Ordinal),
            };
            json = json.Length == 0 ? " " : json;
        }

        var read = RuleJson.Read(json);
        Assert.True(read.Errors.Count > 0 || RuleText.Parse(RuleText.Format(read.Expression!)).Expression == read.Expression, json);
        foreach (var use in Enum.GetValues<RuleUse>())
        {
            RuleBinder.Bind(read, Sample.Schema, use);
        }

        return true;
    }).Check(Config.QuickThrowOnFailure.WithMaxTest(3_000));

    [Theory]
    [InlineData(1)]
    [InlineData(20261126)]
    public async Task A_slice_of_the_long_run_has_no_find(int seed)
    {
        var fuzz = new CustomerInsights.Bench.Fuzz.RuleFuzz();
        for (int round = 0; round < 1_500; round++)
        {
            await fuzz.RoundAsync(seed, round);
        }

        Assert.InRange(fuzz.Refused, 500, 1_499);
    }

    [Theory]
    [InlineData("(")]
    [InlineData("not ")]
    [InlineData("- ")]
    [InlineData("lower(")]
    [InlineData("count(order where ")]
    [InlineData("1 + ")]
    [InlineData("1 - (")]
    [InlineData("a in (")]
    [InlineData("a = ")]
    [InlineData("a and ")]
    [InlineData("a or b and ")]
    [InlineData("a.")]
    [InlineData("\"\"")]
    [InlineData("`")]
    [InlineData("date(")]
    [InlineData("a by ")]
    [InlineData("count(order then ")]
    [InlineData("1 ")]
    [InlineData("?")]
    [InlineData("if(a, b, ")]
    [InlineData("a between 1 and ")]
    public void The_longest_repetition_of_a_scrap_is_digested_soon(string scrap)
    {
        string text = string.Concat(Enumerable.Repeat(scrap, RuleLimits.Characters / scrap.Length));
        var watch = System.Diagnostics.Stopwatch.StartNew();
        Assert.InRange(RuleText.Parse(text).Errors.Count, 0, RuleLimits.Errors);
        Digest(text);
        Assert.InRange(watch.ElapsedMilliseconds, 0, 30_000);
    }

    [Fact]
    public void JSON_nested_ten_thousand_deep_is_an_error_and_no_overflow_of_the_stack()
    {
        string deep = string.Concat(Enumerable.Repeat("{\"kind\":\"not\",\"operand\":", 10_000));
        Assert.Equal("RUL010", Assert.Single(RuleJson.Read(deep).Errors).Code);

        // Parsed by someone else with a higher limit.
        string closed = deep + "{\"kind\":\"name\",\"parts\":[\"vip\"]}" + new string('}', 10_000);
        using var document = JsonDocument.Parse(closed, new JsonDocumentOptions { MaxDepth = 20_000 });
        Assert.Equal("RUL007", Assert.Single(RuleJson.Read(document.RootElement).Errors).Code);
    }

    [Fact]
    public void A_pattern_that_explodes_by_backtracking_takes_linear_time()
    {
        var profile = new FakeProfile { Attributes = { ["city"] = Model.Value.Of(new string('a', 100_000) + "!") } };
        var watch = System.Diagnostics.Stopwatch.StartNew();
        Assert.False(RuleBinder.Bind("city matches \"^(a+)+$\"", Sample.Schema, RuleUse.Condition).Rule!.Matches(profile, Sample.Moment));
        Assert.InRange(watch.ElapsedMilliseconds, 0, 30_000);
    }

    [Theory]
    [InlineData("not ", "", 62)]
    [InlineData("not (", ")", 62)]
    [InlineData("(", ")", 64)]
    [InlineData("lower((", "))", 62)]
    [InlineData("vip and (1 + (", ") = 2)", 20)]
    [InlineData("exists(order where (not ", "))", 30)]
    [InlineData("coalesce(if(vip, (", "), age))", 30)]
    public void The_deepest_rules_need_no_more_than_a_small_stack(string open, string close, int times)
    {
        string text = string.Concat(Enumerable.Repeat(open, times)) + "vip" + string.Concat(Enumerable.Repeat(close, times));
        OnStackOf(1024, () => Assert.DoesNotContain(RuleText.Parse(text).Errors, e => e.Code == "RUL007"));
        OnStackOf(1024, () => Digest(text));
        OnStackOf(256, () => RuleText.Parse(text));
    }

    private static void OnStackOf(int kilobytes, Action action)
    {
        Exception? failed = null;
        var thread = new Thread(
            () =>
            {
                try
                {
                    action();
                }
                catch (Exception problem)
                {
                    failed = problem;
                }
            },
            kilobytes * 1024);
        thread.Start();
        thread.Join();
        Assert.Null(failed);
    }

    [Fact]
    public void Nested_aggregates_take_linear_time()
    {
        var profile = new FakeProfile();
        for (int i = 0; i < 500; i++)
        {
            profile.Add("order", new FakeActivity($"o{i}", Sample.Now.AddHours(-i)) { Fields = { ["amount"] = Model.Value.Of((decimal)i) } });
        }

        string rule = "count(order where amount >= 0)";
        for (int i = 0; i < 25; i++)
        {
            rule = $"count(order where amount < {rule})";
        }

        var watch = System.Diagnostics.Stopwatch.StartNew();
        Assert.Equal(500, RuleBinder.Bind(rule, Sample.Schema, RuleUse.Value).Rule!.Evaluate(profile, Sample.Moment).AsInteger());
        Assert.InRange(watch.ElapsedMilliseconds, 0, 30_000);
    }

    private static void Digest(string text)
    {
        var parsed = RuleText.Parse(text);
        if (parsed.Expression is { } tree)
        {
            Assert.Equal(tree, RuleText.Parse(RuleText.Format(tree)).Expression);
            Assert.Equal(tree, RuleJson.Read(RuleJson.Write(tree).ToJsonString()).Expression);
        }

        foreach (var use in Enum.GetValues<RuleUse>())
        {
            var bound = RuleBinder.Bind(parsed, Sample.Schema, use);
            Assert.Equal(bound.Rule is null, bound.Errors.Count > 0);
            if (bound.Rule is not null && use != RuleUse.BusinessMeasure)
            {
                try
                {
                    bound.Rule.Evaluate(Sample.Ada, Sample.Moment);
                }
                catch (RuleEvaluationException)
                {
                    // An overflow is an answer.
                }
            }
        }
    }
}
