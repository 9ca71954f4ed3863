using CustomerInsights.Core.Model;
using CustomerInsights.Core.Rules;

namespace CustomerInsights.Core.Tests.Rules;

public sealed class RuleCompletionTests
{
    [Theory]
    [InlineData("ci|", "city")]
    [InlineData("spend|", "lifetime_spend")]
    [InlineData("days_s|", "days_since(")]
    [InlineData("office|", "office365.engagement_score")]
    [InlineData("`fav|", "`favourite colour`")]
    [InlineData("city |", "!= = contains =~ ends_with matches starts_with in_( not_in_( between is_missing is_present and or < <= > >=")]
    [InlineData("tags |", "contains is_missing is_present and or")]
    [InlineData("city is |", "missing present")]
    [InlineData("city not |", "in_(")]
    [InlineData("email starts |", "with")]
    [InlineData("sum(|", "order.amount order.quantity order.weight page_view.seconds case order page_view web.click")]
    [InlineData("sum(order.|", "order.amount order.quantity order.weight")]
    [InlineData("count(order |", "where then and or")]
    [InlineData("count(order where cat|", "category concat( truncate(")]
    [InlineData("count(page_view then |", "case order page_view web.click")]
    [InlineData("count(page_view then order |", "where within and or")]
    [InlineData("count(page_view then order within |", "1mo 1y 24h 30d 6mo 7d 90d")]
    [InlineData("account.|", "account.crm.score account.employees account.industry account.parent.")]
    [InlineData("account.parent.ind|", "account.parent.industry")]
    [InlineData("segment(\"|", "\"churn-risk\" \"newcomers\" \"vips\"")]
    [InlineData("not segment(\"chu|", "\"churn-risk\"")]
    [InlineData("reachable(|", "\"email\" \"push\" \"sms\"")]
    [InlineData("truncate(last_seen, \"m|", "\"month\"")]
    [InlineData("city = \"|", "\"London\" \"Paris\"")]
    [InlineData("city = \"Pa|", "\"Paris\"")]
    [InlineData("city in (\"Rome\", \"|", "\"London\" \"Paris\"")]
    [InlineData("tags contains \"|", "\"gold\"")]
    [InlineData("account.industry = \"|", "\"Retail\"")]
    [InlineData("exists(order where category = \"|", "\"books\"")]
    [InlineData("city matches \"|", "")]
    [InlineData("city = \"London\" -- com|", "")]
    [InlineData("date(20|", "")]
    [InlineData("age > 5|", "")]
    public void What_may_follow_is_offered_and_nothing_else(string typed, string expected) =>
        Assert.Equal(expected, string.Join(' ', Texts(typed).Select(t => t.Replace(' ', '_'))).Replace("`favourite_colour`", "`favourite colour`", StringComparison.Ordinal));

    [Theory]
    [InlineData("city = |", "\"London\" \"Paris\"")]
    [InlineData("age between 18 and |", "36 age")]
    [InlineData("vip = |", "false true opted_in vip")]
    [InlineData("birthday > |", "date(2025-01-31) today() birthday joined")]
    [InlineData("last(order.at) > |", "ago(30d) date(2025-01-31) now() time(2025-01-31T10:00:00Z) last_seen")]
    [InlineData("count(|", "case order page_view web.click")]
    [InlineData("count(order where |", "amount at category due")]
    [InlineData("count(order) >= |", "age discount huge lifetime_spend")]
    [InlineData("? & == ((|", "`by`")]
    public void What_fits_the_place_best_comes_first(string typed, string expected) =>
        Assert.StartsWith(expected, string.Join(' ', Texts(typed)), StringComparison.Ordinal);

    [Theory]
    [InlineData("avg(order.amount) |", "by")]
    [InlineData("avg(order.amount) by cou|", "country")]
    [InlineData("avg(order.amount) by month(order.a|", "order.at")]
    [InlineData("count(prof|", "profile")]
    public void A_measure_for_the_business_has_its_own_words(string typed, string first) =>
        Assert.Equal(first, Texts(typed, RuleUse.BusinessMeasure)[0]);

    [Theory]
    [InlineData("ci|ty = 5", 0, 4)]
    [InlineData("vip and ci|", 8, 2)]
    [InlineData("city = \"Lo|", 7, 3)]
    [InlineData("city = \"Lo|\" and vip", 7, 4)]
    [InlineData("account.ind|ustry", 0, 16)]
    [InlineData("vip and |", 8, 0)]
    public void An_item_says_what_it_replaces(string typed, int start, int length)
    {
        var item = Items(typed)[0];
        Assert.Equal((start, length), (item.Start, item.Length));
    }

    [Fact]
    public void An_item_tells_kind_type_and_detail()
    {
        Assert.Equal(new RuleCompletionItem("\"London\"", 7, 0, RuleCompletionKind.Value, "text", "9 of the sample"), Items("city = |")[0]);
        Assert.Equal(
            new RuleCompletionItem("days_since(", 0, 6, RuleCompletionKind.Function, "integer", "days_since(date or time): Whole days until now, cut towards zero."), Items("days_s|")[0]);
        Assert.Equal(new RuleCompletionItem("order.amount", 4, 0, RuleCompletionKind.Field, "decimal", "A field of order."), Items("sum(|")[0]);
    }

    [Fact]
    public void There_are_at_most_fifty_items() => Assert.Equal(RuleCompletion.Most, Items("|").Count);

    [Fact]
    public void A_rule_that_is_too_long_is_not_completed() =>
        Assert.Empty(RuleCompletion.Complete(new string('(', RuleLimits.Characters + 1), 5, Sample.Schema, RuleUse.Condition));

    [Fact]
    public void What_is_offered_first_can_be_inserted_and_makes_a_rule()
    {
        foreach (var (typed, rest) in new[] { ("city = |", ""), ("ci|", " = \"x\""), ("account.ind|", " is missing"), ("exists(ord|", ")"), ("`fav|", " = \"x\""), ("segment(\"vi|", ")"), ("last_seen > |", "") })
        {
            var item = Items(typed)[0];
            string whole = typed.Replace("|", "", StringComparison.Ordinal).Remove(item.Start, item.Length).Insert(item.Start, item.Text) + rest;
            Assert.Empty(RuleBinder.Bind(whole, Sample.Schema, RuleUse.Condition).Errors.Select(e => $"{whole}: {e}"));
        }
    }

    private static List<string> Texts(string typed, RuleUse use = RuleUse.Condition) => [.. Items(typed, use).Select(i => i.Text)];

    private static IReadOnlyList<RuleCompletionItem> Items(string typed, RuleUse use = RuleUse.Condition)
    {
        int at = typed.IndexOf('|', StringComparison.Ordinal);
        return RuleCompletion.Complete(typed.Remove(at, 1), at, Sample.Schema, use, new Hints());
    }

    private sealed class Hints : IRuleValueHints
    {
        public IReadOnlyList<RuleValueHint> Common(IReadOnlyList<string> path, string? activity, string name) => (string.Join('.', path), activity, name) switch
        {
            ("", null, "city") => [new(Value.Of("London"), 9), new(Value.Of("Paris"), 4)],
            ("", null, "age") => [new(Value.Of(36), 3)],
            ("", null, "tags") => [new(Value.Of("gold"), 5)],
            ("account", null, "industry") => [new(Value.Of("Retail"), 5)],
            ("", "order", "category") => [new(Value.Of("books"), 5)],
            _ => [],
        };
    }
}
