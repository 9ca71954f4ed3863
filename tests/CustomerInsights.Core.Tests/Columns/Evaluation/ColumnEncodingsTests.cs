using System.Globalization;
using CustomerInsights.Core.Columns;
using CustomerInsights.Core.Columns.Evaluation;
using CustomerInsights.Core.Model;
using CustomerInsights.Core.Rules;
using CustomerInsights.Core.Tests.Rules;

namespace CustomerInsights.Core.Tests.Columns.Evaluation;

/// <summary>Comparisons with constants at, between and beyond the stored numbers, in every encoding that a column can have.</summary>
public sealed class ColumnEncodingsTests
{
    private static readonly string[] s_operators = ["=", "!=", "<", "<=", ">", ">="];

    public static TheoryData<DataType, Value[]> Columns => new()
    {
        { DataType.Integer, Many(i => Value.Of(7L)) },
        { DataType.Integer, Many(i => Value.Of((long)i)) },
        { DataType.Integer, Many(i => Value.Of(-1_000_000_007L + (i * 3))) },
        { DataType.Integer, Many(i => Value.Of(i * 1_000_003L)) },
        { DataType.Integer, Many(i => Value.Of(i * 1_000L)) },
        { DataType.Integer, Many(i => Value.Of(i % 3 == 0 ? long.MinValue : i % 3 == 1 ? long.MaxValue : i)) },
        { DataType.Integer, Many(i => Value.Of(long.MaxValue - (i * 7))) },
        { DataType.Integer, Many(i => default) },
        { DataType.Decimal, Many(i => Value.Of(i * 0.25m)) },
        { DataType.Decimal, Many(i => Value.Of(i % 2 == 0 ? i * 0.5m : -1.125m * i)) },
        { DataType.Decimal, Many(i => Value.Of(i % 5 == 0 ? 999999999999999999999999999.5m : 0.0000000000000000000000000001m)) },
        { DataType.Number, Many(i => Value.Of(i % 4 == 0 ? -0.0 : (i - 50) * 0.1)) },
        { DataType.Date, Many(i => Value.Of(new DateOnly(2025, 1, 1).AddDays(i * 9))) },
        { DataType.Date, Many(i => Value.Of(i % 2 == 0 ? DateOnly.MinValue : DateOnly.MaxValue)) },
        { DataType.Time, Many(i => Value.Of(Sample.Now.AddHours(-i * 7))) },
        { DataType.Time, Many(i => Value.Of(Sample.Now.AddTicks(i))) },
        { DataType.Text, Many(i => Value.Of("t" + (i % 7))) },
        { DataType.Text, Many(i => Value.Of(i % 2 == 0 ? "" : "é😀" + (char)('a' + (i % 20)))) },
        { DataType.Boolean, Many(i => Value.Of(i % 3 == 0)) },
    };

    [Theory]
    [MemberData(nameof(Columns))]
    public void A_column_answers_like_its_values_one_by_one(DataType type, Value[] values)
    {
        var people = values.Select(value => new FakeProfile { Attributes = { ["x"] = value } }).ToList();
        var schema = new RuleSchema { Attributes = new Dictionary<string, DataType> { ["x"] = type } };
        var builder = new ColumnPartBuilder(new ColumnSchema(schema.Attributes, schema.Activities));
        for (var i = 0; i < people.Count; i++)
        {
            builder.Add(i, new ProfileId(Guid.Empty), people[i].Attribute, []);
        }

        var run = new ColumnRun(ColumnWorld.Of(new ColumnImage("person", [new LivePart(builder.Build(), null)], 0)), "person", Sample.Moment, 1, default);
        foreach (var text in Rules(type, values))
        {
            var bound = RuleBinder.Bind(text, schema, RuleUse.Condition);
            Assert.True(bound.Rule is not null, $"{text}: {string.Join(' ', bound.Errors)}");
            var expected = Shown(() => Enumerable.Range(0, people.Count).Where(i => bound.Rule.Matches(people[i], Sample.Moment)).Select(i => (long)i));
            var found = Shown(() => run.Matches(bound.Rule).Numbers());
            Assert.True(expected == found, $"{text}\nexpected {expected}\nfound    {found}");
        }
    }

    private static string Shown(Func<IEnumerable<long>> ask)
    {
        try
        {
            return string.Join(',', ask());
        }
        catch (RuleEvaluationException failed)
        {
            return failed.Message;
        }
    }

    private static IEnumerable<string> Rules(DataType type, Value[] values)
    {
        yield return "x is missing";
        yield return "not (x is present)";
        string[] constants = [.. values.Where(value => !value.IsMissing).Where((_, i) => i % 17 == 0).Select(Literal), .. Others(type)];
        foreach (var constant in type == DataType.Boolean ? [] : constants)
        {
            foreach (var op in s_operators)
            {
                yield return $"x {op} {constant}";
                yield return $"{constant} {op} x";
            }

            yield return $"x in ({constant}, {constants[0]})";
            yield return $"x not in ({constant}, {constants[^1]})";
            yield return $"x between {constants[0]} and {constant}";
        }

        string[] more = type switch
        {
            DataType.Text => ["x starts with \"t\"", "x ends with \"a\"", "x contains \"😀\"", "x =~ \"T3\"", "upper(x) = \"T1\"", "x matches \"[1-3]$\"", "length(x) > 1", "coalesce(x, \"none\") = \"none\""],
            DataType.Date or DataType.Time => ["year(x) = 2025", "month(x) = 3", "days_since(x) > 20", "days_since(x) != 3", "truncate(x, \"month\") = truncate(now(), \"month\")", "x < date(2026-01-01)", "x != time(2026-01-01T10:00:00Z)", "weekday(x) in (1, 7)"],
            DataType.Boolean => ["x", "not x", "x = true", "x != true"],
            DataType.Integer => ["x > 2.5", "x = 7.0", "x <= 1e3", "x % 2 = 0", "-x < 0", "if(x > 5, x, 5) = 5"],
            _ => ["x / 2 > 1", "x + 1 < x * 2", "abs(x) > 3"],
        };
        foreach (var rule in more)
        {
            yield return rule;
        }
    }

    private static string[] Others(DataType type) => type switch
    {
        DataType.Integer => ["0", "9223372036854775807", "-9223372036854775808", "-5"],
        DataType.Decimal => ["0.1", "0.3333333333333333333333333333", "-999999999999999999999999999.5", "999999999999999999999999999.5", "100"],
        DataType.Number => ["0.0", "1e300", "-0.05"],
        DataType.Date => ["date(2025-06-01)", "date(0001-01-01)", "today()"],
        DataType.Time => ["now()", "ago(30d)", "time(0001-01-01T00:00:00Z)"],
        _ => ["\"t3\"", "\"nothing\"", "\"\""],
    };

    private static string Literal(Value value) => value.Type switch
    {
        DataType.Text => $"\"{value}\"",
        DataType.Date => $"date({value})",
        DataType.Time => $"time({value})",
        DataType.Number => value.AsNumber().ToString("0.0########", CultureInfo.InvariantCulture),
        DataType.Decimal => value.AsDecimal().ToString("0.0###########################", CultureInfo.InvariantCulture),
        _ => value.ToString(),
    };

    private static Value[] Many(Func<int, Value> make) => [.. Enumerable.Range(0, 133).Select(i => i % 11 == 10 ? default : make(i))];
}
