using System.Buffers;
using System.Text;
using System.Text.Json.Nodes;
using CustomerInsights.Host.Platform;
using CustomerInsights.Host.Platform.Tables;
using CustomerInsights.Host.Tests.Kit;

namespace CustomerInsights.Host.Tests.Tables;

public sealed class TableWriterTests
{
    private sealed record Row(string Name, long? Count, double? Share, bool Good, DateTimeOffset At, IReadOnlyDictionary<string, object?> More, Inner? Inside);

    private sealed record Inner(string City, Inner? Deeper = null);

    [Theory]
    [InlineData("plain", "plain")]
    [InlineData("a,b", "\"a,b\"")]
    [InlineData("say \"x\"", "\"say \"\"x\"\"\"")]
    [InlineData("a\r\nb", "\"a\r\nb\"")]
    [InlineData("a\nb", "\"a\nb\"")]
    [InlineData(" spaced ", "\" spaced \"")]
    [InlineData("nul\0l", "\"nul\0l\"")]
    [InlineData("whole \ud83d\ude00 pair", "whole \ud83d\ude00 pair")]
    [InlineData("", "\"\"")]
    [InlineData(null, "")]
    [InlineData("=1+1", "'=1+1")]
    [InlineData("@SUM(A1)", "'@SUM(A1)")]
    [InlineData("-x", "'-x")]
    [InlineData("+cmd|' /C calc'!A0", "'+cmd|' /C calc'!A0")]
    [InlineData("\t=1", "'\t=1")]
    [InlineData("\r=1", "\"'\r=1\"")]
    [InlineData("=\"x\",1", "\"'=\"\"x\"\",1\"")]
    [InlineData("-5.25", "-5.25")]
    [InlineData("+43123456", "+43123456")]
    [InlineData("+43 123 456", "'+43 123 456")]
    public void A_hostile_text_stays_in_its_cell(string? text, string cell) =>
        Assert.Equal($"a,b\r\n1,{cell}\r\n", Written(TableFormat.Csv, ["a", "b"], [1L, text]));

    [Fact]
    public void Hostile_texts_come_back_from_every_format()
    {
        string[] texts = ["", " ", "a,b\"c\"\r\nd", "\"", "\"\"", "\n", "<script>alert(1)</script>", "ünï\u2028\u0001\u007f", "\ud83d\ude00", new string('x', 3_000_000) + ",\"\n"];
        object?[][] rows = [.. texts.Select((text, i) => new object?[] { (long)i, text })];
        Assert.Equal(texts, CsvFile.Read(Encoding.UTF8.GetBytes(Written(TableFormat.Csv, ["n", "text"], rows))).Select(row => row["text"]));
        Assert.Equal(texts, JsonNode.Parse(Written(TableFormat.Json, ["n", "text"], rows))!.AsArray().Select(row => row!.Text("text")));
        Assert.Equal(texts, Written(TableFormat.JsonLines, ["n", "text"], rows).TrimEnd('\n').Split('\n').Select(line => JsonNode.Parse(line)!.Text("text")));
    }

    [Fact]
    public void Half_a_surrogate_pair_and_a_nul_are_valid_text()
    {
        // Attributes of .NET cannot hold half a pair.
        Assert.Equal("a,b\r\n\ufffd,half \ufffd pair\r\n", Written(TableFormat.Csv, ["a", "b"], ["\udc00", "half \ud83d pair"]));
        foreach (var format in new[] { TableFormat.Json, TableFormat.JsonLines })
        {
            var text = Written(format, ["a", "b"], ["x\ud800y", "n\0l"]);
            var row = format == TableFormat.Json ? JsonNode.Parse(text)![0]! : JsonNode.Parse(text)!;
            Assert.Equal(("x\ufffdy", "n\0l"), (row.Text("a"), row.Text("b")));
        }
    }

    [Fact]
    public void A_name_of_a_column_is_guarded_like_a_cell() => Assert.Equal("'-points,\"a,b\"\r\n", Written(TableFormat.Csv, ["-points", "a,b"]));

    [Fact]
    public void A_missing_value_alone_on_its_line_is_no_empty_line() => Assert.Equal("a\r\n\"\"\r\nx\r\n", Written(TableFormat.Csv, ["a"], [null], ["x"]));

    [Fact]
    public void A_table_without_rows_is_one_still()
    {
        Assert.Equal("a,b\r\n", Written(TableFormat.Csv, ["a", "b"]));
        Assert.Equal("[\n]\n", Written(TableFormat.Json, ["a", "b"]));
        Assert.Equal("", Written(TableFormat.JsonLines, ["a", "b"]));
    }

    [Fact]
    public void What_is_nested_is_json_in_csv_and_itself_in_json()
    {
        var more = new Dictionary<string, object?>(StringComparer.Ordinal) { ["city"] = "Wien", ["tags"] = new List<string> { "ä", "b\"" } };
        var row = new Row("=n", null, -0.5, true, new DateTimeOffset(2026, 1, 2, 3, 4, 5, TimeSpan.FromHours(1)), more, new Inner("Rom"));
        Assert.Equal(
            "name,count,share,good,at,more,inside\r\n'=n,,-0.5,true,2026-01-02T02:04:05.0000000Z,\"{\"\"city\"\":\"\"Wien\"\",\"\"tags\"\":[\"\"ä\"\",\"\"b\\\"\"\"\"]}\",\"{\"\"city\"\":\"\"Rom\"\"}\"\r\n",
            Written(TableFormat.Csv, null, row));
        Assert.Equal(
            """{"name":"=n","share":-0.5,"good":true,"at":"2026-01-02T02:04:05Z","more":{"city":"Wien","tags":["ä","b\""]},"inside":{"city":"Rom"}}""" + "\n",
            Written(TableFormat.JsonLines, null, row));
    }

    [Fact]
    public void Fields_choose_order_and_reach_into_values()
    {
        var more = new Dictionary<string, object?>(StringComparer.Ordinal) { ["city"] = "Wien", ["ns.rank"] = 3L, ["deep"] = new Dictionary<string, object?>(StringComparer.Ordinal) { ["er"] = "y" } };
        var row = new Row("n", 1, null, false, default, more, new Inner("Rom", new Inner("Bern")));
        Assert.Equal(
            "inside.deeper.city,more.ns.rank,name,more.city,more.none,more.deep.er\r\nBern,3,n,Wien,,y\r\n",
            Written(TableFormat.Csv, ["inside.deeper.city", "more.ns.rank", "name", "more.city", "more.none", "more.deep.er"], row));
    }

    [Theory]
    [InlineData("nam", "There is no field 'nam'. Did you mean 'name'?")]
    [InlineData("inside.cty", "There is no field 'inside.cty': nothing there is called 'cty'. Did you mean 'city'?")]
    [InlineData("name.x", "There is no field 'name.x': nothing there is called 'x'.")]
    [InlineData(".name", "There is no field '.name'.")]
    public void A_field_that_there_is_not_is_named(string field, string message)
    {
        var failure = Assert.Throws<BadParameterException>(() => TableColumns.Choose(TableColumns.Of(typeof(Row)), [field]));
        Assert.Equal("fields", failure.Parameter);
        Assert.StartsWith(message, failure.Message, StringComparison.Ordinal);
    }

    private static string Written(TableFormat format, string[]? fields, Row row) => Written(format, TableColumns.Choose(TableColumns.Of(typeof(Row)), fields), [row]);

    private static string Written(TableFormat format, string[] columns, params object?[][] rows) =>
        Written(format, Table.Of("x", columns, AsyncEnumerable.Empty<object?[]>()).Columns, rows);

    private static string Written(TableFormat format, IReadOnlyList<TableColumn> columns, object[] rows)
    {
        var target = new ArrayBufferWriter<byte>();
        var writer = TableWriter.Of(format, columns);
        writer.Begin(target);
        Array.ForEach(rows, row => writer.Write(row, target));
        writer.End(target);
        return new UTF8Encoding(false, throwOnInvalidBytes: true).GetString(target.WrittenSpan);
    }
}
