using System.IO.Compression;
using System.Text;
using CustomerInsights.Connectors.Csv;
using CustomerInsights.Sdk;

namespace CustomerInsights.FilePlugins.Tests;

public sealed class CsvReadTests : IDisposable
{
    private readonly TempFolder _folder = new();
    private readonly CsvConnector _connector = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Types_are_inferred_and_what_could_be_a_code_stays_text()
    {
        _folder.Write("a.csv", """
            id,count,price,rate,active,born,seen,zip,phone,code,answer,big
            1,12,3.50,1e3,true,5/8/1986,2018-05-08T10:00:00Z,10753,3714970409,007,yes,1234567890123456789
            2,-3,4,2.5E-1,FALSE,8/13/1974,2018-05-08 10:00:00.5+02:00,90210,3714970410,+12,no,2
            """);

        var catalog = await DiscoverAsync("{ 'name': 'a', 'path': 'a.csv', 'key': ['id'] }");

        Assert.Equal(
            "id Integer, count Integer, price Decimal, rate Number, active Boolean, born Date M/d/yyyy, seen Time, zip Text, phone Text, code Text, answer Text, big Text",
            string.Join(", ", catalog.Streams.Single().Fields.Select(field => $"{field.Name} {field.Kind} {field.Format}".TrimEnd())));
        Assert.Equal(
            ["1: id=1, count=12, price=3.50, rate=1000, active=true, born=1986-05-08, seen=2018-05-08T10:00:00Z, zip=10753, phone=3714970409, code=007, answer=yes, big=1234567890123456789",
             "2: id=2, count=-3, price=4, rate=0.25, active=false, born=1974-08-13, seen=2018-05-08T08:00:00.5Z, zip=90210, phone=3714970410, code=+12, answer=no, big=2"],
            (await ReadAsync("{ 'name': 'a', 'path': 'a.csv', 'key': ['id'] }")).Lines);
    }

    [Theory]
    [InlineData("13/8/1974", "1/2/1980", FieldKind.Date, "d/M/yyyy", null)]
    [InlineData("8/13/1974", "1/2/1980", FieldKind.Date, "M/d/yyyy", null)]
    [InlineData("3/8/1974", "1/2/1980", FieldKind.Date, "M/d/yyyy", "s: Column 'd' can be M/d/yyyy or d/M/yyyy: no value of the sample has a day over 12. M/d/yyyy was taken; set its 'format' if that is wrong.")]
    [InlineData("13/8/1974", "8/13/1974", FieldKind.Text, null, "s: Column 'd' mixes date formats (month first and day first, or several separators); it stays text. Set its 'type' and 'format' to reject what does not fit.")]
    [InlineData("3.8.1974", "31.12.1980", FieldKind.Date, "d.M.yyyy", null)]
    [InlineData("1974/08/03", "1980/12/31", FieldKind.Date, "yyyy/MM/dd", null)]
    [InlineData("2/30/1974", "1/2/1980", FieldKind.Text, null, null)]
    [InlineData("8/13/1974 3:05 PM", "1/2/1980 0:00", FieldKind.Time, "M/d/yyyy", null)]
    public async Task The_order_of_day_and_month_is_decided_by_the_whole_sample(string first, string second, FieldKind kind, string? format, string? warning)
    {
        _folder.Write("s.csv", $"k,d\n1,{first}\n2,{second}\n");
        var catalog = await DiscoverAsync("{ 'name': 's', 'path': 's.csv', 'key': ['k'] }");

        var field = catalog.Streams.Single().Fields[1];
        Assert.Equal((kind, format), (field.Kind, field.Format));
        Assert.Equal(warning is null ? [] : [warning], catalog.Warnings);
    }

    [Fact]
    public async Task Overrides_win_over_inference()
    {
        _folder.Write("a.csv", "id;when;flag;amount;note\n01;31.01.2020;y;NULL;x\n02;2020-02-01;n;7;\n");
        var run = await ReadAsync("""
            { 'name': 'a', 'path': 'a.csv', 'key': ['id'], 'nullValues': ['NULL'], 'columns': {
              'when': { 'type': 'date', 'formats': ['d.M.yyyy', 'yyyy-MM-dd'], 'name': 'day' },
              'flag': { 'type': 'boolean' }, 'amount': { 'type': 'decimal' } } }
            """);

        Assert.Equal(["01: id=01, day=2020-01-31, flag=true, amount=, note=x", "02: id=02, day=2020-02-01, flag=false, amount=7, note="], run.Lines);
    }

    [Theory]
    [InlineData("utf-8")]
    [InlineData("utf-16")]
    [InlineData("windows-1252")]
    public async Task Encodings_and_delimiters_are_detected(string encoding)
    {
        var code = encoding == "windows-1252" ? CodePagesEncodingProvider.Instance.GetEncoding(1252)! : Encoding.GetEncoding(encoding);
        byte[] bytes = [.. code.GetPreamble(), .. code.GetBytes("name\tcity\nJosé\tKöln\nLea\tSão Paulo\n")];
        _folder.Write("a.tsv", bytes);

        Assert.Equal(["José: name=José, city=Köln", "Lea: name=Lea, city=São Paulo"], (await ReadAsync("{ 'name': 'a', 'path': 'a.tsv', 'key': ['name'] }")).Lines);
    }

    [Fact]
    public async Task Gzip_quoted_newlines_globs_and_missing_columns_work_together()
    {
        using var packed = new MemoryStream();
        using (var gzip = new GZipStream(packed, CompressionLevel.Fastest, leaveOpen: true))
        {
            gzip.Write("id,note,extra\r\n1,\"two\r\nlines \"\"quoted\"\"\",e\r\n"u8);
        }

        _folder.Write("in/a.csv.gz", packed.ToArray());
        _folder.Write("in/b.csv", "note,id\nplain,2\n");
        _folder.Write("in/.half.csv", "id,note\n9,hidden\n");

        Assert.Equal(
            ["1: id=1, note=two\r\nlines \"quoted\", extra=e", "2: id=2, note=plain, extra="],
            (await ReadAsync("{ 'name': 'a', 'path': 'in/*.csv*', 'key': ['id'] }")).Lines);
    }

    [Fact]
    public async Task Without_a_header_columns_are_numbered()
    {
        _folder.Write("a.csv", "1|x\n2|y\n");
        Assert.Equal(["1: column1=1, column2=x", "2: column1=2, column2=y"], (await ReadAsync("{ 'name': 'a', 'path': 'a.csv', 'header': false, 'key': ['column1'] }")).Lines);
    }

    [Fact]
    public async Task Bad_rows_are_rejected_with_place_found_expected_and_fix()
    {
        _folder.Write("a.csv", "Id,Amount,Note\n1,2.5,a\n2,abc,b\n3,4\n4,5,\"c\n\nd\",6,\n5,6,\"open\n6,7,f\n,8,g\n1,2.5,a\n1,9,other\n");
        var run = await ReadAsync("{ 'name': 'a', 'path': 'a.csv', 'key': ['Id'], 'columns': { 'Amount': { 'type': 'decimal' } } }");

        Assert.Equal(["1", "6"], run.Records.Select(record => record.Key));
        Assert.Equal(
            ["Row 2 (line 3), column 'Amount': 'abc' is not a decimal. Correct the value, or set the column's 'type' in the connection.",
             "Row 3 (line 4): 2 columns, header has 3. Add what is missing, or quote the value that holds a line break.",
             "Row 4 (lines 5-7): 5 columns, header has 3. Quote the values that hold ','.",
             "Row 5 (line 8), column 3: the quote opened in line 8 is not closed before the end of the file or within 1 MiB. Close it, or double a quote that is part of the text. Reading goes on at line 9.",
             "Row 7 (line 10), column 'Id': the key is empty. Fill it, or choose a 'key' that every row has.",
             "Row 9 (line 12), column 'Id': the key '1' was already read with other content at a.csv, line 2; the first row stands. Remove one of them, choose a 'key' that is unique, or set 'duplicates' to 'last'."],
            run.Rejected.Select(rejected => rejected.Reason));
        Assert.Equal(("a.csv", 3L, "Amount", "2,abc,b"), (run.Rejected[0].Location, run.Rejected[0].Line!.Value, run.Rejected[0].Field, run.Rejected[0].Excerpt));
        Assert.Equal(StreamOutcome.Complete, run.Ended.Outcome);
    }

    [Fact]
    public async Task A_row_cut_short_by_a_line_break_names_the_column_to_close()
    {
        _folder.Write("a.csv", "a,b,c,d\n1,2,\"x\ny\"\n3,4,5,6\n");
        var run = await ReadAsync("{ 'name': 'a', 'path': 'a.csv', 'key': ['a'] }");

        Assert.Equal("Row 1 (lines 2-3): 3 columns, header has 4. Close the quote opened in column 3.", run.Rejected.Single().Reason);
        Assert.Equal(["3"], run.Records.Select(record => record.Key));
    }

    [Fact]
    public async Task Duplicates_may_replace_and_marked_rows_are_deletes()
    {
        _folder.Write("a.csv", "id,v,gone\n1,a,N\n1,b,N\n2,c,y\n");
        var run = await ReadAsync("{ 'name': 'a', 'path': 'a.csv', 'key': ['id'], 'deletedColumn': 'gone', 'deletedValue': 'Y' }");

        Assert.Equal(["1: id=1, v=a, gone=N", "1: id=1, v=b, gone=N", "2: deleted"], run.Lines);
        Assert.Empty(run.Rejected);
    }

    [Fact]
    public async Task Without_a_key_equal_rows_are_counted()
    {
        _folder.Write("a.csv", "v\nx\ny\nx\n");
        var keys = (await ReadAsync("{ 'name': 'a', 'path': 'a.csv' }")).Records.Select(record => record.Key).ToList();

        Assert.Equal(keys[0] + "-2", keys[2]);
        Assert.Equal(3, keys.Distinct().Count());
    }

    [Fact]
    public async Task A_key_of_several_columns_is_joined_without_ambiguity()
    {
        _folder.Write("a.csv", "a,b\nx|,y\nx,|y\n");
        Assert.Equal(["x\\||y", "x|\\|y"], (await ReadAsync("{ 'name': 'a', 'path': 'a.csv', 'delimiter': ',', 'key': ['a','b'] }")).Records.Select(record => record.Key));
    }

    [Fact]
    public async Task Bytes_that_are_not_the_files_encoding_reject_their_row()
    {
        _folder.Write("a.csv", [.. Encoding.UTF8.GetBytes("id,v\n1,é\n" + string.Concat(Enumerable.Range(2, 60_000).Select(i => $"{i},x\n"))), .. "70000,"u8, 0xe9, .. "\n70001,\0\n70002,z\n"u8]);
        var run = await ReadAsync("{ 'name': 'a', 'path': 'a.csv', 'key': ['id'] }");

        Assert.Equal(
            ["Row 60002 (line 60003): the row is not valid UTF-8, which the beginning of the file is. Set the 'encoding' (windows-1252?), or save the file in one encoding.",
             "Row 60003 (line 60004): the row holds a NUL byte. Export it as text."],
            run.Rejected.Select(rejected => rejected.Reason));
        Assert.Equal(60_002, run.Records.Count);
    }

    [Fact]
    public async Task A_sparse_gigabyte_without_a_line_break_is_refused_and_a_long_line_is_rejected()
    {
        using (var sparse = File.Create(_folder.File("sparse.csv")))
        {
            sparse.SetLength(1L << 30);
        }

        var refused = await Assert.ThrowsAsync<PluginException>(() => ReadAsync("{ 'name': 'a', 'path': 'sparse.csv' }"));
        Assert.Equal((FailureKind.Data, "'sparse.csv' is not a text file: byte 1 is NUL. Export it as text, or leave it out of the pattern."), (refused.Kind, refused.Message));

        _folder.Write("line.csv", "id,v\n1,a\n");
        using (var line = new FileStream(_folder.File("line.csv"), FileMode.Append))
        {
            line.Write("2,"u8);
            var piece = new byte[1 << 20];
            piece.AsSpan().Fill((byte)'x');
            for (var i = 0; i < 64; i++)
            {
                line.Write(piece);
            }

            line.Write("\n3,c\n"u8);
        }

        var run = await ReadAsync("{ 'name': 'a', 'path': 'line.csv', 'key': ['id'] }");
        Assert.Equal(["1", "3"], run.Records.Select(record => record.Key));
        Assert.Equal(
            "Row 2 (line 3), column 2: over 1 MiB in one field or 4 MiB in one row. Check the line breaks and the delimiter (',' was taken). Reading goes on at line 4.",
            run.Rejected.Single().Reason);
    }

    [Fact]
    public async Task Only_wanted_fields_are_made()
    {
        _folder.Write("a.csv", "id,v,w\n1,x,y\n");
        var run = await SourceRun.ReadAsync(_connector, "{ 'streams': [{ 'name': 'a', 'path': 'a.csv', 'key': ['id'] }] }", new FakeContext(_folder.Path), "a", fields: ["w"]);
        Assert.Equal(["1: id=1, w=y"], run.Lines);
    }

    private Task<SourceRun> ReadAsync(string stream) =>
        SourceRun.ReadAsync(_connector, $"{{ 'streams': [{stream}] }}", new FakeContext(_folder.Path), stream.Split('\'')[3]);

    private async Task<SourceCatalog> DiscoverAsync(string stream) =>
        await ((ISourceConnector)_connector).DiscoverAsync(SourceRun.Json($"{{ 'streams': [{stream}] }}"), new FakeContext(_folder.Path), CancellationToken.None);
}
