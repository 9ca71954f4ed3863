using CustomerInsights.Core.Rules;

namespace CustomerInsights.Core.Tests.Rules;

/// <summary>Every example of docs/rules.md is read, bound and, for errors, compared.</summary>
public sealed class RuleDocsTests
{
    private static readonly string[] Page = File.ReadAllLines(Path.Combine(RepositoryRoot.Path, "docs", "rules.md"));

    [Theory]
    [InlineData("rule-condition", RuleUse.Condition, 10)]
    [InlineData("rule-value", RuleUse.Value, 4)]
    [InlineData("rule-measure", RuleUse.BusinessMeasure, 5)]
    public void Every_example_binds(string block, RuleUse use, int least)
    {
        var rules = Blocks(block).ToList();
        Assert.InRange(rules.Count, least, 1_000);
        Assert.All(rules, rule => Assert.Empty(RuleBinder.Bind(rule, Sample.Schema, use).Errors.Select(e => $"{rule}: {e}")));
    }

    [Fact]
    public void Every_example_in_a_table_binds()
    {
        var examples = new List<string>();
        bool inTable = false;
        foreach (string line in Page)
        {
            inTable = line.StartsWith('|') && (inTable || line.EndsWith("| Example |", StringComparison.Ordinal));
            if (inTable && line.EndsWith("` |", StringComparison.Ordinal))
            {
                string cell = line[(line.LastIndexOf(" | `", StringComparison.Ordinal) + 4)..^3];
                examples.Add(cell);
            }
        }

        Assert.InRange(examples.Count, 45, 1_000);
        Assert.All(examples, rule => Assert.Empty(RuleBinder.Bind(rule, Sample.Schema, RuleUse.Value).Errors.Select(e => $"{rule}: {e}")));
    }

    [Fact]
    public void Every_error_reads_as_shown() => AssertShown(
        "rule-error", rule => RuleBinder.Bind(rule, Sample.Schema, RuleUse.Condition).Errors.Select(e => e.ToString()));

    [Fact]
    public void Every_explanation_reads_as_shown() => AssertShown(
        "rule-english", rule => RuleExplanation.Describe(RuleBinder.Bind(rule, Sample.Schema, RuleUse.Condition).Rule!).Split('\n'));

    [Fact]
    public void Every_completion_is_as_shown() => AssertShown("rule-completion", typed =>
    {
        int caret = typed.IndexOf('|', StringComparison.Ordinal);
        return [string.Join(' ', RuleCompletion.Complete(typed.Remove(caret, 1), caret, Sample.Schema, RuleUse.Condition).Select(i => i.Text))];
    });

    [Fact]
    public void Every_entry_of_the_reference_has_an_example_that_binds() => Assert.All(
        RuleFunctions.All, function => Assert.Empty(RuleBinder.Bind(function.Example, Sample.Schema, RuleUse.Value).Errors.Select(e => $"{function.Example}: {e}")));

    [Fact]
    public void The_reference_has_every_function_once() => Assert.Equal(
        FunctionEntry.AllNames.Order(StringComparer.Ordinal), RuleFunctions.All.Select(f => f.Name).Order(StringComparer.Ordinal));

    [Fact]
    public void The_JSON_form_reads_as_shown()
    {
        var lines = Blocks("rule-json").ToList();
        var tree = RuleJson.Read(lines[0]).Expression!;
        Assert.Equal(lines[1], "=> " + RuleText.Format(tree));
        Assert.Equal(lines[0], RuleJson.Write(tree).ToJsonString(new() { Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping }));
    }

    [Fact]
    public void Every_function_aggregate_and_code_is_on_the_page()
    {
        string all = string.Join('\n', Page);
        Assert.All(FunctionEntry.AllNames, name => Assert.True(all.Contains($"`{name}`", StringComparison.Ordinal) || name is "date" or "time", name));
        var sources = Directory.GetFiles(Path.Combine(RepositoryRoot.Path, "host", "CustomerInsights.Core", "Rules"), "*.cs").Select(File.ReadAllText);
        var codes = sources.SelectMany(s => System.Text.RegularExpressions.Regex.Matches(s, "RUL0[0-9][0-9]", System.Text.RegularExpressions.RegexOptions.None, TimeSpan.FromSeconds(5)).Select(m => m.Value)).Distinct();
        Assert.All(codes, code => Assert.Contains($"| {code} |", all, StringComparison.Ordinal));
    }

    // A block is a rule and, in lines that begin with an arrow, what becomes of it.
    private static void AssertShown(string block, Func<string, IEnumerable<string>> answer)
    {
        string? rule = null;
        var shown = new List<string>();
        foreach (string line in Blocks(block).Append(""))
        {
            if (line.StartsWith("=> ", StringComparison.Ordinal))
            {
                shown.Add(line[3..]);
                continue;
            }

            if (rule is not null)
            {
                Assert.NotEmpty(shown);
                Assert.Equal(shown, answer(rule));
            }

            rule = line;
            shown.Clear();
        }

        Assert.NotNull(rule);
    }

    private static IEnumerable<string> Blocks(string kind)
    {
        bool inside = false;
        foreach (string line in Page)
        {
            if (line.StartsWith("```", StringComparison.Ordinal))
            {
                inside = line == "```" + kind;
            }
            else if (inside && line.Length > 0)
            {
                yield return line;
            }
        }
    }
}
