using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using CustomerInsights.Exports.Csv;
using CustomerInsights.Sdk;
using FsCheck;
using FsCheck.Fluent;

namespace CustomerInsights.FilePlugins.Tests;

public sealed class CsvExportTests : IDisposable
{
    private static readonly FieldDescriptor[] Fields =
    [
        new("name", FieldKind.Text), new("spend", FieldKind.Decimal), new("born", FieldKind.Date), new("seen", FieldKind.Time), new("tags", FieldKind.TextList),
    ];

    private readonly TempFolder _folder = new();
    private readonly CsvExport _target = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task A_file_appears_at_the_commit_with_a_manifest_that_describes_it()
    {
        await using var session = await OpenAsync("{ 'fileName': '{segment}-{date}-{generation}' }");
        var outcomes = await session.WriteAsync("b1", [Member("O'Neil, \"Al\"\n", 1.50m), Member(" é", null)], CancellationToken.None);
        await session.WriteAsync("b1", [Member("O'Neil, \"Al\"\n", 1.50m), Member(" é", null)], CancellationToken.None);
        Assert.Equal([MemberResult.Accepted, MemberResult.Accepted], outcomes.Select(outcome => outcome.Result));
        Assert.All(Directory.GetFiles(_folder.Path), file => Assert.StartsWith(".Weekly-list~", Path.GetFileName(file), StringComparison.Ordinal));

        var receipt = await session.CommitAsync(CancellationToken.None);
        var path = _folder.File("Big-spenders-2026-11-22-7.csv");
        Assert.Equal(
            "name,spend,born,seen,tags\r\n\"O'Neil, \"\"Al\"\"\n\",1.50,1986-05-08,2026-01-02T03:04:05Z,a;b\r\n\" é\",,1986-05-08,2026-01-02T03:04:05Z,a;b\r\n",
            await File.ReadAllTextAsync(path));
        Assert.Equal([path, path + ".manifest.json"], Directory.GetFiles(_folder.Path).Order(StringComparer.Ordinal));

        using var manifest = JsonDocument.Parse(await File.ReadAllBytesAsync(path + ".manifest.json"));
        var bytes = await File.ReadAllBytesAsync(path);
        Assert.Equal(Convert.ToHexStringLower(SHA256.HashData(bytes)), manifest.RootElement.GetProperty("sha256").GetString());
        Assert.Equal((2, bytes.Length, 7), (Number("rows"), Number("bytes"), Number("generation")));
        Assert.Equal(("Weekly list", "Big spenders", "2026-11-22T09:00:00Z"), (Text("export"), Text("segment"), Text("startedAt")));
        Assert.Equal(["name", "spend", "born", "seen", "tags"], manifest.RootElement.GetProperty("columns").EnumerateArray().Select(column => column.GetString()));
        Assert.Equal($"2 members written to {path}", receipt.Summary);

        long Number(string name) => manifest.RootElement.GetProperty(name).GetInt64();
        string Text(string name) => manifest.RootElement.GetProperty(name).GetString()!;
    }

    [Fact]
    public async Task Json_lines_keep_the_kinds()
    {
        await using var session = await OpenAsync("{ 'format': 'jsonl' }");
        await session.WriteAsync("b1", [Member("é<\n", 1.50m), Member(null, null)], CancellationToken.None);
        await session.CommitAsync(CancellationToken.None);

        Assert.Equal(
            "{\"name\":\"é<\\n\",\"spend\":1.50,\"born\":\"1986-05-08\",\"seen\":\"2026-01-02T03:04:05Z\",\"tags\":[\"a\",\"b\"]}\n"
            + "{\"name\":null,\"spend\":null,\"born\":\"1986-05-08\",\"seen\":\"2026-01-02T03:04:05Z\",\"tags\":[\"a\",\"b\"]}\n",
            await File.ReadAllTextAsync(_folder.File("Weekly-list.jsonl")));
    }

    [Fact]
    public async Task Options_change_delimiter_quoting_header_null_text_mark_and_formulas()
    {
        await using var session = await OpenAsync("{ 'delimiter': 'tab', 'quoting': 'all', 'header': false, 'nullText': 'NULL', 'bom': true, 'formulaGuard': true }");
        await session.WriteAsync("b1", [Member("=cmd()", -1m), Member("+49 1", null)], CancellationToken.None);
        await session.CommitAsync(CancellationToken.None);

        Assert.Equal(
            [0xef, 0xbb, 0xbf, .. "\"'=cmd()\"\t\"-1\"\t\"1986-05-08\"\t\"2026-01-02T03:04:05Z\"\t\"a;b\"\r\n\"'+49 1\"\t\"NULL\"\t\"1986-05-08\"\t\"2026-01-02T03:04:05Z\"\t\"a;b\"\r\n"u8],
            await File.ReadAllBytesAsync(_folder.File("Weekly-list.csv")));
    }

    [Fact]
    public async Task An_abort_a_dispose_and_a_dry_run_leave_nothing_and_the_old_file_stays()
    {
        _folder.Write("Weekly-list.csv", "old");
        await using (var aborted = await OpenAsync("{}"))
        {
            await aborted.WriteAsync("b1", [Member("x", 1)], CancellationToken.None);
            await aborted.AbortAsync(CancellationToken.None);
        }

        await using (var disposed = await OpenAsync("{}"))
        {
            await disposed.WriteAsync("b1", [Member("x", 1)], CancellationToken.None);
        }

        await using (var dry = await OpenAsync("{}", dryRun: true))
        {
            await dry.WriteAsync("b1", [Member("x", 1)], CancellationToken.None);
            Assert.Equal("Dry run: 1 members would be written to Weekly-list.csv", (await dry.CommitAsync(CancellationToken.None)).Summary);
        }

        Assert.Equal(["Weekly-list.csv"], Directory.GetFiles(_folder.Path).Select(Path.GetFileName));
        Assert.Equal("old", await File.ReadAllTextAsync(_folder.File("Weekly-list.csv")));
    }

    [Fact]
    public async Task What_a_crashed_run_left_is_removed_and_another_exports_file_is_not()
    {
        _folder.Write(".Weekly-list~run-0.tmp", "crashed");
        _folder.Write(".Other~run-0.tmp", "running");
        await using var session = await OpenAsync("{}");
        await session.CommitAsync(CancellationToken.None);
        Assert.Equal([".Other~run-0.tmp", "Weekly-list.csv", "Weekly-list.csv.manifest.json"], Directory.GetFiles(_folder.Path).Select(Path.GetFileName).Order(StringComparer.Ordinal));
    }

    [Theory]
    [InlineData("{ 'fileName': '{name}' }", "/fileName", "The file name '{name}' has a placeholder that is not known. There are {export} {segment} {date} {time} {generation}.")]
    [InlineData("{ 'fileName': '../x' }", "/fileName", "The file name '../x' is not allowed. It is one name without a folder, does not begin with a dot, and has none of / \\ : * ? \" < > |.")]
    [InlineData("{ 'format': 'xml' }", "/format", "The format 'xml' is not known. Choose one of csv jsonl.")]
    [InlineData("{ 'directory': '/etc' }", "/directory", "'/etc' is not under a granted folder ({root}), links resolved. Choose a folder below, or ask an admin to grant it.")]
    [InlineData("{ 'directory': '{root}/../x' }", "/directory", "'{root}/../x' contains '..'. Give the plain path.")]
    [InlineData("{ 'directory': '{root}/out/deep' }", "/directory", "'{root}/out/deep' is not under a granted folder ({root}), links resolved. Choose a folder below, or ask an admin to grant it.")]
    public async Task A_wrong_setting_is_refused_before_anything_is_written(string configuration, string path, string message)
    {
        using var outside = new TempFolder();
        Directory.CreateSymbolicLink(_folder.File("out"), outside.Path);
        var error = await Assert.ThrowsAsync<PluginException>(async () => await OpenAsync(Rooted(configuration)));
        Assert.Equal((FailureKind.Configuration, path, Rooted(message)), (error.Kind, error.ConfigurationPath, error.Message));

        var check = await _target.CheckAsync(SourceRun.Json(Rooted(configuration)), new FakeContext(_folder.Path), CancellationToken.None);
        Assert.Equal((false, Rooted(message)), (check.Ok, check.Items[^1].Message));
    }

    [Fact]
    public async Task A_check_writes_nothing_and_a_folder_is_made_when_the_run_begins()
    {
        var configuration = Rooted("{ 'directory': '{root}/new/deep' }");
        Assert.True((await _target.CheckAsync(SourceRun.Json(configuration), new FakeContext(_folder.Path), CancellationToken.None)).Ok);
        Assert.False(Directory.Exists(_folder.File("new")));
        await using var session = await OpenAsync(configuration);
        await session.CommitAsync(CancellationToken.None);
        Assert.True(File.Exists(_folder.File("new/deep/Weekly-list.csv")));
    }

    [Fact]
    public void What_is_written_is_what_the_connector_reads()
    {
        var cell = Gen.Elements("", "a", ",", "\"", "\r\n", "\n", " ", "ü").ListOf(3).Select(string.Concat);
        Prop.ForAll(cell.ListOf(5).ListOf().ToArbitrary(), rows =>
        {
            var format = new CsvFormat(new CsvExportOptions { Header = false });
            var buffer = new System.Buffers.ArrayBufferWriter<byte>();
            FieldDescriptor[] fields = [.. Enumerable.Range(0, 5).Select(i => new FieldDescriptor($"f{i}", FieldKind.Text))];
            foreach (var row in rows)
            {
                format.Write(fields, new ExportMember("p", MemberChange.Added, [.. row.Select(text => (FieldValue)text)]), buffer);
            }

            var read = CsvText.TokenizeAsync(Encoding.UTF8.GetString(buffer.WrittenSpan)).GetAwaiter().GetResult();
            return read.Count == rows.Count && read.Zip(rows).All(pair => pair.First.SequenceEqual(pair.Second, StringComparer.Ordinal));
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(500));
    }

    private static ExportMember Member(string? name, decimal? spend) => new("p", MemberChange.Added,
    [
        name, spend is { } amount ? amount : FieldValue.Null, new DateOnly(1986, 5, 8), new DateTimeOffset(2026, 1, 2, 3, 4, 5, TimeSpan.Zero), FieldValue.List(["a", "b"]),
    ]);

    private string Rooted(string text) => text.Replace("{root}", _folder.Path, StringComparison.Ordinal);

    private ValueTask<IExportSession> OpenAsync(string configuration, bool dryRun = false) => _target.OpenAsync(
        SourceRun.Json(configuration),
        new ExportJob("run-1", "Weekly list", "Big spenders", Fields, 7, new DateTimeOffset(2026, 11, 22, 9, 0, 0, TimeSpan.Zero)) { DryRun = dryRun },
        new FakeContext(_folder.Path),
        CancellationToken.None);
}
