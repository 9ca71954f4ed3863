using CustomerInsights.Core.Rules;

namespace CustomerInsights.Core.Tests.Rules;

public sealed class RuleCasesTests
{
    [Fact]
    public void Every_case_of_the_table_holds_for_a_single_profile()
    {
        var wrong = new List<string>();
        foreach (var @case in RuleCases.All)
        {
            string found = Answer(@case);
            if (found != @case.Expected)
            {
                wrong.Add($"{@case.Rule}\n    expected {@case.Expected}\n    found    {found}");
            }
        }

        Assert.True(wrong.Count == 0, string.Join('\n', wrong));
    }

    [Fact]
    public void The_table_has_at_least_450_cases() => Assert.InRange(RuleCases.All.Count, 450, 10_000);

    [Fact]
    public void Every_case_without_an_error_survives_text_and_JSON()
    {
        foreach (var @case in RuleCases.All.Where(c => RuleText.Parse(c.Rule).Expression is not null))
        {
            var tree = RuleText.Parse(@case.Rule).Expression!;
            string text = RuleText.Format(tree);
            Assert.Equal(tree, RuleText.Parse(text).Expression);
            Assert.Equal(text, RuleText.Format(RuleText.Parse(text).Expression!));
            Assert.Equal(tree, RuleJson.Read(RuleJson.Write(tree).ToJsonString()).Expression);
        }
    }

    private static string Answer(RuleCases.RuleCase @case)
    {
        var bound = RuleBinder.Bind(@case.Rule, Sample.Schema, RuleUse.Value);
        if (bound.Rule is null)
        {
            return "!" + string.Join(" | ", bound.Errors);
        }

        try
        {
            var value = bound.Rule.Evaluate(@case.Subject, @case.Moment);
            Assert.True(value.IsMissing || value.Type == bound.Rule.Type, $"{@case.Rule} gave {value.Type} but is {bound.Rule.Type}");
            return RuleCases.RuleCase.Write(value);
        }
        catch (RuleEvaluationException failed)
        {
            return "!" + failed.Message;
        }
    }
}
