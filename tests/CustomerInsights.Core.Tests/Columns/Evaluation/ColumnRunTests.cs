using CustomerInsights.Core.Columns;
using CustomerInsights.Core.Columns.Evaluation;
using CustomerInsights.Core.Model;
using CustomerInsights.Core.Rules;
using CustomerInsights.Core.Tests.Rules;

namespace CustomerInsights.Core.Tests.Columns.Evaluation;

/// <summary>Over columns a rule answers what it answers profile by profile, errors included.</summary>
public sealed class ColumnRunTests
{
    [Fact]
    public void Every_case_of_the_table_holds_over_columns()
    {
        var wrong = new List<string>();
        foreach (var profile in RuleCases.All.GroupBy(@case => @case.Profile))
        {
            FakeProfile[] people = [.. Enumerable.Repeat(profile.Key == "ada" ? Sample.Ada : Sample.Nobody, 65)];
            var world = new SampleWorld(people);
            foreach (var @case in profile)
            {
                if (RuleBinder.Bind(@case.Rule, Sample.Schema, RuleUse.Value).Rule is { } rule)
                {
                    var zone = @case.Zone == "UTC" ? null : TimeZoneInfo.FindSystemTimeZoneById(@case.Zone);
                    wrong.AddRange(Differences(world.Run(), people, rule, zone));
                }
            }
        }

        Assert.True(wrong.Count == 0, string.Join('\n', wrong));
    }

    [Fact]
    public void Random_rules_answer_over_columns_what_they_answer_profile_by_profile()
    {
        var (answers, failures) = (0, 0);
        for (var seed = 0; seed < 60; seed++)
        {
            var random = new RandomRules(seed);

            // Odd numbers of rows, in one part or several, with and without dead rows between them; 5,000 rows are two blocks.
            FakeProfile[] people = [.. Enumerable.Range(0, seed == 0 ? 5_000 : 1 + (37 * (seed % 5))).Select(_ => random.Profile())];
            var world = new SampleWorld(people, parts: 1 + (seed % 3), dead: seed % 2 == 1);
            for (var i = 0; i < 50; i++)
            {
                var rule = RuleBinder.Bind(random.Typed(), Sample.Schema, RuleUse.Value).Rule!;
                var zone = seed % 4 == 3 ? TimeZoneInfo.FindSystemTimeZoneById("Europe/Berlin") : null;
                var wrong = Differences(world.Run(), people, rule, zone).ToList();
                Assert.True(wrong.Count == 0, $"seed {seed}, rule {i}\n{string.Join('\n', wrong)}");
                answers++;
                failures += people.Any(person => Shown(() => rule.Evaluate(person, Sample.Moment with { Zone = zone })).StartsWith('!')) ? 1 : 0;
            }
        }

        // The comparison is worth something only while most rules have an answer.
        Assert.True(answers > 2 * failures, $"{answers} rules, {failures} failed");
    }

    [Theory]
    [InlineData("count(order where amount >= 50 and at >= ago(90d)) >= 2")]
    [InlineData("exists(order where category = \"books\") and not vip")]
    [InlineData("sum(order.amount where at between date(2025-01-01) and date(2026-12-31)) > 50")]
    [InlineData("days_since(last(order.at)) > 20 or last(order.at) is missing")]
    [InlineData("days_since(first(order.at where amount > 1)) != 3")]
    [InlineData("year(max(order.at)) = 2026 and month(birthday) = 3")]
    [InlineData("avg(order.amount) > 2.5")]
    [InlineData("avg(order.quantity) = 2")]
    [InlineData("avg(order.amount where quantity > 0) <= 100.125")]
    [InlineData("avg(order.weight) >= 0.5")]
    [InlineData("max(order.amount) >= 2.5 and min(order.quantity) != 1")]
    [InlineData("count(order where category = \"books\") > count(order where category = \"toys\")")]
    [InlineData("count(order.weight where amount > 0) = 1")]
    [InlineData("sum(order.quantity * 2 where gift) > 2")]
    [InlineData("sum(order.quantity) + age > 40")]
    [InlineData("count_distinct(order.category) = 2")]
    [InlineData("count(order where amount > lifetime_spend) >= 1")]
    [InlineData("arg_max(order.category, order.amount) = \"books\"")]
    [InlineData("arg_min(order.category, order.at where amount > 1) in (\"books\", \"toys\")")]
    [InlineData("last(order.category) is missing or last(order.category) matches \"^b\"")]
    [InlineData("first(order.category where quantity > 1) != \"toys\"")]
    [InlineData("count_distinct(order.amount) >= 2 and count_distinct(order.weight) = count_distinct(order.quantity)")]
    [InlineData("count_distinct(order.at where gift) > 1")]
    [InlineData("arg_max(order.amount, order.weight) > 2.5 or arg_min(order.quantity, order.amount) = 1")]
    [InlineData("arg_max(order.at, order.quantity) > ago(900d)")]
    [InlineData("arg_max(order.quantity * 9223372036854775807, order.at) > 1")]
    [InlineData("account.employees > 10 and city = \"London\"")]
    [InlineData("segment(\"vips\") or reachable(\"email\")")]
    [InlineData("huge + 1 > 0")]
    [InlineData("city = \"London\" and age + 9223372036854775807 > 0")]
    public void A_condition_has_the_members_that_it_has_profile_by_profile(string text)
    {
        var rule = RuleBinder.Bind(text, Sample.Schema, RuleUse.Condition).Rule!;
        for (var seed = 0; seed < 6; seed++)
        {
            var random = new RandomRules(seed);
            FakeProfile[] people = [.. Enumerable.Range(0, 150 + seed).Select(i => i == 77 ? Sample.Ada : random.Profile())];
            var zone = seed == 5 ? TimeZoneInfo.FindSystemTimeZoneById("Europe/Berlin") : null;
            var wrong = Differences(new SampleWorld(people, parts: 1 + (seed % 3), dead: seed % 2 == 1).Run(), people, rule, zone).ToList();
            Assert.True(wrong.Count == 0, $"seed {seed}\n{string.Join('\n', wrong)}");
        }
    }

    [Theory]
    [InlineData("count_distinct(order.category)")]
    [InlineData("count_distinct(order.amount where quantity > 0)")]
    [InlineData("arg_max(order.category, order.amount)")]
    [InlineData("arg_min(order.amount, order.quantity)")]
    [InlineData("arg_max(order.weight, order.at)")]
    [InlineData("arg_min(order.at, order.weight)")]
    [InlineData("first(order.category)")]
    [InlineData("city")]
    [InlineData("count_distinct(web.click.target)")]
    public void A_value_is_what_it_is_profile_by_profile(string text)
    {
        var rule = RuleBinder.Bind(text, Sample.Schema, RuleUse.Value).Rule!;
        for (var seed = 0; seed < 6; seed++)
        {
            var random = new RandomRules(seed);
            FakeProfile[] people = [.. Enumerable.Range(0, 150 + seed).Select(i => i == 77 ? Sample.Ada : i == 78 ? Sample.Nobody : random.Profile())];
            var wrong = Differences(new SampleWorld(people, parts: 1 + (seed % 3), dead: seed % 2 == 1).Run(), people, rule, null).ToList();
            Assert.True(wrong.Count == 0, $"seed {seed}\n{string.Join('\n', wrong)}");
        }
    }

    [Fact]
    public void Rules_that_share_aggregates_answer_as_each_alone()
    {
        string[] texts =
        [
            "count(order where amount > 1) > 1", "count(order where amount > 1) = 0 and sum(order.amount) > 1", "sum(order.amount) > count(order where amount > 1)",
            "count(order where at >= date(2026-01-01)) > 0", "count(order where at >= date(2026-01-01)) = 1 or avg(order.amount) > 2", "avg(order.amount) > 3",
            "exists(order where segment(\"vips\"))", "not exists(order where segment(\"vips\"))", "sum(order.quantity * 9223372036854775807) > 1", "sum(order.quantity * 9223372036854775807) < 1",
            "last(order.category) = \"books\"", "last(order.category) != \"books\"", "count_distinct(order.category) > 1", "count_distinct(order.category) = 1",
        ];
        List<BoundRule> rules = [.. texts.Select(text => RuleBinder.Bind(text, Sample.Schema, RuleUse.Value).Rule ?? throw new InvalidOperationException(text))];
        var random = new RandomRules(5);
        FakeProfile[] some = [.. Enumerable.Range(0, 300).Select(_ => random.Profile())];
        FakeProfile[] people = [.. Enumerable.Range(0, 9_000).Select(i => some[i % some.Length])];
        var world = new SampleWorld(people, parts: 2, dead: true);
        var run = world.Run();
        run.Share(rules);
        foreach (var zone in new[] { null, TimeZoneInfo.FindSystemTimeZoneById("Asia/Tokyo") })
        {
            // Twice, so that what was kept is asked for.
            foreach (var rule in rules.Concat(rules))
            {
                Assert.Equal(All(() => world.Run().Matches(rule, zone).Numbers().Select(number => $"{number}")), All(() => run.Matches(rule, zone).Numbers().Select(number => $"{number}")));
            }
        }

        // And a segment that is told later counts.
        run.Enter("vips", ImageRows.All(run.Image));
        Assert.Equal(run.Matches(RuleBinder.Bind("exists(order)", Sample.Schema, RuleUse.Condition).Rule!).Numbers(), run.Matches(rules[6]).Numbers());
    }

    [Fact]
    public void Values_of_some_are_those_that_they_have_among_all()
    {
        var rule = RuleBinder.Bind("count(order) + age", Sample.Schema, RuleUse.Value).Rule!;
        var random = new RandomRules(3);
        FakeProfile[] people = [.. Enumerable.Range(0, 90).Select(_ => random.Profile())];
        var run = new SampleWorld(people, parts: 3, dead: true).Run();

        // Odd numbers are dead, and 5,000 nobody ever had.
        var some = run.ValuesOf([178, 4, 3, 60, 5_000, 4], [rule]).ToList();
        Assert.Equal([4, 60, 178], some.Select(one => one.Number));
        Assert.All(some, one => Assert.Equal(rule.Evaluate(people[one.Number / 2], Sample.Moment), one.Values[0]));
    }

    [Fact]
    public void Of_several_profiles_that_a_value_may_refer_to_the_oldest_is_meant()
    {
        var accounts = new ColumnPartBuilder(new ColumnSchema(Types("name", "industry"), Sample.Schema.Relationships["account"].Activities));
        Add(accounts, 4, ("name", "Contoso"), ("industry", "Retail"));
        Add(accounts, 5, ("name", "Contoso"), ("industry", "Mining"));
        Add(accounts, 6, ("industry", "Nothing"));
        var people = new ColumnPartBuilder(new ColumnSchema(Types("company"), Sample.Schema.Activities));
        Add(people, 1, ("company", "Contoso"));
        Add(people, 2, ("company", "Fabrikam"));
        Add(people, 3);
        var world = new ColumnWorld(
            new Dictionary<string, ColumnImage>
            {
                ["person"] = new("person", [new LivePart(people.Build(), null)], 0),

                // A changed profile stands in a later part, though its number is lower.
                ["account"] = new("account", [new LivePart(accounts.Build(), null), new LivePart(Changed(), null)], 0),
            },
            new Dictionary<string, IReadOnlyDictionary<string, ColumnRelation>>
            {
                ["person"] = new Dictionary<string, ColumnRelation> { ["account"] = new ValueRelation("account", "company", "name") },
            });
        var rule = RuleBinder.Bind("account.industry", Sample.Schema, RuleUse.Value).Rule!;
        var values = new ColumnRun(world, "person", Sample.Moment, 1, default).Values([rule]).Single().Values[0];
        Assert.Equal([Value.Of("Shipping"), default, default], values);

        static Dictionary<string, DataType> Types(params ReadOnlySpan<string> names)
        {
            var types = new Dictionary<string, DataType>();
            foreach (var name in names)
            {
                types[name] = DataType.Text;
            }

            return types;
        }

        static ColumnPart Changed()
        {
            var builder = new ColumnPartBuilder(new ColumnSchema(Types("name", "industry"), Sample.Schema.Relationships["account"].Activities));
            Add(builder, 1, ("name", "Contoso"), ("industry", "Shipping"));
            return builder.Build();
        }

        static void Add(ColumnPartBuilder builder, long number, params (string Name, string Text)[] attributes) =>
            builder.Add(number, new ProfileId(Guid.Empty), name => Value.Of(attributes.FirstOrDefault(pair => pair.Name == name).Text), []);
    }

    /// <summary>What differs between a run and each profile for itself. When some profile fails, so does the run, with the first one's message.</summary>
    private static IEnumerable<string> Differences(ColumnRun run, FakeProfile[] people, BoundRule rule, TimeZoneInfo? zone)
    {
        string[] expected = [.. people.Select(person => Shown(() => rule.Evaluate(person, Sample.Moment with { Zone = zone })))];
        var failure = expected.FirstOrDefault(text => text.StartsWith('!'));
        var values = All(() => run.Values([rule], zone).SelectMany(batch => batch.Values[0]).Select(Show));
        if (!values.SequenceEqual(failure is null ? expected : [failure]))
        {
            yield return $"{rule.Source}\n    expected {failure ?? Different(expected, values)}\n    found    {Different(values, expected)}";
        }

        if (rule.Type == DataType.Boolean)
        {
            string[] members = failure is not null ? [failure] : [.. Enumerable.Range(0, people.Length).Where(i => expected[i] == "Boolean true").Select(i => $"{2 * i}")];
            var found = All(() => run.Matches(rule, zone).Numbers().Select(number => $"{number}"));
            if (!members.SequenceEqual(found))
            {
                yield return $"{rule.Source} (members)\n    expected {string.Join(',', members.Take(50))}\n    found    {string.Join(',', found.Take(50))}";
            }
        }
    }

    private static string Different(string[] these, string[] others) =>
        these.Length != others.Length ? $"{these.Length} values: {string.Join(',', these.Take(3))}" : these.Where((text, i) => text != others[i]).First();

    private static string[] All(Func<IEnumerable<string>> ask)
    {
        try
        {
            return [.. ask()];
        }
        catch (RuleEvaluationException failed)
        {
            return ["!" + failed.Message];
        }
    }

    private static string Shown(Func<Value> ask)
    {
        try
        {
            return Show(ask());
        }
        catch (RuleEvaluationException failed)
        {
            return "!" + failed.Message;
        }
    }

    // With the digits of a decimal; -0.0 and 0.0 are one number.
    private static string Show(Value value) => value.IsMissing ? "missing" : $"{value.Type} {Comparisons.Key(value)}";
}
