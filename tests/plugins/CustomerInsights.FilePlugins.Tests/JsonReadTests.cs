using System.Globalization;
using System.Text;
using CustomerInsights.Connectors.Json;
using CustomerInsights.Sdk;
using FsCheck;
using FsCheck.Fluent;

namespace CustomerInsights.FilePlugins.Tests;

public sealed class JsonReadTests : IDisposable
{
    private readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Nested_fields_lists_and_exact_numbers_are_read()
    {
        _folder.Write("a.json", """
            { "meta": { "page": 1 }, "data": { "items": [
              { "id": 1, "born": "1986-05-08", "seen": "2018-05-08T10:00:00+02:00", "big": 12345678901234567890123, "sum": 0.1, "rate": 1e3, "ok": true,
                "address": { "city": "Köln", "geo": { "lat": 50.9 } }, "tags": ["a", 2, null], "lines": [{ "sku": "x" }], "code": "007", "same": 1, "same": 2 },
              { "id": 2, "born": null, "address": { "city": "" }, "tags": [], "lines": [], "code": "8", "big": 1 }
            ] } }
            """);
        const string Stream = "{ 'name': 's', 'path': 'a.json', 'recordPath': 'data.items', 'key': ['id'] }";
        var run = await ReadAsync(Stream);

        Assert.Empty(run.Rejected.Select(rejected => rejected.Reason));
        Assert.Equal(
            ["1: id=1, born=1986-05-08, seen=2018-05-08T08:00:00Z, big=12345678901234567890123, sum=0.1, rate=1000, ok=true, address.city=Köln, address.geo.lat=50.9, tags=a;2, lines=[{ \"sku\": \"x\" }], code=007, same=2",
             "2: id=2, born=, seen=, big=1, sum=, rate=, ok=, address.city=, address.geo.lat=, tags=, lines=[], code=8, same="],
            run.Lines);
        Assert.Equal(
            "id Integer, born Date yyyy-MM-dd, seen Time, big Decimal, sum Decimal, rate Number, ok Boolean, address.city Text, address.geo.lat Decimal, tags TextList, lines Json, code Text, same Integer",
            string.Join(", ", (await DiscoverAsync(Stream)).Streams.Single().Fields.Select(field => $"{field.Name} {field.Kind} {field.Format}".TrimEnd())));
        Assert.Equal(["id", "address"], (await DiscoverAsync(Stream.Replace("'key'", "'depth': 0, 'key'", StringComparison.Ordinal))).Streams.Single().Fields.Where(field => field.Name is "id" or "address").Select(field => field.Name));
    }

    [Fact]
    public async Task One_bad_line_is_rejected_and_not_the_file()
    {
        var deep = string.Concat(Enumerable.Repeat("[", 70)) + string.Concat(Enumerable.Repeat("]", 70));
        _folder.Write("a.jsonl", $"{{\"id\":1,\"n\":1}}\n{{\"id\":2,\"n\":\n\n[3]\n{{\"id\":4,\"n\":\"x\"}}\n{{\"id\":5}} {{\"id\":6}}\n{{\"n\":7}}\n{{\"id\":1,\"n\":9}}\n{{\"id\":8,\"d\":{deep}}}\r\n{{\"id\":9,\"n\":9}}");
        var run = await ReadAsync("{ 'name': 's', 'path': 'a.jsonl', 'key': ['id'], 'fields': { 'n': { 'type': 'integer' } } }");

        Assert.Equal(["1", "9"], run.Records.Select(record => record.Key));
        Assert.Equal([2L, 4, 5, 6, 7, 8, 9], run.Rejected.Select(rejected => rejected.Line!.Value));
        Assert.StartsWith("Record 2 (line 2): this is not JSON: ", run.Rejected[0].Reason, StringComparison.Ordinal);
        Assert.Equal("Record 3 (line 4): a record is an object, and this is an array. Correct the 'recordPath', or take the value out.", run.Rejected[1].Reason);
        Assert.Equal("Record 4 (line 5): field 'n': 'x' is not an integer. Correct the value, or set the field's 'type' in the connection.", run.Rejected[2].Reason);
        Assert.StartsWith("Record 5 (line 6): this is not JSON: ", run.Rejected[3].Reason, StringComparison.Ordinal);
        Assert.Equal("Record 6 (line 7): the key (id) is empty. Fill it, or choose a 'key' that every record has.", run.Rejected[4].Reason);
        Assert.Equal("Record 7 (line 8): the key '1' was already read with other content at a.jsonl, line 1; the first record stands. Remove one of them, choose a 'key' that is unique, or set 'duplicates' to 'last'.", run.Rejected[5].Reason);
        Assert.Contains("depth", run.Rejected[6].Reason, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_field_that_is_new_after_the_sample_is_announced_before_its_batch()
    {
        _folder.Write("a.jsonl", string.Concat(Enumerable.Range(0, 20).Select(i => $"{{\"id\":{i}}}\n")) + "{\"id\":20,\"late\":{\"x\":2.5}}\n{\"id\":21}\n");
        var run = await ReadAsync("{ 'name': 's', 'path': 'a.jsonl', 'key': ['id'], 'sampleRecords': 5 }");

        var batches = run.Messages.OfType<RecordBatch>().ToList();
        var found = Assert.Single(run.Messages.OfType<SchemaFound>());
        Assert.Equal(["id", "late.x"], found.Descriptor.Fields.Select(field => field.Name));
        Assert.True(run.Messages.IndexOf(found) == run.Messages.IndexOf(batches[1]) - 1);
        Assert.All(batches, batch => Assert.All(batch.Records, record => Assert.Equal(batch.Names.Count, record.Values.Length)));
        Assert.Equal(["20: id=20, late.x=2.5", "21: id=21, late.x="], run.Lines.TakeLast(2));
    }

    [Fact]
    public async Task A_root_array_one_object_and_lines_are_told_apart()
    {
        _folder.Write("array.json", "[ {\"id\":1}, {\"id\":2} ]");
        _folder.Write("object.json", "{\n \"id\": 3\n}\n");
        _folder.Write("lines.json", "{\"id\":4}\n{\"id\":5}\n");
        var run = await ReadAsync("{ 'name': 's', 'path': '*.json', 'key': ['id'] }");
        Assert.Equal(["1", "2", "4", "5", "3"], run.Records.Select(record => record.Key));
    }

    [Theory]
    [InlineData("id;v", FailureKind.Data, "'a.json' is not JSON: it begins with 'id;v', not with '{' or '['. Leave it out of the pattern, or read it with the CSV connector.", "")]
    [InlineData("{\"data\":{\"itms\":[]}}", FailureKind.Configuration, "'a.json', record path 'data.items': there is no 'items'. Found: itms. Did you mean 'itms'? Correct the 'recordPath'.", "data.items")]
    [InlineData("{\"data\":3}", FailureKind.Configuration, "'a.json', record path 'data': there is a number, not an array of records. Correct the 'recordPath'.", "data")]
    [InlineData("[{\"id\":1},{\"id\":", FailureKind.Data, "'a.json' ends in the middle of the record that begins in line 1. It is cut off or not JSON; write or copy it again.", "")]
    [InlineData("[{\"id\":1},", FailureKind.Data, "'a.json' ends before the array of records is closed. It is cut off or not JSON; write or copy it again.", "")]
    [InlineData("[]", FailureKind.Data, "The files of 'a.json' hold no records with fields. Check the 'recordPath' and the 'format', or wait for records.", "")]
    public async Task A_file_that_cannot_be_read_is_named_with_the_reason(string text, FailureKind kind, string message, string recordPath)
    {
        _folder.Write("a.json", text);
        var error = await Assert.ThrowsAsync<PluginException>(() => ReadAsync($"{{ 'name': 's', 'path': 'a.json', 'recordPath': '{recordPath}' }}"));
        Assert.Equal((kind, message), (error.Kind, error.Message));
    }

    [Fact]
    public async Task A_missing_field_is_named_with_what_was_found_and_meant()
    {
        _folder.Write("a.json", "[{\"customer\":{\"id\":1}}]");
        var error = await Assert.ThrowsAsync<PluginException>(() => ReadAsync("{ 'name': 's', 'path': 'a.json', 'key': ['customer.idd'] }"));
        Assert.Equal("No record in the sample of 'a.json' has a field 'customer.idd'. Found: customer.id. Did you mean 'customer.id'?", error.Message);
    }

    [Theory]
    [InlineData(JsonShape.Lines)]
    [InlineData(JsonShape.Array)]
    internal async Task A_record_over_four_mebibytes_is_passed_over_in_bounded_memory(JsonShape shape)
    {
        // A gigabyte of one value, then a good record.
        await using var endless = new RepeatedStream(1L << 30, shape == JsonShape.Lines ? "\n{\"id\":1}\n"u8.ToArray() : ",{\"id\":1}]"u8.ToArray());
        using var cutter = new JsonCutter(endless, "a", shape, 0, 1);
        var steps = new List<JsonStep>();
        while (steps.Count == 0 || steps[^1] != JsonStep.End)
        {
            var step = cutter.Read();
            if (step == JsonStep.NeedData)
            {
                await cutter.FillAsync(CancellationToken.None);
            }
            else
            {
                steps.Add(step);
            }
        }

        Assert.Equal([JsonStep.TooLong, JsonStep.Record, JsonStep.End], steps);
        Assert.InRange(cutter.BufferSize, 1, 16 << 20);
    }

    [Fact]
    public void Records_are_cut_the_same_at_every_buffer_boundary()
    {
        string[] values = ["1", "\"a\"", "\"]},[{\\\"\"", "{\"x\":[1,{\"y\":\"\\\\\"}]}", "[]", "null", "{\"ü\":\"漢\"}"];
        var input = from elements in Gen.Elements(values).ListOf()
                    from space in Gen.Elements("", " ", "\n", "\r\n ")
                    from chunk in Gen.Choose(1, 20)
                    from buffer in Gen.Choose(2, 40)
                    select (elements, space, chunk, buffer);
        Prop.ForAll(input.ToArbitrary(), i =>
        {
            var text = string.Join("," + i.space, i.elements) + i.space + "]";
            using var cutter = new JsonCutter(new ChunkStream(Encoding.UTF8.GetBytes(text), i.chunk), "a", JsonShape.Array, 0, 1, i.buffer);
            var cut = new List<string>();
            while (cutter.Read() is var step and not JsonStep.End)
            {
                if (step == JsonStep.NeedData)
                {
                    cutter.FillAsync(CancellationToken.None).AsTask().GetAwaiter().GetResult();
                }
                else
                {
                    cut.Add(Encoding.UTF8.GetString(cutter.Record).Trim());
                }
            }

            return cut.SequenceEqual(i.elements, StringComparer.Ordinal);
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(1000));
    }

    [Fact]
    public async Task Many_records_are_read_with_their_lines()
    {
        _folder.Write("a.json", "[\n" + string.Join(",\n", Enumerable.Range(0, 50_000).Select(i => string.Create(CultureInfo.InvariantCulture, $"{{\"id\":{i},\"v\":{(i == 40_000 ? "\"x\"" : "1")}}}"))) + "\n]");
        var run = await ReadAsync("{ 'name': 's', 'path': 'a.json', 'key': ['id'] }");
        Assert.Equal(49_999, run.Records.Count);
        Assert.Equal(40_002, run.Rejected.Single().Line);
    }

    private Task<SourceRun> ReadAsync(string stream) =>
        SourceRun.ReadAsync(new JsonConnector(), $"{{ 'streams': [{stream}] }}", new FakeContext(_folder.Path), "s");

    private async Task<SourceCatalog> DiscoverAsync(string stream) =>
        await ((ISourceConnector)new JsonConnector()).DiscoverAsync(SourceRun.Json($"{{ 'streams': [{stream}] }}"), new FakeContext(_folder.Path), CancellationToken.None);
}
