using System.Text;
using CustomerInsights.Core.Columns;
using CustomerInsights.Core.Model;

namespace CustomerInsights.Core.Tests.Columns;

public class DocumentColumnsTests
{
    private static readonly Dictionary<string, DataType> s_columns = Enum.GetValues<DataType>().ToDictionary(type => type.ToString(), type => type);

    [Fact]
    public void Columns_of_documents_are_those_of_their_values()
    {
        for (var seed = 0; seed < 20; seed++)
        {
            var random = new Random(seed);
            var rows = Enumerable.Range(0, 300).Select(_ => RandomRow(random)).ToList();
            var byDocument = new DocumentColumns(s_columns);
            var byValue = new DocumentColumns(s_columns);
            foreach (var row in rows)
            {
                byDocument.Add(ValueDocument.Write(row), default);
                var values = row.ToDictionary();
                byValue.Add(name => values.GetValueOrDefault(name));
            }

            var (left, right) = (byDocument.Build(), byValue.Build());
            Assert.Equal(right.Keys.Order(StringComparer.Ordinal), left.Keys.Order(StringComparer.Ordinal));
            foreach (var (name, column) in left)
            {
                Assert.Equal(right[name].GetType(), column.GetType());
                for (var row = 0; row < rows.Count; row++)
                {
                    Assert.Equal(right[name].ValueAt(row), column.ValueAt(row));
                    Assert.Equal(right[name].ValueAt(row).ToString(), column.ValueAt(row).ToString());
                }
            }
        }
    }

    [Fact]
    public void Of_a_name_in_both_documents_the_second_value_counts()
    {
        var columns = new DocumentColumns(new Dictionary<string, DataType> { ["a"] = DataType.Integer, ["b"] = DataType.Integer });
        columns.Add("""{"a":1,"b":2}"""u8, """{"b":3}"""u8);
        var built = columns.Build();
        Assert.Equal((1L, 3L), (built["a"].ValueAt(0).AsInteger(), built["b"].ValueAt(0).AsInteger()));
    }

    [Theory]
    [InlineData("""{ "a" : "x" , "n" : 1 }""")]
    [InlineData("""{"\u0061":"\u0078","n":1}""")]
    [InlineData("""{"a":"first","a":"x","n":1}""")]
    [InlineData("""{"n":1,"a":"x"}""")]
    [InlineData("""{"a":"x","n":1,"other":{"d":"1.5"}}""")]
    public void A_document_written_in_another_way_is_read_all_the_same(string document)
    {
        var columns = new DocumentColumns(new Dictionary<string, DataType> { ["a"] = DataType.Text, ["n"] = DataType.Integer });
        columns.Add(Encoding.UTF8.GetBytes(document), default);
        var built = columns.Build();
        Assert.Equal(("x", 1L), (built["a"].ValueAt(0).AsText(), built["n"].ValueAt(0).AsInteger()));
    }

    [Theory]
    [InlineData("")]
    [InlineData("{")]
    [InlineData("[]")]
    [InlineData("""{"a":nul}""")]
    [InlineData("""{"a":""")]
    [InlineData("""{"n":1""")]
    [InlineData("""{"a":"x","n":""")]
    [InlineData("""{"a":{"d":"1"}""")]
    [InlineData("""{"a":{"z":"1"}}""")]
    [InlineData("""{"n":99999999999999999999}""")]
    public void What_is_no_document_is_refused(string document)
    {
        var columns = new DocumentColumns(new Dictionary<string, DataType> { ["a"] = DataType.Text, ["n"] = DataType.Integer });
        Assert.Throws<FormatException>(() => columns.Add(Encoding.UTF8.GetBytes(document), default));
    }

    [Fact]
    public void Parts_put_together_have_the_rows_of_both()
    {
        var schema = new ColumnSchema(s_columns, new Dictionary<string, IReadOnlyDictionary<string, DataType>> { ["order"] = s_columns });
        var random = new Random(4);
        var builders = new[] { new ColumnPartBuilder(schema), new ColumnPartBuilder(schema) };
        for (var number = 1; number <= 200; number++)
        {
            var builder = builders[number & 1];
            builder.Add(number, new ProfileId(Guid.Parse($"0190d3c2-0000-7000-8000-{number:x12}")), ValueDocument.Write(RandomRow(random)), default);
            for (var activity = 0; activity < random.Next(4); activity++)
            {
                builder.AddActivity("order", Encoding.ASCII.GetBytes($"{activity:x12}"), 1000 * activity, ValueDocument.Write(RandomRow(random)));
            }
        }

        var parts = builders.Select(builder => builder.Build()).ToArray();
        var both = new ColumnPartBuilder(schema);
        for (var number = 1; number <= 200; number++)
        {
            both.Add(parts[number & 1], parts[number & 1].RowOf(number));
        }

        var merged = both.Build();
        for (var number = 1; number <= 200; number++)
        {
            var (part, row) = (parts[number & 1], parts[number & 1].RowOf(number));
            Assert.Equal(Texts(part, row), Texts(merged, merged.RowOf(number)));
        }
    }

    [Theory]
    [InlineData(1, 200)]
    [InlineData(2, 3)]
    [InlineData(3, 1)]
    public void Activities_that_come_in_any_order_give_the_tables_of_those_that_come_in_order(int seed, int profiles)
    {
        var schema = new ColumnSchema(
            new Dictionary<string, DataType>(),
            new Dictionary<string, IReadOnlyDictionary<string, DataType>> { ["order"] = s_columns, ["never"] = s_columns, ["visit"] = new Dictionary<string, DataType> { ["Text"] = DataType.Text } });
        var random = new Random(seed);
        var activities = Enumerable.Range(0, 900)
            .Select(i => (Profile: random.Next(profiles), Type: random.Next(4) == 0 ? "visit" : "order", Id: Encoding.ASCII.GetBytes(i % 7 == 0 ? $"{i:x14}" : $"{i:x12}"), Ticks: 1000L * random.Next(9), Document: ValueDocument.Write(RandomRow(random))))
            .ToList();
        var ordered = new ColumnPartBuilder(schema);
        for (var profile = 0; profile < profiles; profile++)
        {
            ordered.Add(profile + 1, new ProfileId(Guid.Parse($"0190d3c2-0000-7000-8000-{profile:x12}")), "{}"u8, default);
            foreach (var one in activities.Where(one => one.Profile == profile).OrderBy(one => one.Ticks).ThenBy(one => Encoding.ASCII.GetString(one.Id), StringComparer.Ordinal))
            {
                ordered.AddActivity(one.Type, one.Id, one.Ticks, one.Document);
            }
        }

        var anyhow = new ActivityTablesBuilder(schema.Activities, profiles);
        var types = schema.Activities.Keys.ToList();
        foreach (var one in activities)
        {
            anyhow.Add(one.Profile, types.IndexOf(one.Type), one.Id, one.Ticks, one.Document);
        }

        var expected = ordered.Build();
        var part = new ColumnPart(expected.Rows, expected.NumberSection, expected.IdSection, expected.Attributes, anyhow.Build());
        Assert.Equal(["order", "visit"], part.Activities.Keys.Order(StringComparer.Ordinal));
        for (var row = 0; row < profiles; row++)
        {
            Assert.Equal(Texts(expected, row), Texts(part, row));
        }

        foreach (var (type, table) in expected.Activities)
        {
            Assert.Equal(table.Fields.OrderBy(field => field.Key, StringComparer.Ordinal).Select(field => (field.Key, field.Value.GetType(), field.Value.Bytes)), part.Activities[type].Fields.OrderBy(field => field.Key, StringComparer.Ordinal).Select(field => (field.Key, field.Value.GetType(), field.Value.Bytes)));
        }
    }

    /// <summary>All that a part has of a profile, as text.</summary>
    internal static string Texts(ColumnPart part, int row)
    {
        var text = new StringBuilder().Append(part.Numbers[row]).Append(' ').Append(part.IdAt(row));
        foreach (var (name, column) in part.Attributes.OrderBy(pair => pair.Key, StringComparer.Ordinal).Where(pair => pair.Value.IsPresent(row)))
        {
            text.Append('|').Append(name).Append('=').Append(column.ValueAt(row)).Append(':').Append(column.ValueAt(row).Type);
        }

        foreach (var (type, table) in part.Activities.OrderBy(pair => pair.Key, StringComparer.Ordinal))
        {
            for (var i = table.Starts[row]; i < table.Starts[row + 1]; i++)
            {
                text.Append('\n').Append(type).Append(' ').Append(table.Ids.ValueAt(i)).Append(' ').Append(table.At.ValueAt(i));
                foreach (var (name, column) in table.Fields.OrderBy(pair => pair.Key, StringComparer.Ordinal).Where(pair => pair.Value.IsPresent(i)))
                {
                    text.Append('|').Append(name).Append('=').Append(column.ValueAt(i));
                }
            }
        }

        return text.ToString();
    }

    internal static List<KeyValuePair<string, Value>> RandomRow(Random random)
    {
        var row = new List<KeyValuePair<string, Value>>();
        foreach (var type in Enum.GetValues<DataType>())
        {
            if (random.Next(4) > 0)
            {
                // A name sometimes comes with a value of another type: the schema changed since.
                var of = random.Next(10) == 0 ? Enum.GetValues<DataType>()[random.Next(Enum.GetValues<DataType>().Length)] : type;
                row.Add(KeyValuePair.Create(type.ToString(), RandomValue(random, of)));
            }
        }

        return row;
    }

    private static Value RandomValue(Random random, DataType type) => type switch
    {
        DataType.Text => Value.Of(new[] { "Oslo", "", "a \"quoted\" \\ text", "Zoë 😀", "line\nbreak", random.Next(50).ToString(System.Globalization.CultureInfo.InvariantCulture) }[random.Next(6)]),
        DataType.Integer => Value.Of(random.Next(5) == 0 ? random.NextInt64(long.MinValue, long.MaxValue) : random.Next(100)),
        DataType.Decimal => Value.Of(random.Next(40) == 0 ? decimal.MaxValue - random.Next(9) : decimal.Round((decimal)random.NextDouble() * 1000 - 300, random.Next(4))),
        DataType.Number => Value.Of(random.Next(3) == 0 ? random.Next(100) : random.NextDouble() * 1e30),
        DataType.Boolean => Value.Of(random.Next(2) == 0),
        DataType.Date => Value.Of(new DateOnly(2020, 1, 31).AddDays(random.Next(2000))),
        DataType.Time => Value.Of(new DateTimeOffset(2020, 1, 1, 0, 0, 0, TimeSpan.Zero).AddTicks(random.Next(3) == 0 ? random.NextInt64(1L << 52) : random.Next(90_000) * TimeSpan.TicksPerSecond)),
        _ => Value.Of(Enumerable.Range(0, random.Next(4)).Select(i => i == 2 ? "with, \"comma\"" : "tag" + i).ToArray()),
    };
}
