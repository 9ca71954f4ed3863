using CustomerInsights.Core.Rules;

namespace CustomerInsights.Core.Tests.Rules;

/// <summary>Errors that the table of cases cannot show: several at once, long texts, JSON.</summary>
public sealed class RuleErrorTests
{
    [Fact]
    public void All_errors_of_a_text_come_at_once_in_the_order_of_their_places() => Assert.Equal(
        [
            "RUL012 unknown attribute 'citty' at 1:1; did you mean 'city'?",
            "RUL013 unknown activity type 'ordr' at 2:11; did you mean 'order'?",
            "RUL020 '>' compares equal types; here are text and integer at 3:5",
            "RUL015 unknown segment 'vip' at 3:26; did you mean 'vips'?",
        ],
        Errors("citty = \"London\"\nand count(ordr where amount > 5) > 1\nand city > 5 and segment(\"vip\")"));

    [Fact]
    public void Errors_of_spelling_and_of_meaning_come_together() => Assert.Equal(
        [
            "RUL012 unknown attribute 'citty' at 1:1; did you mean 'city'?",
            "RUL005 expected a value, a name or '(', found 'and' at 1:20",
            "RUL004 there is no day 2025-02-30 at 1:35",
        ],
        Errors("citty = 5 and (5 + and birthday > date(2025-02-30))").Where(e => !e.StartsWith("RUL020", StringComparison.Ordinal)));

    [Fact]
    public void A_text_of_10001_characters_is_refused() => Assert.Equal(
        ["RUL006 the rule is 10001 characters long; at most 10000 are allowed at 1:1"],
        Errors(new string(' ', 9_997) + "true"));

    [Fact]
    public void A_text_of_10000_characters_is_read() => Assert.Empty(Errors(new string(' ', 9_996) + "true"));

    [Fact]
    public void A_text_that_would_be_longer_than_the_limit_when_formatted_is_refused() => Assert.Equal(
        ["RUL006 the rule is 10994 characters long when formatted; at most 10000 are allowed at 1:1"],
        Errors("x in (" + string.Join(',', Enumerable.Repeat("1+1+1", 999)) + ")"));

    [Theory]
    [InlineData(64, 0)]
    [InlineData(65, 1)]
    public void Parentheses_may_be_64_levels_deep(int depth, int errors)
    {
        var found = Errors(new string('(', depth) + "vip" + new string(')', depth));
        Assert.Equal(errors, found.Count);
        Assert.All(found, e => Assert.Equal("RUL007 the rule is nested more than 64 levels deep at 1:65", e));
    }

    [Theory]
    [InlineData(63, 0)]
    [InlineData(64, 1)]
    public void A_tree_may_be_64_levels_deep(int nots, int errors)
    {
        var found = Errors(string.Concat(Enumerable.Repeat("not ", nots)) + "vip");
        Assert.Equal(errors, found.Count);
        Assert.All(found, e => Assert.StartsWith("RUL007 the rule is nested more than 64 levels deep at 1:", e, StringComparison.Ordinal));
    }

    [Theory]
    [InlineData(1_000, 0)]
    [InlineData(1_001, 1)]
    public void A_list_may_have_1000_items(int items, int errors)
    {
        var found = Errors($"age in ({string.Join(',', Enumerable.Repeat("7", items))})");
        Assert.Equal(errors, found.Count);
        Assert.All(found, e => Assert.Equal("RUL008 1001 items; at most 1000 are allowed at 1:9", e));
    }

    [Fact]
    public void A_chain_of_a_thousand_conditions_is_wide_and_not_deep() =>
        Assert.Empty(Errors(string.Join(" or ", Enumerable.Repeat("vip", 1_000))));

    [Fact]
    public void A_tree_built_by_hand_that_is_too_deep_is_refused_and_not_walked()
    {
        Expression tree = new NameExpression(["vip"]);
        for (int i = 0; i < 100_000; i++)
        {
            tree = new UnaryExpression(UnaryOperator.Not, tree);
        }

        Assert.Equal("RUL007", Assert.Single(RuleBinder.Bind(tree, Sample.Schema, RuleUse.Condition).Errors).Code);
        Assert.Throws<ArgumentException>(() => RuleText.Format(tree));
        Assert.Throws<ArgumentException>(() => RuleJson.Write(tree));
    }

    [Fact]
    public void A_condition_must_be_true_or_false() => Assert.Equal(
        "RUL024 a condition must be true or false; this is an integer at 1:1",
        Assert.Single(RuleBinder.Bind("age + 1", Sample.Schema, RuleUse.Condition).Errors).ToString());

    [Fact]
    public void An_error_tells_the_length_of_what_it_is_about()
    {
        var error = Assert.Single(RuleBinder.Bind("vip and citty = \"x\"", Sample.Schema, RuleUse.Condition).Errors);
        Assert.Equal((1, 9, 5), (error.Line, error.Column, error.Length));
    }

    [Theory]
    [InlineData("", "RUL010 this is no JSON of at most 144 levels, line 1 at /")]
    [InlineData("5", "RUL010 expected an object with a kind, found a number at /")]
    [InlineData("{}", "RUL010 'kind' is not there at /kind")]
    [InlineData("""{"kind":"nam","parts":["a"]}""", "RUL010 unknown kind 'nam' at /kind; did you mean 'name'?")]
    [InlineData("""{"kind":"name","parts":[]}""", "RUL010 0 items; 1 to 1000 are allowed at /parts")]
    [InlineData("""{"kind":"name","parts":["a",5]}""", "RUL010 expected text, found a number at /parts/1")]
    [InlineData("""{"kind":"name","parts":["\ud800"]}""", "RUL010 the text holds half a surrogate pair at /parts/0")]
    [InlineData("""{"kind":"not","operand":{"kind":"literal","type":"date","value":"2025-02-30"}}""", "RUL004 there is no day 2025-02-30 at /operand/value")]
    [InlineData("""{"kind":"literal","type":"integer","value":"1.5"}""", "RUL003 '1.5' is no integer at /value")]
    [InlineData("""{"kind":"literal","type":"decimal","value":"1e5"}""", "RUL003 '1e5' is no decimal at /value")]
    [InlineData("""{"kind":"literal","type":"number","value":"abc"}""", "RUL003 'abc' is no number at /value")]
    [InlineData("""{"kind":"literal","type":"list","value":"abc"}""", "RUL010 unknown type 'list' of a literal at /type")]
    [InlineData("""{"kind":"duration","amount":-1,"unit":"d"}""", "RUL003 the amount of a duration is a whole number from 0 to 100000000 at /amount")]
    [InlineData("""{"kind":"call","function":"count","arguments":[]}""", "RUL011 unknown function 'count' at /function; did you mean 'count'?")]
    [InlineData("""{"kind":"and","operands":[{"kind":"name","parts":["vip"]}]}""", "RUL010 1 items; 2 to 1000 are allowed at /operands")]
    public void Malformed_JSON_names_the_place(string json, string expected) =>
        Assert.Contains(expected, RuleJson.Read(json).Errors.Select(e => e.ToString()).DefaultIfEmpty("no error"));

    [Fact]
    public void A_rule_that_came_as_JSON_has_its_errors_of_meaning_at_a_pointer()
    {
        var json = RuleJson.Write(RuleText.Parse("vip and citty = \"x\"").Expression!).ToJsonString();
        var error = Assert.Single(RuleBinder.Bind(RuleJson.Read(json), Sample.Schema, RuleUse.Condition).Errors);
        Assert.Equal("RUL012 unknown attribute 'citty' at /operands/1/left; did you mean 'city'?", error.ToString());
    }

    [Theory]
    [InlineData(500)]
    [InlineData(64_000)]
    public void A_rule_of_any_length_beyond_the_limit_is_refused_before_it_is_read(int more) => Assert.Equal(
        [$"RUL006 the rule is {RuleLimits.Characters + more} characters long; at most 10000 are allowed at 1:1"],
        Errors(new string('(', RuleLimits.Characters + more)));

    [Fact]
    public void A_pattern_of_more_than_a_thousand_characters_is_refused() => Assert.Equal(
        ["RUL023 the pattern is 1001 characters long; at most 1000 are allowed at 1:14"],
        Errors($"city matches \"{new string('a', 1_001)}\""));

    private static List<string> Errors(string rule) =>
        [.. RuleBinder.Bind(rule, Sample.Schema, RuleUse.Value).Errors.Select(e => e.ToString())];
}
