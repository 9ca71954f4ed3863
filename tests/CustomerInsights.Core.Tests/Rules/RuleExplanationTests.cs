using CustomerInsights.Core.Rules;
using FsCheck;
using FsCheck.Fluent;

namespace CustomerInsights.Core.Tests.Rules;

public sealed class RuleExplanationTests
{
    private static readonly Arbitrary<int> Seeds = Gen.Choose(0, int.MaxValue).ToArbitrary();

    private static readonly System.Buffers.SearchValues<char> CodePunctuation = System.Buffers.SearchValues.Create("()[]{}_\"`=<>%*~!@");

    // A line is `rule => English`; the lines of a list are joined by " / ", and `by:` begins a measure for the business.
    private const string Table =
        """"
        count(order where amount >= 50 and at >= ago(90d)) >= 2 => has at least 2 orders with amount at least 50 in the last 90 days
        lifetime_spend > 1000 and city in ("London", "Paris") => lifetime spend is more than 1000 and city is “London” or “Paris”
        exists(case where status = "active") and not segment("churn-risk") => has at least one case with status “active” and is not in the segment “churn-risk”
        sum(order.amount where at between date(2025-01-01) and date(2025-12-31)) > 500 => the total amount of orders from 2025-01-01 to 2025-12-31 is more than 500
        days_since(last(order.at)) > 180 or last(order.at) is missing => the latest order was more than 180 days ago or the time of the latest order is missing
        email ends with "@contoso.com" or lower(company) contains "contoso" => email ends with “@contoso.com” or company in lower case contains “contoso”
        account.industry = "Retail" and reachable("email") => account industry is “Retail” and can be reached by “email”
        count(page_view then order within 7d) >= 1 => has at least 1 page view followed by an order within 7 days
        percentile_rank(lifetime_spend) >= 90 => the percentile rank of lifetime spend is at least 90
        `favourite colour` =~ "TEAL" => favourite colour is “TEAL”, in capitals or not
        email matches "^[a-z.]+@contoso\.com$" => email matches the pattern “^[a-z.]+@contoso\.com$”
        coalesce(first_name, "there") => first of first name and “there” that is present
        sum(order.amount) / count(order) => total amount of orders divided by the number of orders
        arg_max(order.category, order.amount) => category of the order with the largest amount
        if(vip, "gold", "plain") => “gold” if vip is true, otherwise “plain”
        by: avg(order.amount) by country, month(order.at) => average amount of orders, by country and month
        by: count(profile where vip) by country => number of profiles where vip is true, by country
        by: sum(order.amount) / count(order) => total amount of orders divided by the number of orders
        by: avg(lifetime_spend) by city => average lifetime spend of profiles, by city
        by: count(page_view then order within 7d) by country => number of page views followed by an order within 7 days, by country
        by: sum(order.amount where gift) by truncate(order.at, "month"), order.category => total amount of orders where gift is true, by month and category
        by: count(profile) => number of profiles
        vip => vip
        not vip => vip is not true
        city = "London" => city is “London”
        city != "London" => city is not “London”
        age < 18 => age is less than 18
        age <= 18 => age is at most 18
        age between 18 and 30 => age is between 18 and 30
        birthday >= date(2000-01-01) => birthday is at or after 2000-01-01
        last_seen < ago(1y) => last seen is before 1 year ago
        last_seen >= time(2025-01-31T10:00:00Z) => last seen is at or after 2025-01-31 10:00 UTC
        city not in ("London", "Paris") => city is none of “London” and “Paris”
        city in ("London") => city is “London”
        city in ("a", "b", "c", "d", "e", "f", "g") => city is one of “a”, “b”, “c”, “d”, “e” or 2 more
        last_name is missing => last name is missing
        last_name is present => last name is present
        company contains "Contoso" => company contains “Contoso”
        company starts with "Con" => company starts with “Con”
        tags contains "gold" => tags contains “gold”
        not (vip and age > 30) => it is not true that vip is true and age is more than 30
        vip and (age > 40 or city = "Paris") => all of these: /   - vip is true /   - any of these: /     - age is more than 40 /     - city is “Paris”
        vip and age > 18 and city = "Paris" and country = "UK" => all of these: /   - vip is true /   - age is more than 18 /   - city is “Paris” /   - country is “UK”
        exists(order) => has at least one order
        not exists(order where gift) => has no order where gift is true
        count(order) = 0 => has no orders
        count(order) < 1 => has no orders
        count(order) > 0 => has at least 1 order
        count(order) = 1 => has exactly 1 order
        count(case) <= 3 => has at most 3 cases
        count(order) != 2 => has a number of orders other than 2
        count(order where gift or amount > 5) >= 1 => has at least 1 order where either gift is true or amount is more than 5
        count(order where amount between 5 and 10 and category = "toys") > 2 => has more than 2 orders with amount between 5 and 10 and category “toys”
        count(order.due) >= 1 => has at least 1 order that has due
        exists(page_view where url = "/toys" then order where category = "toys" within 2w) => has at least one page view with url “/toys” followed by an order with category “toys” within 2 weeks
        count(order where amount > avg(order.amount)) >= 3 => has at least 3 orders where amount is more than the average amount of orders
        count_distinct(order.category) > 2 => the number of different values of category of orders is more than 2
        min(order.amount) => smallest amount of orders
        max(order.at) > ago(1mo) => the time of the latest order is after 1 month ago
        first(order.category) => first category of orders
        last(order.at where gift) => time of the latest order where gift is true
        avg(order.quantity) >= 1.5 => the average quantity of orders is at least 1.5
        arg_min(order.category, order.amount where gift) => category of the order with the smallest amount where gift is true
        sum(order.amount * quantity) => total result of amount times quantity of orders
        age + visits * 2 => age plus the result of visits times 2
        -age => minus age
        visits / 7 => visits divided by 7
        visits % 7 => remainder of visits divided by 7
        round(lifetime_spend, 2) => lifetime spend rounded to 2 digits
        floor(score) - ceil(score) => score rounded down minus score rounded up
        abs(discount) => discount without its sign
        upper(trim(city)) => city without blanks around it in upper case
        length(city) > 3 => the length of city is more than 3
        substring(city, 1, 3) => part of city from position 1 for 3 characters
        substring(city, 4) => part of city from position 4
        concat(first_name, " ", last_name) => first name, “ ” and last name joined
        year(birthday) = 1990 => the year of birthday is 1990
        weekday(last_seen) => day of the week of last seen
        hour(last_seen) => hour of last seen
        day(birthday) => day of the month of birthday
        quarter(birthday) => quarter of birthday
        days_between(joined, last_seen) => days from joined to last seen
        truncate(last_seen, "month") => start of the month of last seen
        today() > last_seen => today is after last seen
        birthday + 18y <= today() => birthday plus 18 years is at or before today
        days_since(last_seen) <= 1 => last seen was at most 1 day ago
        reachable("email") and not reachable("sms") => can be reached by “email” and cannot be reached by “sms”
        true => true
        vip = false => vip is false
        exists(web.click) => has at least one web click
        office365.engagement_score > 70 => office365 engagement score is more than 70
        count(order where at > last(page_view.at where url = "/toys")) >= 1 => has at least 1 order after the latest page view with url “/toys”
        """";

    [Fact]
    public void Rules_are_said_in_plain_English()
    {
        string[] lines = Table.Split('\n');
        Assert.InRange(lines.Length, 60, 1_000);
        Assert.Equal(lines, lines.Select(line => $"{line[..line.LastIndexOf(" => ", StringComparison.Ordinal)]} => {Explain(line)}"));
    }

    [Fact]
    public void Every_case_of_the_table_that_binds_has_an_explanation()
    {
        foreach (var @case in RuleCases.All)
        {
            if (RuleBinder.Bind(@case.Rule, Sample.Schema, RuleUse.Value).Rule is { } rule)
            {
                AssertPlain(RuleExplanation.Describe(rule), @case.Rule);
            }
        }
    }

    [Fact]
    public void Any_rule_gives_a_sentence_without_the_punctuation_of_code() => Prop.ForAll(Seeds, seed =>
    {
        var tree = new RandomRules(seed).Typed();
        if (RuleBinder.Bind(tree, Sample.Schema, RuleUse.Value).Rule is { } rule)
        {
            AssertPlain(RuleExplanation.Describe(rule), RuleText.Format(tree));
        }

        return true;
    }).Check(Config.QuickThrowOnFailure.WithMaxTest(2_000));

    [Fact]
    public void A_long_text_is_cut_and_no_character_of_it_in_two()
    {
        string text = new string('a', 59) + "😀" + new string('b', 500);
        Assert.Equal($"city is “{new string('a', 59)}…”", RuleExplanation.Describe(RuleBinder.Bind($"city = \"{text}\"", Sample.Schema, RuleUse.Condition).Rule!));
    }

    [Fact]
    public void A_quotation_mark_or_a_line_in_a_text_does_not_end_the_quotation() => Assert.Equal(
        "city is “a' b c”", RuleExplanation.Describe(RuleBinder.Bind("city = \"a” b\nc\"", Sample.Schema, RuleUse.Condition).Rule!));

    private static string Explain(string line)
    {
        bool business = line.StartsWith("by: ", StringComparison.Ordinal);
        string rule = line[(business ? 4 : 0)..line.LastIndexOf(" => ", StringComparison.Ordinal)];
        return RuleExplanation.Describe(RuleBinder.Bind(rule, Sample.Schema, business ? RuleUse.BusinessMeasure : RuleUse.Value).Rule!).Replace("\n", " / ", StringComparison.Ordinal);
    }

    private static void AssertPlain(string said, string rule)
    {
        // What stands between quotation marks is the rule's own text.
        string plain = string.Concat(said.Split('“').Select((part, i) => i == 0 ? part : part[(part.IndexOf('”', StringComparison.Ordinal) + 1)..]));
        Assert.True(said.Trim().Length > 0, rule);
        Assert.True(plain.AsSpan().IndexOfAny(CodePunctuation) < 0, $"{rule}\n{said}");
    }
}
