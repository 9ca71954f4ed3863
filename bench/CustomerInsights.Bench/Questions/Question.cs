namespace CustomerInsights.Bench.Questions;

/// <summary>A question in our language and in SQL that DuckDB and PostgreSQL both understand.</summary>
/// <param name="Name">What it is called in the table.</param>
/// <param name="Rules">Conditions, or one business measure.</param>
/// <param name="Sql">A statement for each rule: of a condition count and checksum of the members, of a measure its rows.</param>
/// <param name="Target">How many times faster than the faster peer it is to be.</param>
internal sealed record Question(string Name, string[] Rules, string[] Sql, double Target)
{
    private const string Now = "TIMESTAMP '2026-07-01 00:00:00'";

    public bool Measure => Rules is [var only] && only.Contains(" by ", StringComparison.Ordinal);

    public static IReadOnlyList<Question> All { get; } =
    [
        Members("attribute filter with three conditions", 3,
            ("""country = "DE" and age between 30 and 45 and lifetime_spend > 500""", "country = 'DE' AND age BETWEEN 30 AND 45 AND lifetime_spend > 500")),
        Members("orders of 50 or more in 90 days, two or more", 3,
            ("count(order where amount >= 50 and at >= ago(90d)) >= 2", Orders($"amount >= 50 AND happened >= {Now} - INTERVAL '90 days'", "count(*) >= 2"))),
        Members("twenty mixed segment rules", 3, Mixed),
        new Question(
            "sum by country, category and month",
            ["""sum(order.amount) by country, order.category, truncate(order.at, "month")"""],
            ["""SELECT p.country, o.category, date_trunc('month', o.happened) AS month, sum(o.amount) FROM "order" o JOIN profiles p ON p.profile = o.profile GROUP BY 1, 2, 3 ORDER BY 1, 2, 3"""],
            1.5),
    ];

    /// <summary>Kinds that are answered by other kernels; asked of our columns alone.</summary>
    public static IReadOnlyList<Question> Further { get; } =
    [
        Ours("count_distinct(order.category) >= 4"),
        Ours("""arg_max(order.category, order.amount) = "shoes" """),
        Ours("arg_min(order.amount, order.at) > 100"),
        Ours("count(order then order within 7d) >= 2"),
        Ours("max(order.amount) by country"),
        Ours("count_distinct(order.category) by country"),
        Ours("""last(order.amount) by country, order.category"""),
        Ours(
            "count(order where at >= ago(90d)) >= 2", "count(order where at >= ago(90d)) = 0", "count(order where at >= ago(90d)) > count(order) / 2",
            "sum(order.amount) > 500", "sum(order.amount) / 2 > lifetime_spend", "sum(order.amount) > 100 and count(order where at >= ago(90d)) = 1"),
    ];

    private static (string Rule, string Where)[] Mixed =>
    [
        ("""country = "DE" and age between 30 and 45 and lifetime_spend > 500""", "country = 'DE' AND age BETWEEN 30 AND 45 AND lifetime_spend > 500"),
        ("""tier in ("gold", "platinum") and active and not vip""", "tier IN ('gold', 'platinum') AND active AND NOT vip"),
        ("""email ends with "@contoso.com" """, "email LIKE '%@contoso.com'"),
        ("""lower(company) contains "company 12" """, "lower(company) LIKE '%company 12%'"),
        ("""last_seen is missing or days_since(last_seen) > 180""", $"(last_seen IS NULL OR last_seen <= {Now} - INTERVAL '181 days')"),
        ("""signup_date >= date(2026-01-01) and opt_in""", "signup_date >= DATE '2026-01-01' AND opt_in"),
        ("points + visits * 10 > 90000", "points + visits * 10 > 90000"),
        ("""(country = "FR" or country = "GB") and language != "en" and score > 75""", "(country = 'FR' OR country = 'GB') AND language <> 'en' AND score > 75"),
        ("phone is missing and email is present", "phone IS NULL AND email IS NOT NULL"),
        ("""birth_date < date(1960-01-01) and children >= 2""", "birth_date < DATE '1960-01-01' AND children >= 2"),
        ("count(order where amount >= 50 and at >= ago(90d)) >= 2", Orders($"amount >= 50 AND happened >= {Now} - INTERVAL '90 days'", "count(*) >= 2")),
        ("sum(order.amount where at >= ago(365d)) > 400", Orders($"happened >= {Now} - INTERVAL '365 days'", "sum(amount) > 400")),
        ("""exists(order where category = "shoes" and channel = "app")""", Orders("category = 'shoes' AND channel = 'app'", "count(*) > 0")),
        ("""not exists(order) and exists(page_view where at >= ago(30d))""", $"""NOT EXISTS (SELECT 1 FROM "order" o WHERE o.profile = p.profile) AND EXISTS (SELECT 1 FROM page_view v WHERE v.profile = p.profile AND v.happened >= {Now} - INTERVAL '30 days')"""),
        ("days_since(last(order.at)) > 180", Orders("TRUE", $"max(happened) <= {Now} - INTERVAL '181 days'")),
        ("count_distinct(order.category) >= 4", Orders("TRUE", "count(DISTINCT category) >= 4")),
        ("avg(order.amount) > 100 and count(order) >= 3", Orders("TRUE", "avg(amount) > 100 AND count(*) >= 3")),
        ("""exists(case where status = "active" and priority >= 3)""", """EXISTS (SELECT 1 FROM "case" c WHERE c.profile = p.profile AND c.status = 'active' AND c.priority >= 3)"""),
        ("""count(page_view where page = "/page/7") >= 1 and tier = "bronze" """, "p.profile IN (SELECT profile FROM page_view WHERE page = '/page/7') AND tier = 'bronze'"),
        ("max(order.amount) >= 150 or sum(page_view.seconds) > 2000", $"""({Orders("TRUE", "max(amount) >= 150")} OR p.profile IN (SELECT profile FROM page_view GROUP BY profile HAVING sum(seconds) > 2000))"""),
    ];

    private static Question Ours(params string[] rules) => new(rules.Length == 1 ? rules[0] : $"{rules.Length} rules that share aggregates", rules, [], 0);

    private static Question Members(string name, double target, params (string Rule, string Where)[] pairs) => new(
        name,
        [.. pairs.Select(pair => pair.Rule)],
        [.. pairs.Select(pair => $"SELECT count(*), coalesce(sum(p.profile), 0) FROM profiles p WHERE {pair.Where}")],
        target);

    private static string Orders(string where, string having) => $"""p.profile IN (SELECT profile FROM "order" WHERE {where} GROUP BY profile HAVING {having})""";
}
