using System.Globalization;
using CustomerInsights.Core.Model;
using CustomerInsights.Core.Rules;

namespace CustomerInsights.Core.Tests.Rules;

/// <summary>
/// The shared table: every execution of the language (one profile, columns, SQL) runs all of it. A line is
/// <c>rule => expected</c>, over <see cref="Sample.Ada"/> or, below a line <c># nobody</c>, over a profile without any data.
/// Expected is a type and a value (<c>integer 3</c>), <c>missing</c>, <c>true</c>, <c>false</c>, or an error's full text after <c>!</c>.
/// A further execution binds <c>Rule</c>, runs it for <c>Subject</c> at <c>Moment</c> and compares <c>Write(value)</c> with <c>Expected</c>.
/// The moment is 2026-03-31T12:00:00Z, in UTC unless a line <c># zone</c> says otherwise.
/// </summary>
internal static class RuleCases
{
    public sealed record RuleCase(string Rule, string Expected, string Profile, string Zone)
    {
        public bool IsError => Expected.StartsWith('!');

        /// <summary>The data that the rule is asked of, over <see cref="Sample.Schema"/>.</summary>
        public FakeProfile Subject => Profile == "ada" ? Sample.Ada : Sample.Nobody;

        /// <summary>The instant and the zone in which it is asked.</summary>
        public RuleMoment Moment => Sample.Moment with { Zone = Zone == "UTC" ? null : TimeZoneInfo.FindSystemTimeZoneById(Zone) };

        /// <summary>A value as the table writes it.</summary>
        public static string Write(Value value) => value.IsMissing ? "missing"
            : value.Type == DataType.Boolean ? value.ToString()
            : value.Type == DataType.Decimal ? $"decimal {value.AsDecimal().ToString("0.############################", CultureInfo.InvariantCulture)}"
            : $"{value.Type!.Value.ToString().ToLowerInvariant()} {value}";
    }

    public static IReadOnlyList<RuleCase> All { get; } = [.. Read()];

    private static IEnumerable<RuleCase> Read()
    {
        string profile = "ada", zone = "UTC";
        foreach (string line in Table.Split('\n'))
        {
            if (line.StartsWith("# profile ", StringComparison.Ordinal))
            {
                profile = line["# profile ".Length..];
            }
            else if (line.StartsWith("# zone ", StringComparison.Ordinal))
            {
                zone = line["# zone ".Length..];
            }
            else if (line.Length > 0 && !line.StartsWith('#'))
            {
                int arrow = line.LastIndexOf(" => ", StringComparison.Ordinal);
                yield return new RuleCase(line[..arrow].TrimEnd(), line[(arrow + 4)..], profile, zone);
            }
        }
    }

    private const string Table =
        """"
        # The examples of the design
        lifetime_spend > 1000 and city in ("London", "Paris") => true
        count(order where amount >= 50 and at >= ago(90d)) >= 2 => true
        exists(case where status = "active") and not segment("churn-risk") => true
        sum(order.amount where at between date(2025-01-01) and date(2025-12-31)) => decimal 170.25
        days_since(last(order.at)) > 180 or last(order.at) is missing => false
        email ends with "@contoso.com" or lower(company) contains "contoso" => true
        account.industry = "Retail" and reachable("email") => true
        coalesce(first_name, "there") => text Ada
        count(page_view then order within 7d) >= 1 => true

        # Literals
        50 => integer 50
        -50 => integer -50
        50.5 => decimal 50.5
        5e1 => number 50
        1.5e-1 => number 0.15
        -9223372036854775808 => integer -9223372036854775808
        9223372036854775807 => integer 9223372036854775807
        "say ""hi""" => text say "hi"
        "C:\temp" => text C:\temp
        true => true
        FALSE => false
        date(2024-02-29) => date 2024-02-29
        time(2025-01-31T10:00:00Z) => time 2025-01-31T10:00:00Z
        time(2025-01-31T10:00:00+02:00) => time 2025-01-31T08:00:00Z
        time(2025-01-31T10:00Z) => time 2025-01-31T10:00:00Z
        time(2025-01-31T10:00:00.125Z) => time 2025-01-31T10:00:00.125Z
        1 -- the rest is a comment => integer 1

        # Names
        city => text London
        `city` => text London
        `favourite colour` => text teal
        `by` => text mail
        office365.engagement_score => number 80
        `office365.engagement_score` => number 80
        account.employees => integer 250
        account.crm.score => number 7.5
        account.parent.industry => text Holding
        account.parent.parent.industry => missing
        last_name => missing

        # Arithmetic
        1 + 2 * 3 => integer 7
        (1 + 2) * 3 => integer 9
        10 - 4 - 3 => integer 3
        2 * 3 % 4 => integer 2
        7 / 2 => decimal 3.5
        6 / 2 => decimal 3
        1 / 3 => decimal 0.3333333333333333333333333333
        2 / 3 => decimal 0.6666666666666666666666666667
        7 / 2e0 => number 3.5
        lifetime_spend / score => number 1646
        lifetime_spend / 1e0 => number 1234.5
        7 % 3 => integer 1
        -7 % 3 => integer -1
        7.5 % 2 => decimal 1.5
        -9223372036854775808 % -1 => integer 0
        age + 0.5 => decimal 36.5
        score + 1 => number 1.75
        score * 2.0 => number 1.5
        -(age) => integer -36
        -age + 1 => integer -35
        - -5 => integer 5
        1 / 0 => missing
        1 % 0 => missing
        1.0 / 0.0 => missing
        1e0 / 0 => missing
        0e0 / 0e0 => missing
        1e308 * 10 => missing
        visits / zero => missing
        visits + discount => missing
        discount * 0 => missing
        -(discount) => missing
        huge + 1 => !RUL030 integer overflow in `huge + 1` at 1:1
        1 + (huge * 2) => !RUL030 integer overflow in `huge * 2` at 1:6
        -(-9223372036854775808) => !RUL030 integer overflow in `-(-9223372036854775808)` at 1:1
        79228162514264337593543950.0 * 10000 => !RUL030 decimal overflow in `79228162514264337593543950.0 * 10000` at 1:1
        abs(-9223372036854775808) => !RUL030 integer overflow in `abs(-9223372036854775808)` at 1:1
        sum(order.quantity * huge) => !RUL030 integer overflow in `order.quantity * huge` at 1:5

        # Comparisons
        1 = 1.0 => true
        1 = 1e0 => true
        age = 36 => true
        age != 36 => false
        age < 36 => false
        age <= 36 => true
        age > 35.5 => true
        score > 0.7 => true
        score >= 1 => false
        city = "London" => true
        city = "london" => false
        city =~ "london" => true
        city < "Paris" => true
        "a" < "B" => false
        vip = true => true
        vip != false => true
        birthday < date(2000-01-01) => true
        birthday = date(1990-01-31) => true
        last_seen >= time(2026-03-30T23:30:00Z) => true
        last_seen = date(2026-03-30) => true
        last_seen > date(2026-03-30) => false
        today() > last_seen => true
        age between 36 and 40 => true
        age between 30 and 35 => false
        not age between 30 and 35 => true
        age between 36 and 36.5 and vip => true
        city between "L" and "M" => true

        # Lists
        city in ("Paris", "London") => true
        city not in ("Paris", "London") => false
        city not in ("Paris", "Rome") => true
        age in (1, 36.0) => true
        age in (visits, 36) => true
        vip in (true) => true
        last_seen in (date(2026-03-30)) => true
        age in (discount, 36) => true
        age in (discount, 35) => false
        age not in (discount, 35) => false

        # Text
        company contains "Contoso" => true
        company contains "contoso" => false
        company starts with "Con" => true
        company ends with "Ltd" => true
        company ends with "" => true
        email matches "^[a-z]+@contoso\.com$" => true
        email matches "contoso" => true
        email matches "CONTOSO" => false
        email matches "(?i)CONTOSO" => true
        tags contains "gold" => true
        tags contains "gol" => false
        lower("ÄBC") => text äbc
        upper(city) => text LONDON
        trim("  a b ") => text a b
        length("a😀b") => integer 3
        length("") => integer 0
        length(tags) => integer 2
        substring("a😀bc", 2, 2) => text 😀b
        substring(city, 4) => text don
        substring(city, 0, 2) => text L
        substring(city, 10) => text 
        substring(city, 2, -1) => text 
        concat(first_name, " ", age) => text Ada 36
        concat(first_name, last_name) => missing

        # Missing
        last_name is missing => true
        last_name is present => false
        city is present => true
        tags is present => true
        last_name = "x" => false
        last_name != "x" => false
        not last_name = "x" => true
        not last_name != "x" => true
        last_name =~ "x" => false
        last_name in ("x") => false
        last_name not in ("x") => false
        last_name contains "x" => false
        last_name matches ".*" => false
        discount between 0 and 1 => false
        discount < 1 or discount >= 1 => false
        opted_in => missing
        not opted_in => true
        opted_in or vip => true
        opted_in and vip => false
        opted_in = false => false
        lower(last_name) => missing
        (1 / zero) is missing => true

        # Logic
        vip and age > 30 and city = "London" => true
        vip and age > 40 or city = "London" => true
        vip and (age > 40 or city = "Paris") => false
        not vip or not not vip => true
        not (vip and vip) => false
        vip = (age > 30) => true

        # Numbers
        abs(-3) => integer 3
        abs(-3.5) => decimal 3.5
        abs(-3e0) => number 3
        round(2.5) => decimal 2
        round(3.5) => decimal 4
        round(2.345, 2) => decimal 2.34
        round(2.5e0) => number 2
        round(7) => integer 7
        floor(-1.5) => decimal -2
        ceil(-1.5) => decimal -1
        floor(2.9e0) => number 2
        ceil(age) => integer 36
        round(discount) => missing

        # Time
        now() => time 2026-03-31T12:00:00Z
        today() => date 2026-03-31
        ago(90d) => time 2025-12-31T12:00:00Z
        ago(1mo) => time 2026-02-28T12:00:00Z
        ago(2y) => time 2024-03-31T12:00:00Z
        ago(2w) => time 2026-03-17T12:00:00Z
        ago(36h) => time 2026-03-30T00:00:00Z
        ago(15min) => time 2026-03-31T11:45:00Z
        birthday + 1mo => date 1990-02-28
        birthday + 1y => date 1991-01-31
        joined + 1y => date 2025-02-28
        joined + 4y => date 2028-02-29
        joined - 12mo => date 2023-02-28
        birthday + 1d + 1w => date 1990-02-08
        last_seen + 30min => time 2026-03-31T00:00:00Z
        last_seen - 6mo => time 2025-09-30T23:30:00Z
        birthday + 9000y => !RUL030 a time outside the years 1 to 9999 in `birthday + 9000y` at 1:1
        ago(100000000w) => !RUL030 a time outside the years 1 to 9999 in `ago(100000000w)` at 1:1
        year(birthday) => integer 1990
        quarter(last_seen) => integer 1
        month(last_seen) => integer 3
        day(last_seen) => integer 30
        weekday(last_seen) => integer 1
        weekday(date(2026-04-05)) => integer 7
        hour(last_seen) => integer 23
        days_since(last_seen) => integer 0
        days_since(joined) => integer 761
        days_since(date(2026-04-02)) => integer -2
        days_between(joined, birthday) => integer -12447
        days_between(last_seen, now()) => integer 0
        days_between(last_seen, today()) => integer 1
        truncate(last_seen, "month") => time 2026-03-01T00:00:00Z
        truncate(last_seen, "week") => time 2026-03-30T00:00:00Z
        truncate(last_seen, "day") => time 2026-03-30T00:00:00Z
        truncate(last_seen, "hour") => time 2026-03-30T23:00:00Z
        truncate(birthday, "quarter") => date 1990-01-01
        truncate(birthday, "year") => date 1990-01-01
        truncate(birthday, "week") => date 1990-01-29

        # Choice
        coalesce(last_name, first_name) => text Ada
        coalesce(last_name, company, "x") => text Contoso Ltd
        coalesce(discount, 0) => decimal 0
        coalesce(discount) => missing
        coalesce(score, 1.5) => number 0.75
        if(vip, "yes", "no") => text yes
        if(opted_in, "yes", "no") => text no
        if(vip, 1, 2.5) => decimal 1
        if(vip, discount, 1) => missing
        segment("vips") => true
        not segment("newcomers") => true
        reachable("sms") => false

        # Aggregates
        count(order) => integer 5
        count(order where amount > 60) => integer 3
        count(order.amount) => integer 4
        count(order where amount is missing) => integer 1
        count(order where order.amount > 60) => integer 3
        count(order where gift) => integer 1
        count(order where not gift) => integer 4
        count(order where category = city) => integer 0
        count(order where quantity < visits) => integer 5
        count(order where amount between 60 and 100) => integer 1
        count(order where category in ("books", "toys")) => integer 3
        count(order where category not in ("books", "toys")) => integer 1
        count(order where exists(case where status = "active")) => integer 5
        count(order where weekday(at) = 7) => integer 3
        last(order.category where segment("vips")) => text toys
        max(order.quantity where reachable("sms")) => missing
        avg(order.amount where category is missing) => decimal 120.25
        round(avg(order.amount), 1) => decimal 92.6
        count(order where `by` = "mail") => integer 5
        count(order where labels contains "sale") => integer 1
        count(order where due >= at) => integer 1
        count(order where at = date(2025-12-31)) => integer 1
        count(order where id = "o4") => integer 1
        count(order where account.industry = "Retail") => integer 5
        count(order where amount = max(order.amount)) => integer 2
        count(order where at > last(page_view.at where url = "/toys")) => integer 2
        count_distinct(order.category) => integer 3
        count_distinct(order.amount) => integer 3
        sum(order.amount) => decimal 370.5
        sum(order.quantity) => integer 12
        sum(order.weight) => number 2.75
        sum(order.amount * quantity) => decimal 1092
        sum(order.amount where category = "none") => decimal 0
        sum(order.quantity where false) => integer 0
        avg(order.amount) => decimal 92.625
        avg(order.quantity) => decimal 2.4
        avg(order.weight) => number 1.375
        avg(order.amount where false) => missing
        min(order.amount) => decimal 50
        max(order.amount) => decimal 120.25
        min(order.category) => text books
        max(order.at) => time 2026-03-01T08:00:00Z
        max(order.due) => date 2025-06-20
        min(order.amount where false) => missing
        first(order.id) => text o1
        last(order.id) => text o5
        last(order.category) => text toys
        last(order.amount where quantity < 5) => decimal 80
        first(order.weight) => number 0.5
        first(order.gift) => false
        last(order.labels) is present => true
        first(order.amount where false) => missing
        exists(order) => true
        exists(order where amount > 1000) => false
        exists(order.due) => true
        exists(web.click where target = "buy") => true
        count(web.click.target) => integer 1
        arg_max(order.id, order.amount) => text o2
        arg_min(order.category, order.amount) => text books
        arg_max(order.labels, order.quantity) => missing
        arg_max(order.quantity, order.amount where quantity > 3) => integer 5
        arg_min(order.id, order.amount where false) => missing
        sum(order.amount) / count(order) => decimal 74.1
        count(order where amount > avg(order.amount where amount < 100)) => integer 3
        max(order.quantity) - min(order.quantity) => integer 4

        # Sequences
        count(page_view then order) => integer 3
        count(page_view then order within 7d) => integer 2
        count(page_view then order within 1mo) => integer 2
        count(page_view then order within 1d) => integer 0
        count(page_view where url = "/music" then order within 7d) => integer 1
        count(page_view then order where category = "toys" within 1w) => integer 1
        count(page_view then page_view) => integer 2
        count(page_view then page_view within 9d) => integer 1
        count(order then case) => integer 1
        exists(order then case within 1d) => true
        exists(case then case) => false

        # zone Europe/Berlin
        last_seen = date(2026-03-31) => true
        hour(last_seen) => integer 1
        day(last_seen) => integer 31
        today() => date 2026-03-31
        truncate(last_seen, "day") => time 2026-03-30T22:00:00Z
        truncate(last_seen, "month") => time 2026-02-28T23:00:00Z
        count(order where at between date(2025-01-01) and date(2025-12-31)) => integer 2
        time(2026-02-28T01:30:00Z) + 1mo => time 2026-03-28T01:30:00Z
        time(2026-02-28T23:30:00Z) + 1mo => time 2026-03-31T22:30:00Z
        time(2026-03-28T01:30:00Z) + 1d => time 2026-03-29T01:30:00Z
        time(2026-02-28T01:30:00Z) + 1mo + 1d => time 2026-03-29T01:30:00Z
        time(2025-03-30T00:30:00Z) + 1y => time 2026-03-29T23:30:00Z
        time(2026-01-29T01:30:00Z) + 2mo => time 2026-03-29T01:30:00Z
        time(2026-09-25T00:30:00Z) + 1mo => time 2026-10-25T00:30:00Z
        truncate(time(2026-10-25T01:45:00Z), "hour") => time 2026-10-25T01:00:00Z
        hour(time(2026-10-25T01:45:00Z)) => integer 2
        days_between(date(2026-03-28), time(2026-03-29T22:30:00Z)) => integer 2
        # zone UTC

        # Pairs of types
        age > 35 and 36 = age => true
        age >= lifetime_spend => false
        lifetime_spend > age => true
        score < age => true
        age != 36e0 => false
        lifetime_spend = 1234.5 => true
        score = 0.75 => true
        score in (0.5, 0.75) => true
        score between 0 and 1.0 => true
        lifetime_spend between age and 2000 => true
        birthday < last_seen => true
        last_seen between birthday and today() => true
        city != country => true
        vip = opted_in => false
        vip != opted_in => false
        "10" < "9" => true
        date(2024-02-29) < date(2024-03-01) => true
        time(2025-01-31T10:00:00+02:00) = time(2025-01-31T08:00:00Z) => true
        if(vip, score, 1) => number 0.75
        if(not vip, joined, birthday) => date 1990-01-31
        coalesce(discount, age, 0.5) => decimal 36
        coalesce(last_seen, now()) => time 2026-03-30T23:30:00Z
        age + lifetime_spend * 2 => decimal 2505
        visits % 2.5 => decimal 2
        visits % 2e0 => number 1
        abs(age - 40) => integer 4
        city > date(2025-01-01) => !RUL020 '>' compares equal types; here are text and date at 1:1
        vip + 1 => !RUL020 '+' asks for numbers; here are boolean and integer at 1:1
        vip in (1) => !RUL020 'in' compares equal types; here are boolean and integer at 1:9
        tags in ("gold") => !RUL020 'in' compares equal types; here are list of text and text at 1:10
        length(age) => !RUL022 length(text or list) was given integer at 1:1
        days_since(age) => !RUL022 days_since(date or time) was given integer at 1:1
        coalesce(age, city) => !RUL022 coalesce(value, value…) was given integer, text at 1:1
        if(age, 1, 2) => !RUL022 if(condition, then, otherwise) was given integer, integer, integer at 1:1
        last(order.amount) + 30d => !RUL020 '+' asks for numbers; here are decimal and duration; a duration may be added to a date or time that stands before it at 1:1

        # The calendar clamps
        date(2024-01-31) + 1mo => date 2024-02-29
        date(2023-01-31) + 1mo => date 2023-02-28
        date(2024-02-29) + 1y => date 2025-02-28
        date(2024-02-29) - 1y => date 2023-02-28
        date(2024-03-31) - 1mo => date 2024-02-29
        date(2024-01-31) + 1mo + 1mo => date 2024-03-29
        date(2024-12-31) + 2mo => date 2025-02-28
        date(2024-05-31) + 1mo => date 2024-06-30
        time(2024-01-31T23:59:59Z) + 1mo => time 2024-02-29T23:59:59Z
        time(2024-02-29T12:00:00Z) + 4y => time 2028-02-29T12:00:00Z
        date(2024-02-28) + 1d => date 2024-02-29
        date(2023-02-28) + 1d => date 2023-03-01
        date(9999-12-31) + 1d => !RUL030 a time outside the years 1 to 9999 in `date(9999-12-31) + 1d` at 1:1
        date(0001-01-01) - 1d => !RUL030 a time outside the years 1 to 9999 in `date(0001-01-01) - 1d` at 1:1
        date(2023-02-29) => !RUL004 there is no day 2023-02-29 at 1:1
        date(2025-04-31) => !RUL004 there is no day 2025-04-31 at 1:1

        # Aggregates inside aggregates and functions
        count(order where quantity = max(order.quantity)) => integer 1
        count(order where quantity > count(page_view)) => integer 1
        max(order.amount where at < max(order.at)) => decimal 120.25
        count(order where count(case) = 1 and exists(page_view)) => integer 5
        sum(order.quantity where amount >= avg(order.amount)) => integer 8
        if(exists(order), last(order.category), "none") => text toys
        coalesce(sum(order.amount where false), 1) => decimal 0
        days_between(first(order.at), last(order.at)) => integer 414
        year(first(order.at)) => integer 2025
        round(sum(order.amount) / 7, 2) => decimal 52.93
        concat(first(order.id), "-", count(order)) => text o1-5
        count(order then order) => integer 2
        count(order where gift then order where not gift) => integer 1
        exists(page_view where seconds > 20 then order) => true
        exists(page_view where seconds > 100 then order) => false
        count(case then web.click within 2d) => integer 1
        count(case then web.click within 1h) => integer 0

        # zone Asia/Kolkata
        last_seen = date(2026-03-31) => true
        hour(last_seen) => integer 5
        truncate(last_seen, "day") => time 2026-03-30T18:30:00Z
        truncate(last_seen, "hour") => time 2026-03-30T23:30:00Z
        # zone America/New_York
        last_seen = date(2026-03-30) => true
        hour(last_seen) => integer 19
        today() => date 2026-03-31
        truncate(now(), "day") => time 2026-03-31T04:00:00Z
        time(2026-03-07T07:30:00Z) + 1d => time 2026-03-08T07:30:00Z
        time(2026-02-08T07:30:00Z) + 1mo => time 2026-03-08T07:30:00Z
        count(order where at = date(2025-12-31)) => integer 1
        # zone UTC

        # profile nobody
        city = "London" => false
        city != "London" => false
        not city = "London" => true
        city is missing => true
        account.industry is missing => true
        account.parent.industry => missing
        vip => missing
        not vip => true
        count(order) => integer 0
        count(order where amount > 5) >= 1 => false
        sum(order.amount) => decimal 0
        sum(order.quantity) => integer 0
        sum(order.weight) => number 0
        avg(order.amount) => missing
        min(order.amount) => missing
        first(order.id) => missing
        exists(order) => false
        arg_max(order.id, order.amount) => missing
        count_distinct(order.category) => integer 0
        count(page_view then order within 7d) => integer 0
        days_since(last(order.at)) => missing
        days_since(last(order.at)) > 180 or last(order.at) is missing => true
        coalesce(first_name, "there") => text there
        segment("vips") => false
        reachable("email") => false
        # profile ada

        # Errors of spelling
        city = => !RUL005 expected a value, a name or '(', found the end of the rule at 1:7
        (city = "x" => !RUL005 expected ')', found the end of the rule at 1:12
        city = "London => !RUL002 the text that begins here has no closing quotation mark at 1:8
        city == "x" => !RUL001 unknown operator '==' at 1:6; did you mean '='?
        vip && vip => !RUL001 unknown operator '&&' at 1:5; did you mean 'and'?
        vip ? 1 => !RUL001 unexpected character '?' at 1:5 | RUL005 expected and, or, an operator or the end of the rule, found the number 1 at 1:7
        1 < age < 5 => !RUL009 comparisons do not chain: join two of them with and, or use parentheses at 1:9
        9223372036854775808 => !RUL003 the integer 9223372036854775808 does not fit in 64 bits; write 9223372036854775808.0 for a decimal at 1:1
        1e999 => !RUL003 the number 1e999 is too large; the largest is about 1.8e308 at 1:1
        1.00000000000000000000000000001 => !RUL003 a decimal holds 28 digits; 1.00000000000000000000000000001 has more at 1:1
        birthday + 30days => !RUL003 unknown unit 'days' of a duration; the units are min h d w mo y at 1:12; did you mean 'd'?
        date(2025-02-30) => !RUL004 there is no day 2025-02-30 at 1:1
        date(2025-13-01) => !RUL004 there is no day 2025-13-01 at 1:1
        time(2025-01-31T25:00:00Z) => !RUL004 there is no time 2025-01-31T25:00:00Z at 1:1
        time(2025-01-31T10:00:00) => !RUL004 a time is written time(2025-01-31T10:00:00Z), not time(2025-01-31T10:00:00) at 1:1
        date(city) => !RUL004 a date is written date(2025-01-31), not date(city) at 1:1
        city is here => !RUL005 expected missing or present, found 'here' at 1:9
        sum(order then case) => !RUL005 only count and exists take a sequence, not 'sum' at 1:1
        count(order then case then case) => !RUL005 a sequence has two steps: one then another at 1:23

        # Errors of names
        citty = "x" => !RUL012 unknown attribute 'citty' at 1:1; did you mean 'city'?
        acount.industry = "x" => !RUL012 unknown attribute 'acount.industry' at 1:1; did you mean 'account.industry'?
        quite_unknown => !RUL012 unknown attribute 'quite_unknown' at 1:1
        cuont(order) => !RUL011 unknown function 'cuont' at 1:1; did you mean 'count'?
        cuont(order where amount > 1) => !RUL011 'cuont' is no aggregate and takes no where at 1:1; did you mean 'count'?
        lowr(city) => !RUL011 unknown function 'lowr' at 1:1; did you mean 'lower'?
        count(ordr) => !RUL013 unknown activity type 'ordr' at 1:7; did you mean 'order'?
        sum(ordr.amount) => !RUL013 unknown activity type 'ordr' at 1:5; did you mean 'order'?
        count(order then cas) => !RUL013 unknown activity type 'cas' at 1:18; did you mean 'case'?
        sum(order.amout) => !RUL014 unknown field 'amout' of 'order' at 1:5; did you mean 'amount'?
        count(order where amout > 5) => !RUL014 'amout' is neither a field of 'order' nor an attribute at 1:19; did you mean 'amount'?
        segment("churnrisk") => !RUL015 unknown segment 'churnrisk' at 1:9; did you mean 'churn-risk'?
        reachable("emial") => !RUL016 unknown channel 'emial' at 1:11; did you mean 'email'?
        order.amount > 5 => !RUL029 'order.amount' is a field of many activities: put it inside an aggregate, such as last(order.amount) at 1:1
        count(order where page_view.url = "x") => !RUL029 'page_view.url' is a field of another activity type than 'order' at 1:19
        order => !RUL029 'order' is an activity type: put it inside an aggregate, such as count(order) at 1:1

        # Errors of types
        city > 5 => !RUL020 '>' compares equal types; here are text and integer at 1:1
        city + "x" => !RUL020 '+' asks for numbers; here are text and text; join texts with concat at 1:1
        today() - birthday => !RUL020 '-' asks for numbers; here are date and date; count days with days_between at 1:1
        30d + birthday => !RUL020 '+' asks for numbers; here are duration and date; a duration may be added to a date or time that stands before it at 1:1
        birthday + 5h => !RUL020 a date moves by whole days; 5h is no whole number of them at 1:1
        lifetime_spend > score => !RUL020 '>' compares equal types; here are decimal and number; divide the decimal by 1e0 to make it a number at 1:1
        city and vip => !RUL020 'and' joins conditions; this is a text at 1:1
        not age => !RUL020 'not' needs a condition; this is an integer at 1:5
        -city => !RUL020 '-' needs a number; this is a text at 1:1
        vip < true => !RUL020 '<' cannot compare booleans at 1:1
        tags = tags => !RUL020 lists are not compared; ask with contains at 1:1
        age in (1, "x") => !RUL020 'in' compares equal types; here are integer and text at 1:12
        age between 1 and "x" => !RUL020 'between' compares equal types; here are integer and text at 1:19
        age contains "3" => !RUL020 'contains' asks for a text, or a list of text, and a text; here are integer and text at 1:1
        age starts with "3" => !RUL020 'starts with' asks for two texts; here are integer and text at 1:1
        lower(age) => !RUL022 lower(text) was given integer at 1:1
        lower() => !RUL021 lower(text) was given 0 arguments at 1:1
        if(vip, 1, "x") => !RUL022 if(condition, then, otherwise) was given boolean, integer, text at 1:1
        round(2.5, age) => !RUL027 the digits of round are a plain number from 0 to 28 at 1:12
        truncate(birthday, "moth") => !RUL027 truncate goes to one of "year" "quarter" "month" "week" "day" "hour" at 1:20; did you mean 'month'?
        truncate(birthday, "hour") => !RUL022 a date has no hours to truncate to at 1:1
        hour(birthday) => !RUL022 hour(time) was given date at 1:1
        ago(90) => !RUL022 ago takes a duration such as 90d; this is an integer at 1:1
        segment(city) => !RUL027 segment takes a name between quotation marks at 1:9
        email matches city => !RUL027 the pattern of 'matches' is a text between quotation marks at 1:15
        email matches "(" => !RUL023 the pattern cannot be read: Invalid pattern '(' at offset 1. Not enough )'s at 1:15
        email matches "(?=a)b" => !RUL023 the pattern uses look-around, a back-reference or an atomic group, which cannot be matched in linear time at 1:15
        email matches "(a)\1" => !RUL023 the pattern uses look-around, a back-reference or an atomic group, which cannot be matched in linear time at 1:15
        email matches "((a{1000}){1000}){1000}" => !RUL023 the pattern repeats too much to be matched safely; use smaller counts at 1:15
        30d => !RUL024 a duration is no value of its own: add it to a time or give it to ago at 1:1
        sum(order.category) => !RUL022 sum takes numbers; this is a text at 1:5
        max(order.gift) => !RUL022 max takes values that have an order; this is a boolean at 1:5
        sum(age) => !RUL025 sum needs a field of an activity type, such as case.status at 1:1
        sum(order.amount + page_view.seconds) => !RUL025 sum is over one activity type; here are 'order' and 'page_view' at 1:1
        arg_max(order.id) => !RUL021 arg_max(value, key) was given 1 arguments at 1:1
        sum(order.amount) by city => !RUL026 'by' makes a measure for the business; it is allowed only there, at the end at 1:1
        percentile_rank(percentile_rank(age)) => !RUL022 percentile_rank cannot stand inside percentile_rank at 1:17
        percentile_rank(city) => !RUL022 percentile_rank ranks numbers, dates and times; this is a text at 1:1
        percentile_rank(age) => missing
        """";
}
