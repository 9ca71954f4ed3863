using CustomerInsights.Core.Model;
using CustomerInsights.Core.Rules;

namespace CustomerInsights.Core.Tests.Rules;

/// <summary>
/// The shared table of business measures, as <see cref="RuleCases"/> is of rules: every execution has these rows over <see cref="People"/>, written
/// <c>dimension,dimension: value</c> with <c>|</c> between rows.
/// </summary>
public static class BusinessCases
{
    internal static IReadOnlyList<FakeProfile> People { get; } = MakePeople();

    public static TheoryData<string, string> All => new()
    {
        { "avg(order.amount)", ": 33.75" },
        { "avg(order.amount) by country, month(order.at)", "FR,1: 5|UK,1: 10|UK,2: 20|,2: 100" },
        { "sum(order.amount) / count(order) by country", "FR: 5|UK: 15|: 100" },
        { "count(profile)", ": 4" },
        { "count(profile where age > 25) by country", "FR: 1|UK: 1|: 1" },
        { "avg(age) by country", "FR: 40|UK: 25|: 50" },
        { "count(profile where exists(order)) by country", "FR: 1|UK: 1|: 1" },
        { "sum(order.amount) by count(order)", "1: 105|2: 30" },
        { "count(order where amount > 1000)", ": 0" },
        { "count(order where amount > 1000) by country", "" },
        { "sum(order.amount where amount > 1000)", ": 0" },
        { "max(order.amount where amount > 1000)", ": " },
        { "first(order.id)", ": a1" },
        { "last(order.id) by country", "FR: b1|UK: a2|: c1" },
        { "arg_max(order.id, order.amount)", ": c1" },
        { "arg_max(age, lifetime_spend)", ": " },
        { "max(age) - min(age)", ": 30" },
        { "count_distinct(country)", ": 2" },
        { "count(order then order within 2mo)", ": 1" },
        { "count(order then order) by country", "UK: 1" },
        { "exists(order where amount = 5)", ": true" },
        { "if(exists(order), count(order), 0) by truncate(order.at, \"month\")", "2026-01-01T00:00:00Z: 2|2026-02-01T00:00:00Z: 2" },
        { "count(order where amount > avg(order.amount)) by country", "UK: 1" },
        { "count(profile) by account.industry", "Mining: 1|Retail: 2|: 1" },
        { "sum(order.amount) by account.industry", "Mining: 5|Retail: 30|: 100" },
        { "max(order.amount) by account.industry, month(order.at)", "Mining,1: 5|Retail,1: 10|Retail,2: 20|,2: 100" },
        { "count(profile where account.employees > 100) by account.parent.industry", "Holding: 2" },
        { "min(order.at) by country", "FR: 2026-01-20T12:00:00Z|UK: 2026-01-10T12:00:00Z|: 2026-02-01T12:00:00Z" },
        { "max(order.amount) by month(order.at)", "1: 10|2: 100" },
        { "count_distinct(order.amount) by country", "FR: 1|UK: 2|: 1" },
        { "arg_min(order.amount, order.at) by country", "FR: 5|UK: 10|: 100" },
    };

    public static string Write(IEnumerable<BusinessRow> rows) => string.Join('|', rows.Select(row => $"{string.Join(',', row.Dimensions)}: {row.Value}"));

    private static FakeProfile[] MakePeople()
    {
        var parent = new FakeProfile { Attributes = { ["industry"] = Value.Of("Holding") } };
        var retail = new FakeProfile { Attributes = { ["industry"] = Value.Of("Retail"), ["employees"] = Value.Of(250) }, RelatedProfiles = { ["parent"] = parent } };
        var mining = new FakeProfile { Attributes = { ["industry"] = Value.Of("Mining"), ["employees"] = Value.Of(50) } };
        return
        [
            MakePerson("UK", 30, retail, ("a1", "2026-01-10", 10m), ("a2", "2026-02-10", 20m)),
            MakePerson("FR", 40, mining, ("b1", "2026-01-20", 5m)),
            MakePerson(null, 50, null, ("c1", "2026-02-01", 100m)),
            MakePerson("UK", 20, retail),
        ];
    }

    private static FakeProfile MakePerson(string? country, long age, FakeProfile? account, params ReadOnlySpan<(string Id, string Day, decimal Amount)> orders)
    {
        var person = new FakeProfile { Attributes = { ["country"] = Value.Of(country), ["age"] = Value.Of(age) } };
        if (account is not null)
        {
            person.RelatedProfiles["account"] = account;
        }

        foreach (var (id, day, amount) in orders)
        {
            person.Add("order", id, day + "T12:00:00Z", ("amount", Value.Of(amount)));
        }

        return person;
    }
}
