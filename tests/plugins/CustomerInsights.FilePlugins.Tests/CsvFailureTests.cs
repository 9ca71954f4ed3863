using System.IO.Compression;
using CustomerInsights.Connectors.Csv;
using CustomerInsights.Connectors.Files;
using CustomerInsights.Sdk;

namespace CustomerInsights.FilePlugins.Tests;

public sealed class CsvFailureTests : IDisposable
{
    private readonly TempFolder _folder = new();
    private readonly TempFolder _outside = new();

    public void Dispose()
    {
        _folder.Dispose();
        _outside.Dispose();
    }

    [Fact]
    public async Task A_missing_column_is_named_with_what_was_found_and_meant()
    {
        _folder.Write("a.csv", "Id,Amount,Note\n1,2,3\n");
        var error = await FailAsync("{ 'name': 'a', 'path': 'a.csv', 'key': ['Id'], 'columns': { 'Amont': { 'type': 'decimal' } } }");

        Assert.Equal((FailureKind.Configuration, "/streams/0/columns/Amont"), (error.Kind, error.ConfigurationPath));
        Assert.Equal("'a.csv' has no column 'Amont'. Found: Id, Amount, Note. Did you mean 'Amount'?", error.Message);
        Assert.Equal("'a.csv' has no column 'ID2'. Found: Id, Amount, Note. Did you mean 'Id'?", (await FailAsync("{ 'name': 'a', 'path': 'a.csv', 'key': ['ID2'] }")).Message);
    }

    [Theory]
    [InlineData("../x.csv", "'../x.csv' contains '..'. Give a path below the folder '{root}'.")]
    [InlineData("/etc/passwd", "'/etc/passwd' is an absolute path outside it. Give a path below the folder '{root}'.")]
    [InlineData("link.csv", "'link.csv' leads out of the folder '{root}' (by '..', an absolute path or a link). Copy the file into the folder, or ask an admin to grant the other one.")]
    [InlineData("linked/*.csv", "'linked' leads out of the folder '{root}' (by '..', an absolute path or a link). Copy the file into the folder, or ask an admin to grant the other one.")]
    [InlineData("l*.csv", "'link.csv' leads out of the folder '{root}' (by '..', an absolute path or a link). Copy the file into the folder, or ask an admin to grant the other one.")]
    [InlineData("chain.csv", "'chain.csv' leads out of the folder '{root}' (by '..', an absolute path or a link). Copy the file into the folder, or ask an admin to grant the other one.")]
    [InlineData("loop.csv", "'loop.csv' is a circle of links. Give the real path.")]
    public async Task No_path_leads_out_of_the_folder(string path, string message)
    {
        _outside.Write("secret.csv", "a\n1\n");
        File.CreateSymbolicLink(_folder.File("link.csv"), _outside.File("secret.csv"));
        File.CreateSymbolicLink(_folder.File("chain.csv"), "link.csv");
        File.CreateSymbolicLink(_folder.File("loop.csv"), "loop.csv");
        Directory.CreateSymbolicLink(_folder.File("linked"), _outside.Path);

        var error = await FailAsync($"{{ 'name': 'a', 'path': '{path}' }}");
        Assert.Equal((FailureKind.Configuration, message.Replace("{root}", _folder.Path, StringComparison.Ordinal)), (error.Kind, error.Message));
    }

    [Fact]
    public async Task A_link_within_the_folder_is_fine_and_a_root_outside_the_grants_is_not()
    {
        _folder.Write("real/a.csv", "id\n1\n");
        Directory.CreateSymbolicLink(_folder.File("alias"), _folder.File("real"));
        var run = await SourceRun.ReadAsync(new CsvConnector(), "{ 'streams': [{ 'name': 'a', 'path': 'alias/a.csv', 'key': ['id'] }] }", new FakeContext(_folder.Path), "a");
        Assert.Single(run.Records);

        Directory.CreateSymbolicLink(_folder.File("out"), _outside.Path);
        foreach (var root in new[] { _outside.Path, _folder.File("out"), _folder.Path + "-evil" })
        {
            var error = Assert.Throws<PluginException>(() => FileRoot.Open(root, new PluginGrants([_folder.Path])));
            Assert.Equal($"'{root}' is not under a granted folder ({_folder.Path}), links resolved. Choose a folder below, or ask an admin to grant it.", error.Message);
        }

        Assert.Equal("No folder has been granted to this plugin. Ask an admin to grant one.", Assert.Throws<PluginException>(() => FileRoot.Open(null, PluginGrants.None)).Message);
    }

    [Fact]
    public async Task A_binary_file_is_named_with_what_it_looks_like()
    {
        _folder.Write("a.csv", [0x50, 0x4b, 0x03, 0x04, .. "....[Content_Types].xml"u8]);
        _folder.Write("b.csv", [.. "PAR1"u8, 0, 1, 2]);
        _folder.Write("c.csv", [.. "id\0v"u8]);
        _folder.Write("d.csv", System.Text.Encoding.Unicode.GetBytes("id,name\n1,abc\n"));

        Assert.Equal((FailureKind.Data, "'a.csv' is not a text file: it begins like an Excel workbook (xlsx). Export it as text, or leave it out of the pattern."), await KindAndMessageAsync("a.csv"));
        Assert.Equal((FailureKind.Data, "'b.csv' is not a text file: it begins like a Parquet file. Export it as text, or leave it out of the pattern."), await KindAndMessageAsync("b.csv"));
        Assert.Equal((FailureKind.Data, "'c.csv' is not a text file: byte 3 is NUL. Export it as text, or leave it out of the pattern."), await KindAndMessageAsync("c.csv"));
        Assert.Equal((FailureKind.Data, "'d.csv' looks like UTF-16 without a byte order mark. Set its 'encoding' to 'utf-16'."), await KindAndMessageAsync("d.csv"));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(7)]
    [InlineData(9)]
    [InlineData(30_000)]
    [InlineData(600_000)]
    public async Task A_gzip_file_cut_short_is_a_data_failure(int missing)
    {
        using var packed = new MemoryStream();
        using (var gzip = new GZipStream(packed, CompressionLevel.NoCompression, leaveOpen: true))
        {
            gzip.Write(System.Text.Encoding.UTF8.GetBytes("id\n" + string.Concat(Enumerable.Range(0, 200_000).Select(i => $"{i}\n"))));
        }

        _folder.Write("a.csv.gz", packed.ToArray()[..(int)(packed.Length - missing)]);
        var (kind, message) = await KindAndMessageAsync("a.csv.gz");
        Assert.Equal(FailureKind.Data, kind);
        Assert.StartsWith("'a.csv.gz' cannot be unpacked as gzip: ", message, StringComparison.Ordinal);
        Assert.EndsWith("Write it again, or copy it again.", message, StringComparison.Ordinal);
    }

    [Fact]
    public void What_the_system_refuses_is_said_in_peoples_words()
    {
        Assert.Equal("'a.csv' cannot be opened: permission denied. Let the account of the host read it.", FileFailure.From(new UnauthorizedAccessException(), "a.csv").Message);
        Assert.Equal(FailureKind.Configuration, FileFailure.From(new UnauthorizedAccessException(), "a.csv").Kind);
        Assert.Equal(FailureKind.Transient, FileFailure.From(new IOException("disk"), "a.csv").Kind);
    }

    [Fact]
    public async Task A_file_without_read_permission_is_a_configuration_failure()
    {
        if (OperatingSystem.IsWindows() || Environment.IsPrivilegedProcess)
        {
            return; // Root reads everything; the message itself is tested above.
        }

        File.SetUnixFileMode(_folder.Write("a.csv", "id\n1\n"), UnixFileMode.None);
        Assert.Equal((FailureKind.Configuration, "'a.csv' cannot be opened: permission denied. Let the account of the host read it."), await KindAndMessageAsync("a.csv"));
    }

    [Theory]
    [InlineData("{ 'name': 'a b', 'path': 'a.csv' }", "/streams/0/name", "The stream name 'a b' is not allowed. Use 1 to 100 letters, digits, '_', '-' and '.'.")]
    [InlineData("{ 'name': 'a', 'path': 'a.csv', 'encoding': 'ebcdic' }", "/streams/0/encoding", "The encoding 'ebcdic' is not known. Choose one of auto utf-8 utf-16 windows-1252 iso-8859-1.")]
    [InlineData("{ 'name': 'a', 'path': 'a.csv', 'delimiter': 'x' }", "/streams/0/delimiter", "The delimiter 'x' is not known. Choose one of auto , ; tab |.")]
    [InlineData("{ 'name': 'a', 'path': 'a.csv', 'columns': { 'v': { 'type': 'money' } } }", "/streams/0/columns/v", "The type 'money' of 'v' is not known. Choose text, integer, decimal, number, boolean, date or time.")]
    [InlineData("{ 'name': 'a', 'path': 'b.csv' }", "/streams/0/path", "No file matches 'b.csv' in '{root}'. Check the name, or wait until the file is there: an empty stream is not read as 'everything was deleted'.")]
    public async Task A_wrong_setting_is_named_with_its_place(string stream, string path, string message)
    {
        _folder.Write("a.csv", "v\n1\n");
        var error = await FailAsync(stream);
        Assert.Equal((FailureKind.Configuration, path, message.Replace("{root}", _folder.Path, StringComparison.Ordinal)), (error.Kind, error.ConfigurationPath, error.Message));
    }

    [Fact]
    public async Task A_check_tells_each_thing_it_tried()
    {
        _folder.Write("a.csv", "v\n1\n");
        ISourceConnector connector = new CsvConnector();
        var good = await connector.CheckAsync(SourceRun.Json("{ 'streams': [{ 'name': 'a', 'path': 'a.csv' }] }"), new FakeContext(_folder.Path), CancellationToken.None);
        var bad = await connector.CheckAsync(SourceRun.Json("{ 'streams': [{ 'name': 'a', 'path': '*.tsv' }] }"), new FakeContext(_folder.Path), CancellationToken.None);

        Assert.Equal(["Folder can be read", "Settings are right", "Stream 'a' has files", "Stream 'a' can be read"], good.Items.Select(item => item.Name));
        Assert.True(good.Ok);
        Assert.Equal(("Stream 'a' has files", "/streams/0/path"), (bad.Items[^1].Name, bad.Items[^1].ConfigurationPath));
    }

    [Fact]
    public async Task A_damaged_state_is_a_configuration_failure()
    {
        _folder.Write("a.csv", "v\n1\n");
        var state = new StreamState(1, SourceRun.Json("{ 'files': 3 }"));
        var error = await Assert.ThrowsAsync<PluginException>(() => SourceRun.ReadAsync(
            new CsvConnector(), "{ 'streams': [{ 'name': 'a', 'path': 'a.csv' }] }", new FakeContext(_folder.Path), "a", state: state));
        Assert.Equal((FailureKind.Configuration, "The state of 'a' (version 1) cannot be read; this plugin reads version 1. Start a full read of the stream."), (error.Kind, error.Message));
    }

    private async Task<(FailureKind, string)> KindAndMessageAsync(string path)
    {
        var error = await FailAsync($"{{ 'name': 'a', 'path': '{path}' }}");
        return (error.Kind, error.Message);
    }

    private Task<PluginException> FailAsync(string stream) => Assert.ThrowsAsync<PluginException>(() =>
        SourceRun.ReadAsync(new CsvConnector(), $"{{ 'streams': [{stream}] }}", new FakeContext(_folder.Path), stream.Split('\'')[3]));
}
