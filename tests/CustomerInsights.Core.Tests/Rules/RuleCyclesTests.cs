using CustomerInsights.Core.Model;
using CustomerInsights.Core.Rules;

namespace CustomerInsights.Core.Tests.Rules;

public sealed class RuleCyclesTests
{
    private static readonly RuleSchema Schema = new()
    {
        Attributes = new Dictionary<string, DataType> { ["spend"] = DataType.Integer, ["tier"] = DataType.Integer, ["age"] = DataType.Integer },
    };

    [Fact]
    public void A_cycle_among_segments_and_computed_attributes_is_spelled_out() => Assert.Equal(
        ["RUL031 segment 'gold' depends on itself: segment 'gold' → attribute 'tier' → segment 'rich' → segment 'gold' at 1:1"],
        Find(("gold", "tier > 2"), ("rich", "spend > 5 and segment(\"gold\")"), ("old", "age > 60 and segment(\"rich\")"), ("=tier", "if(segment(\"rich\"), 3, 1)")));

    [Fact]
    public void A_segment_that_asks_for_itself_is_a_cycle() => Assert.Equal(
        ["RUL031 segment 'a' depends on itself: segment 'a' → segment 'a' at 1:1"], Find(("a", "segment(\"a\")")));

    [Fact]
    public void Rules_that_share_what_they_depend_on_are_no_cycle() => Assert.Empty(
        Find(("a", "segment(\"b\") and segment(\"c\")"), ("b", "segment(\"d\")"), ("c", "segment(\"d\")"), ("d", "age > 5"), ("e", "segment(\"elsewhere\")")));

    [Fact]
    public void A_chain_of_ten_thousand_segments_is_walked() => Assert.Single(Find(
        [.. Enumerable.Range(0, 10_000).Select(i => ($"s{i:D5}", $"segment(\"s{(i + 1) % 10_000:D5}\")"))]));

    private static List<string> Find(params (string Name, string Rule)[] rules) => [.. RuleCycles.Find(rules.Select(r => new RuleDefinition(
        r.Name[0] == '=' ? RuleTarget.Attribute : RuleTarget.Segment,
        r.Name.TrimStart('='),
        RuleBinder.Bind(r.Rule, Schema, RuleUse.Value).Rule!.Dependencies))).Select(e => e.ToString())];
}
