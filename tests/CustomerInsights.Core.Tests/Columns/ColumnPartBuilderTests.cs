using CustomerInsights.Core.Columns;
using CustomerInsights.Core.Model;

namespace CustomerInsights.Core.Tests.Columns;

public class ColumnPartBuilderTests
{
    private static readonly DateTimeOffset s_start = new(2025, 1, 31, 10, 0, 0, TimeSpan.Zero);

    public static TheoryData<DataType, Value[]> Columns => new()
    {
        { DataType.Integer, [Value.Of(1L), default, Value.Of(-7L)] },
        { DataType.Integer, [Value.Of(long.MinValue), Value.Of(long.MaxValue), Value.Of(0L)] },
        { DataType.Integer, [Value.Of(5L), Value.Of(5L), Value.Of(5L)] },
        { DataType.Integer, [Value.Of(long.MaxValue), Value.Of(long.MaxValue - 300)] },
        { DataType.Integer, [Value.Of("text"), Value.Of(3L), Value.Of(2.5m)] },
        { DataType.Decimal, [Value.Of(1.50m), Value.Of(-0.25m), default] },
        { DataType.Decimal, [Value.Of(1.5m), Value.Of(12m), Value.Of(7L), Value.Of(0.333m)] },
        { DataType.Decimal, [Value.Of(decimal.MaxValue), Value.Of(0.0000000000000000000000000001m)] },
        { DataType.Number, [Value.Of(1.5), Value.Of(2L), Value.Of(double.MinValue), default] },
        { DataType.Boolean, [Value.Of(true), Value.Of(false), default] },
        { DataType.Date, [Value.Of(new DateOnly(1, 1, 1)), Value.Of(new DateOnly(9999, 12, 31)), default] },
        { DataType.Time, [Value.Of(s_start), Value.Of(s_start.AddDays(3)), Value.Of(s_start.AddTicks(1))] },
        { DataType.Text, [Value.Of("ann"), Value.Of("Zoë 😀"), default, Value.Of(""), Value.Of("ann")] },
        { DataType.TextList, [Value.Of(["a", "b"]), default, Value.Of([]), Value.Of(["b"])] },
        { DataType.Text, [default, default] },
    };

    [Theory]
    [MemberData(nameof(Columns))]
    public void A_column_gives_back_what_was_put_in_or_missing_where_the_type_does_not_fit(DataType type, Value[] values)
    {
        var writer = ColumnWriter.For(type);
        foreach (var value in values)
        {
            writer.Add(value);
        }

        var column = writer.Build();
        for (var row = 0; row < values.Length; row++)
        {
            var expected = Widened(values[row], type);
            Assert.Equal(expected, column.ValueAt(row));
            Assert.Equal(expected.ToString(), column.ValueAt(row).ToString());
        }
    }

    [Theory]
    [InlineData(100, 7, 1)]
    [InlineData(30_000, 7, 2)]
    [InlineData(3_000_000, 1_000_000_000, 4)]
    [InlineData(200_000, 0, 0)]
    public void Whole_numbers_take_as_few_bytes_as_their_range_needs(int rows, long step, int width)
    {
        var writer = ColumnWriter.For(DataType.Integer);
        for (var row = 0; row < rows; row++)
        {
            writer.Add(Value.Of(1_000_000_007L + (row * step)));
        }

        var column = (ScaledColumn)writer.Build();
        Assert.Equal((width, true), (column.Width, column.AllPresent));
        Assert.Equal(1_000_000_007L + ((rows - 1) * step), column.ScaledAt(rows - 1));
    }

    [Fact]
    public void Texts_of_which_most_differ_are_kept_without_a_dictionary()
    {
        var writer = ColumnWriter.For(DataType.Text);
        for (var row = 0; row < 70_000; row++)
        {
            writer.Add(row == 5 ? default : Value.Of($"person{row}@example.com"));
        }

        var column = Assert.IsType<PlainTextColumn>(writer.Build());
        Assert.Equal("person69999@example.com", column.ValueAt(69_999).AsText());
        Assert.True(column.ValueAt(5).IsMissing);
    }

    [Fact]
    public void A_part_holds_each_profiles_activities_by_time_and_then_by_id()
    {
        var schema = new ColumnSchema(
            new Dictionary<string, DataType> { ["city"] = DataType.Text },
            new Dictionary<string, IReadOnlyDictionary<string, DataType>> { ["order"] = new Dictionary<string, DataType> { ["amount"] = DataType.Decimal } });
        var builder = new ColumnPartBuilder(schema);
        var id = new ProfileId(Guid.Parse("0190d3c2-0000-7000-8000-00000000002a"));
        builder.Add(7, id, _ => Value.Of("Oslo"), [Order("b", 1), Order("a", 1), Order("c", 0), new("visit", "v", s_start, _ => default)]);
        builder.Add(9, id, _ => default, []);
        var part = builder.Build();
        var orders = part.Activities["order"];
        Assert.Equal([0, 3, 3], orders.Starts.ToArray());
        Assert.Equal(["c", "a", "b"], Enumerable.Range(0, 3).Select(row => orders.Ids.ValueAt(row).AsText()));
        Assert.Equal(s_start.AddDays(1), orders.At.ValueAt(2).AsTime());
        Assert.Equal((id, 1, -1), (part.IdAt(0), part.RowOf(9), part.RowOf(8)));
        Assert.False(part.Activities.ContainsKey("visit"));
    }

    [Fact]
    public void A_part_takes_profiles_in_the_order_of_their_numbers_only()
    {
        var builder = new ColumnPartBuilder(new ColumnSchema(new Dictionary<string, DataType>(), new Dictionary<string, IReadOnlyDictionary<string, DataType>>()));
        builder.Add(7, default, _ => default, []);
        Assert.Throws<ArgumentOutOfRangeException>(() => builder.Add(7, default, _ => default, []));
    }

    [Fact]
    public void Sets_of_rows_never_hold_rows_behind_the_last()
    {
        var set = RowBits.All(70);
        var other = new RowBits(70);
        other[69] = true;
        set.Except(other);
        Assert.Equal((69, false), (set.Count(), set[69]));
        set.Not();
        Assert.Equal(1, set.Count());
        set.Or(RowBits.All(70));
        set.And(other);
        var rows = new List<int>();
        set.ForEach(rows.Add);
        Assert.Equal([69], rows);
    }

    private static ColumnActivity Order(string id, int day) => new("order", id, s_start.AddDays(day), name => name == "amount" ? Value.Of(9.99m) : default);

    private static Value Widened(Value value, DataType type) => (type, value.Type) switch
    {
        (DataType.Decimal, DataType.Integer) => Value.Of(value.AsDecimal()),
        (DataType.Number, DataType.Integer or DataType.Decimal) => Value.Of(value.AsNumber()),
        _ => value.Type == type ? value : default,
    };
}
