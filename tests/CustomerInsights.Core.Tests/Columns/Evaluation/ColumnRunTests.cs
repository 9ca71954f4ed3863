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
