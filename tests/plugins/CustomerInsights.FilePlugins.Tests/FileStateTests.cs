using System.Globalization;
using System.Text;
using CustomerInsights.Connectors.Csv;
using CustomerInsights.Connectors.Json;
using CustomerInsights.Sdk;

namespace CustomerInsights.FilePlugins.Tests;

/// <summary>State, increments and going on after an interruption: the same for both connectors.</summary>
public sealed class FileStateTests : IDisposable
{
    private const string Keyed = "{ 'streams': [{ 'name': 's', 'path': '*.csv', 'key': ['id'] }] }";
    private const string Keyless = "{ 'streams': [{ 'name': 's', 'path': '*.csv' }] }";
    private readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task A_full_read_of_unchanged_files_says_so_and_any_change_is_noticed()
    {
        _folder.Write("a.csv", "id,v\n1,a\n");
        _folder.Write("b.csv", "id,v\n2,b\n");
        var first = await ReadAsync(Keyed, SyncMode.Full);

        Assert.Equal(StreamOutcome.Unchanged, (await ReadAsync(Keyed, SyncMode.Full, first.LastState)).Ended.Outcome);
        Assert.Empty((await ReadAsync(Keyed, SyncMode.Full, first.LastState)).Records);
        Assert.Equal(2, (await ReadAsync(Keyed, SyncMode.Full, first.LastState, resuming: true)).Messages.Count(message => message is Checkpoint or StreamEnded));
        Assert.Equal(2, (await ReadAsync(Keyed.Replace("'id']", "'id'], 'trim': false", StringComparison.Ordinal), SyncMode.Full, first.LastState)).Records.Count);

        _folder.Append("a.csv", "3,c\n");
        Assert.Equal(["1", "3", "2"], Keys(await ReadAsync(Keyed, SyncMode.Full, first.LastState)));
    }

    [Fact]
    public async Task An_increment_is_what_was_appended_and_new_files()
    {
        _folder.Write("a.csv", "id,v\n1,a\n");
        var first = await ReadAsync(Keyed, SyncMode.Incremental);
        Assert.Equal(StreamOutcome.Unchanged, (await ReadAsync(Keyed, SyncMode.Incremental, first.LastState)).Ended.Outcome);

        _folder.Append("a.csv", "2,b\n1,changed\n");
        _folder.Write("c.csv", "id,v\n3,c\n");
        var second = await ReadAsync(Keyed, SyncMode.Incremental, first.LastState);
        Assert.Equal(["2: id=2, v=b", "1: id=1, v=changed", "3: id=3, v=c"], second.Lines);

        _folder.Write("a.csv", "id,v\n9,rewritten to be longer than before\n");
        Assert.Equal(["9"], Keys(await ReadAsync(Keyed, SyncMode.Incremental, second.LastState)));
        _folder.Write("c.csv", "id,v\n");
        Assert.Equal(["9"], Keys(await ReadAsync(Keyed, SyncMode.Incremental, second.LastState)));
    }

    [Fact]
    public async Task A_last_line_that_grows_is_read_again_as_a_whole()
    {
        _folder.Write("a.csv", "id,v\n1,a\n2,b");
        var first = await ReadAsync(Keyed, SyncMode.Incremental);
        Assert.Equal(["1: id=1, v=a", "2: id=2, v=b"], first.Lines);

        _folder.Append("a.csv", "ig\n3,c\n");
        Assert.Equal(["2: id=2, v=big", "3: id=3, v=c"], (await ReadAsync(Keyed, SyncMode.Incremental, first.LastState)).Lines);
    }

    [Fact]
    public async Task Appended_rows_keep_the_types_of_the_first_read()
    {
        _folder.Write("a.csv", "id,when\n1,13/8/1974\n");
        var first = await ReadAsync(Keyed, SyncMode.Incremental);
        _folder.Append("a.csv", "2,3/4/2020\nx,3/4/2020\n");
        var second = await ReadAsync(Keyed, SyncMode.Incremental, first.LastState);

        Assert.Equal(["2: id=2, when=2020-04-03"], second.Lines);
        Assert.Equal("Row 3 (line 4), column 'id': 'x' is not an integer. Correct the value, or set the column's 'type' in the connection.", second.Rejected.Single().Reason);
    }

    [Theory]
    [InlineData(Keyed, SyncMode.Full)]
    [InlineData(Keyed, SyncMode.Incremental)]
    [InlineData(Keyless, SyncMode.Full)]
    [InlineData("{ 'streams': [{ 'name': 's', 'path': '*.jsonl', 'key': ['id'] }] }", SyncMode.Full)]
    [InlineData("{ 'streams': [{ 'name': 's', 'path': '*.json', 'recordPath': 'data.items', 'key': ['id'] }] }", SyncMode.Full)]
    [InlineData("{ 'streams': [{ 'name': 's', 'path': '*.json', 'recordPath': '/data/items' }] }", SyncMode.Incremental)]
    public async Task From_every_checkpoint_the_rest_and_nothing_else_is_read(string configuration, SyncMode mode)
    {
        WriteManyFiles();
        var whole = await ReadAsync(configuration, mode, batchSize: 7, checkpointEvery: TimeSpan.Zero);
        var expected = Outcome(whole.Messages);
        var cuts = whole.Messages.Select((message, at) => (message, at)).Where(pair => pair.message is Checkpoint).ToList();
        Assert.InRange(cuts.Count, 10, 1000);

        foreach (var (checkpoint, at) in cuts)
        {
            var state = ((Checkpoint)checkpoint).State;
            Assert.InRange(state.Utf8Json.Length, 1, 65_536);
            var rest = await ReadAsync(configuration, mode, state, resuming: true, batchSize: 7, checkpointEvery: TimeSpan.Zero);
            Assert.Equal(expected, Outcome([.. whole.Messages.Take(at), .. rest.Messages]));
        }
    }

    [Fact]
    public async Task Four_thousand_files_fit_in_the_state()
    {
        for (var i = 0; i < 4000; i++)
        {
            _folder.Write(string.Create(CultureInfo.InvariantCulture, $"a-rather-long-name-of-a-file-{i:D5}.csv"), string.Create(CultureInfo.InvariantCulture, $"id,v\n{i},x\n"));
        }

        var first = await ReadAsync(Keyed, SyncMode.Incremental);
        Assert.Equal(4000, first.Records.Count);
        Assert.All(first.Messages.OfType<Checkpoint>(), checkpoint => Assert.InRange(checkpoint.State.Utf8Json.Length, 1, 65_536));
        Assert.Equal(StreamOutcome.Unchanged, (await ReadAsync(Keyed, SyncMode.Incremental, first.LastState)).Ended.Outcome);
    }

    [Fact]
    public async Task A_preview_stops_at_the_limit_and_leaves_no_checkpoint()
    {
        _folder.Write("a.csv", "id,v\n1,a\n2,b\n3,c\n");
        var run = await SourceRun.ReadAsync(new CsvConnector(), Keyed, new FakeContext(_folder.Path), "s", limit: 2);

        Assert.Equal(["1", "2"], Keys(run));
        Assert.Equal(new StreamEnded("s", StreamOutcome.Incomplete, "Stopped after 2 records, as asked."), run.Ended);
        Assert.Empty(run.Messages.OfType<Checkpoint>());
    }

    [Fact]
    public async Task A_checkpoint_covers_what_came_before_it_and_comes_every_fifty_thousand_records()
    {
        _folder.Write("a.csv", "id,v\n" + string.Concat(Enumerable.Range(0, 120_000).Select(i => $"{i},x\n")));
        var run = await ReadAsync(Keyed, SyncMode.Full);

        var positions = new List<int>();
        var records = 0;
        foreach (var message in run.Messages)
        {
            records += (message as RecordBatch)?.Records.Count ?? 0;
            if (message is Checkpoint)
            {
                positions.Add(records);
            }
        }

        Assert.Equal([50_000, 100_000, 120_000], positions);
        Assert.All(run.Messages.OfType<RecordBatch>(), batch => Assert.InRange(batch.Records.Count, 1, 1000));
    }

    private void WriteManyFiles()
    {
        foreach (var (file, from) in new[] { ("a", 0), ("b", 40), ("c", 80) })
        {
            var csv = new StringBuilder("id,v\n");
            var lines = new StringBuilder();
            var items = new List<string>();
            for (var i = from; i < from + 40; i++)
            {
                var text = (i % 10) switch { 3 => "two\\nlines", 5 => "ünï", _ => "x" };
                // Number 7 comes again with other content, number 8 the same, and some rows are bad.
                var id = i % 20 == 11 ? 7 : i;
                csv.Append(CultureInfo.InvariantCulture, $"{id},\"{text.Replace("\\n", "\n", StringComparison.Ordinal)}\"\n");
                csv.Append(i % 20 == 12 ? "8,\"x\"\n" : i % 20 == 13 ? "bad\n" : i % 20 == 14 ? "99,\"open\n" : "");
                var record = string.Create(CultureInfo.InvariantCulture, $"{{ \"id\": {id}, \"v\": \"{text}\" }}");
                lines.Append(record).Append('\n').Append(i % 20 == 13 ? "{ \"id\": \n" : i % 20 == 15 ? "{ \"id\": 1000, \"new\": 1 }\n" : "");
                items.Add(record);
                items.AddRange(i % 20 == 13 ? ["3"] : i % 20 == 15 ? ["{ \"id\": tru }"] : []);
            }

            _folder.Write(file + ".csv", csv.ToString());
            _folder.Write(file + ".jsonl", lines.ToString());
            _folder.Write(file + ".json", $"{{ \"count\": 40, \"data\": {{ \"items\": [\n{string.Join(",\n", items)}\n] }}, \"more\": [1] }}");
        }
    }

    private Task<SourceRun> ReadAsync(
        string configuration, SyncMode mode, StreamState? state = null, bool resuming = false, int batchSize = 1000, TimeSpan? checkpointEvery = null) =>
        SourceRun.ReadAsync(
            configuration.Contains(".json", StringComparison.Ordinal) ? new JsonConnector() : new CsvConnector(),
            configuration, new FakeContext(_folder.Path), "s", mode, state, resuming, batchSize, checkpointEvery: checkpointEvery);

    private static IEnumerable<string> Keys(SourceRun run) => run.Records.Select(record => record.Key);

    /// <summary>What a host has after these messages: the records by key, and the rejected ones.</summary>
    private static List<string> Outcome(IEnumerable<SourceMessage> messages)
    {
        var result = new List<string>();
        foreach (var message in messages)
        {
            switch (message)
            {
                case RecordBatch batch:
                    result.AddRange(batch.Records.Select(record => $"{record.Key}: {string.Join(", ", record.Values.Select((value, at) => $"{batch.Names[at]}={value}").Where(text => !text.EndsWith('=')))}"));
                    break;
                case RejectedRecord rejected:
                    result.Add($"{rejected.Location}:{rejected.Line} {rejected.Reason}");
                    break;
            }
        }

        result.Sort(StringComparer.Ordinal);
        return result;
    }
}
