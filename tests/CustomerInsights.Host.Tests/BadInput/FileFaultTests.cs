using System.Text;
using System.Text.Json.Nodes;
using CustomerInsights.Host.Tests.Kit;

namespace CustomerInsights.Host.Tests.BadInput;

/// <summary>Files that are not as the source says: a bad row costs itself, a bad file stops its source with a reason, and nothing is deleted.</summary>
public sealed class FileFaultTests(FileFaultTests.Sources sources) : IClassFixture<FileFaultTests.Sources>
{
    private const string Header = "Id,Name,Amount\n";

    [Fact]
    public async Task A_value_of_the_wrong_type_is_rejected_with_file_and_line()
    {
        var job = await sources.RunAsync("wrongtype", Header + "1,Ann,5.10\n2,Bob,five\n3,Cem,7\n");
        Assert.Equal("wrongtype: 3 read, 2 new, 0 changed, 0 unchanged, 0 deleted, 1 rejected.", job["result"]!.Text("summary"));
        var row = Assert.Single((await sources.App.GetAsync("/streams/wrongtype.rows/rejected"))["items"]!.AsArray())!;
        Whole.Equal("Row 2 (line 3), column 'Amount': 'five' is not a decimal. Correct the value, or set the column's 'type' in the connection.", row.Text("reason"));
        Assert.Equal(("Amount", "wrongtype.csv", 3, "2,Bob,five"), (row.Text("field"), row.Text("location"), row["line"]!.GetValue<int>(), row.Text("excerpt")));
    }

    [Fact]
    public async Task A_row_with_too_few_columns_is_rejected()
    {
        await sources.RunAsync("short", Header + "1,Ann,5\n2,Bob\n");
        Whole.Equal("Row 2 (line 3): 2 columns, header has 3. Add what is missing, or quote the value that holds a line break.", await ReasonAsync("short"));
    }

    [Fact]
    public async Task A_second_record_with_the_same_key_is_rejected_and_the_first_stands()
    {
        await sources.RunAsync("twice", Header + "1,Ann,5\n1,Bob,6\n");
        Whole.Equal("Row 2 (line 3), column 'Id': the key '1' was already read with other content at twice.csv, line 2; the first row stands. Remove one of them, choose a 'key' that is unique, or set 'duplicates' to 'last'.", await ReasonAsync("twice"));
        Assert.Equal("Ann", (await sources.App.GetAsync("/streams/twice.rows/records?key=1"))["items"]![0]!["fields"]!.Text("Name"));
    }

    [Fact]
    public async Task A_row_without_a_key_is_rejected()
    {
        await sources.RunAsync("keyless", Header + "1,Ann,5\n,Bob,6\n");
        Whole.Equal("Row 2 (line 3), column 'Id': the key is empty. Fill it, or choose a 'key' that every row has.", await ReasonAsync("keyless"));
    }

    [Fact]
    public async Task A_line_of_eight_megabytes_costs_itself_and_nothing_more()
    {
        var job = await sources.RunAsync("long", Header + "1,Ann,5\n2," + new string('x', 8 * 1024 * 1024) + ",6\n3,Cem,7\n");
        Assert.Equal("long: 3 read, 2 new, 0 changed, 0 unchanged, 0 deleted, 1 rejected.", job["result"]!.Text("summary"));
        var row = Assert.Single((await sources.App.GetAsync("/streams/long.rows/rejected"))["items"]!.AsArray())!;
        Whole.Equal("Row 2 (line 3), column 2: over 1 MiB in one field or 4 MiB in one row. Check the line breaks and the delimiter (',' was taken). Reading goes on at line 4.", row.Text("reason"));
        Assert.True(row.ToJsonString().Length < 2000);
    }

    [Fact]
    public async Task A_quote_that_is_never_closed_costs_its_row()
    {
        await sources.RunAsync("quote", Header + "1,Ann,5\n2,\"Bob,6\n3,Cem,7\n");
        Whole.Equal("Row 2 (line 3), column 2: the quote opened in line 3 is not closed before the end of the file or within 1 MiB. Close it, or double a quote that is part of the text. Reading goes on at line 4.", await ReasonAsync("quote"));
        Assert.Equal(2, (await sources.App.GetAsync("/streams/quote.rows/records"))["items"]!.AsArray().Count);
    }

    [Fact]
    public async Task A_binary_file_stops_its_source()
    {
        await sources.RunAsync("binary", Header + "1,Ann,5\n");
        File.WriteAllBytes(sources.PathOf("binary"), [0x50, 0x4b, 0x03, 0x04, .. "....[Content_Types].xml"u8]);
        Assert.Equal(
            ("Data", "'binary.csv' is not a text file: it begins like an Excel workbook (xlsx). Export it as text, or leave it out of the pattern."),
            await sources.FailAsync("binary"));
        Assert.Single((await sources.App.GetAsync("/streams/binary.rows/records"))["items"]!.AsArray());
    }

    [Fact]
    public async Task A_folder_in_the_place_of_a_file_stops_its_source()
    {
        await sources.RunAsync("folder", Header + "1,Ann,5\n");
        File.Delete(sources.PathOf("folder"));
        Directory.CreateDirectory(sources.PathOf("folder"));
        Assert.Equal(("Configuration", Missing("folder")), await sources.FailAsync("folder"));
        Assert.Single((await sources.App.GetAsync("/streams/folder.rows/records"))["items"]!.AsArray());
    }

    [Fact]
    public async Task A_link_to_nowhere_stops_its_source()
    {
        await sources.RunAsync("dangling", Header + "1,Ann,5\n");
        File.Delete(sources.PathOf("dangling"));
        File.CreateSymbolicLink(sources.PathOf("dangling"), "nowhere.csv");
        Assert.Equal(("Configuration", Missing("dangling")), await sources.FailAsync("dangling"));
    }

    [Fact]
    public async Task A_file_that_has_gone_deletes_nothing()
    {
        await sources.RunAsync("gone", Header + "1,Ann,5\n");
        File.Delete(sources.PathOf("gone"));
        Assert.Equal(
            ("Configuration", Missing("gone")),
            await sources.FailAsync("gone"));
        Assert.Single((await sources.App.GetAsync("/streams/gone.rows/records"))["items"]!.AsArray());
    }

    [Fact]
    public async Task A_column_that_has_gone_stops_its_source()
    {
        await sources.RunAsync("column", Header + "1,Ann,5\n");
        File.WriteAllText(sources.PathOf("column"), "Id,Name\n1,Ann\n");
        Assert.Equal(("Configuration", "'column.csv' has no column 'Amount'. Found: Id, Name."), await sources.FailAsync("column"));
        Assert.Equal("5", (await sources.App.GetAsync("/streams/column.rows/records"))["items"]![0]!["fields"]!.Text("Amount"));
    }

    private string Missing(string source) =>
        $"No file matches '{source}.csv' in '{Path.Combine(sources.App.Directory, "files")}'. Check the name, or wait until the file is there: an empty stream is not read as 'everything was deleted'.";

    private async Task<string> ReasonAsync(string source) =>
        Assert.Single((await sources.App.GetAsync($"/streams/{source}.rows/rejected"))["items"]!.AsArray())!.Text("reason");

    /// <summary>A host to which each test adds a source of its own.</summary>
    public sealed class Sources : IAsyncLifetime
    {
        private RunningApp? _app;

        internal RunningApp App => _app!;

        public async Task InitializeAsync() => _app = await RunningApp.StartAsync();

        public async Task DisposeAsync() => await App.DisposeAsync();

        internal string PathOf(string source) => Path.Combine(App.Directory, "files", source + ".csv");

        /// <summary>Makes a source of one file and reads it; gives the job.</summary>
        internal async Task<JsonNode> RunAsync(string name, string content)
        {
            App.WriteFile(name + ".csv", content);
            var (status, body) = await App.SendAsync(HttpMethod.Put, $"/sources/{name}", JsonNode.Parse($$"""
                { "plugin": "customer-insights.csv-connector", "settings": { "streams": [
                  { "name": "rows", "path": "{{name}}.csv", "key": ["Id"], "columns": { "Id": { "type": "text" }, "Name": { "type": "text" }, "Amount": { "type": "decimal" } } } ] } }
                """));
            Assert.True(status == System.Net.HttpStatusCode.Created, body?.ToJsonString());
            var job = await StartAsync(name);
            Assert.True(job.Text("state") == "succeeded", job.ToJsonString());
            return job;
        }

        /// <summary>Reads the source again and gives what went wrong.</summary>
        internal async Task<(string Kind, string Message)> FailAsync(string name)
        {
            var job = await StartAsync(name);
            Assert.True(job["error"] is not null, job.ToJsonString());
            return (job["error"]!.Text("kind"), job["error"]!.Text("message"));
        }

        // What will be tried again later has an error before it has ended.
        private async Task<JsonNode> StartAsync(string name)
        {
            var (_, accepted) = await App.SendAsync(HttpMethod.Post, $"/sources/{name}/runs");
            for (var i = 0; i < 4800; i++)
            {
                var job = await App.GetAsync($"/jobs/{accepted!["jobId"]}");
                if (job["error"] is not null || job.Text("state") is "succeeded" or "failed")
                {
                    return job;
                }

                await Task.Delay(25);
            }

            throw new TimeoutException(name);
        }
    }
}
