using CustomerInsights.Plugins.Desired;
using CustomerInsights.Plugins.Manifests;

namespace CustomerInsights.Plugins.Tests.Desired;

public sealed class DesiredStateFileTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("ci-desired-").FullName;
    private readonly DesiredStateFile _file;

    public DesiredStateFileTests() => _file = new DesiredStateFile(Path.Combine(_folder, "plugins.json"));

    public void Dispose()
    {
        _file.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    [Fact]
    public async Task What_is_written_is_read_again_and_unknown_settings_stay()
    {
        File.WriteAllText(_file.FilePath, """{"plugins":[{"id":"a.b","settings":{"fileRoots":["/in"],"colour":"red"},"x-note":"mine"}]}""");
        var before = await _file.ReadAsync(default);
        var plugin = before.State!.Plugins[0];
        Assert.Equal(["/in"], plugin.FileRoots);
        Assert.True(plugin.Enabled);
        Assert.Equal("latest", plugin.Version);

        var after = await _file.UpdateAsync(state => state.With(state.Find("a.b")! with { Version = "1.2.3", Isolation = IsolationMode.Process, Pin = true }), before.ETag, default);
        Assert.NotEqual(before.ETag, after.ETag);
        Assert.Equal(after.ETag, (await _file.ReadAsync(default)).ETag);
        Assert.Equal(
            """
            {
              "plugins": [
                {
                  "id": "a.b",
                  "version": "1.2.3",
                  "enabled": true,
                  "isolation": "process",
                  "pin": true,
                  "settings": {
                    "fileRoots": [
                      "/in"
                    ],
                    "colour": "red"
                  },
                  "x-note": "mine"
                }
              ]
            }

            """,
            File.ReadAllText(_file.FilePath));
        Assert.Equal(["plugins.json"], Directory.GetFiles(_folder).Select(Path.GetFileName));
    }

    [Fact]
    public async Task An_edit_with_an_old_etag_is_refused()
    {
        var first = await _file.UpdateAsync(_ => new DesiredState([new DesiredPlugin("a.b")]), null, default);
        File.WriteAllText(_file.FilePath, """{"plugins":[]}""");
        var error = await Assert.ThrowsAsync<DesiredStateException>(() => _file.UpdateAsync(state => state.Without("a.b"), first.ETag, default));
        Assert.True(error.IsConflict);
        Assert.Equal("plugins.json has changed since it was read; read it again and repeat the change.", error.Message);
        Assert.Equal("""{"plugins":[]}""", File.ReadAllText(_file.FilePath));
    }

    [Fact]
    public async Task A_file_with_a_mistake_is_not_overwritten()
    {
        File.WriteAllText(_file.FilePath, """{"plugins":[{"id":"a.b","enabled":"yes"}]}""");
        var error = await Assert.ThrowsAsync<DesiredStateException>(() => _file.UpdateAsync(state => state.Without("a.b"), null, default));
        Assert.False(error.IsConflict);
        Assert.Equal(
            "plugins.json holds a mistake; correct it by hand before changing it from here. /plugins/0/enabled: Expected true or false, found text, 'yes'.",
            error.Message);
    }

    [Fact]
    public async Task A_change_that_would_break_the_file_is_refused()
    {
        var error = await Assert.ThrowsAsync<DesiredStateException>(() => _file.UpdateAsync(state => state.With(new DesiredPlugin("Not An Id")), null, default));
        Assert.StartsWith("The change would make plugins.json unusable. /plugins/0/id: 'Not An Id' does not match", error.Message, StringComparison.Ordinal);
        Assert.False(File.Exists(_file.FilePath));
    }

    [Theory]
    [InlineData("""{"plugins":[{"id":"a.b"},{"id":"a.b"}]}""", "/plugins/1/id: 'a.b' is there twice; a plugin has one entry.")]
    [InlineData("""{"plugins":[{"id":"a.b","settings":{"fileRoots":["../data"]}}]}""", "/plugins/0/settings/fileRoots/0: '../data' is not a folder that can be granted; write an absolute one such as /srv/imports, or one below the data directory such as files.")]
    [InlineData("""{"plugins":[{"id":"a.b","settings":{"network":{"hosts":["db.internal","http://db"]}}}]}""", "/plugins/0/settings/network/hosts/1: 'http://db' is not a host; write a name or an address, perhaps with a port, such as db.internal, *.corp.example or localhost:8080.")]
    [InlineData("""{"plugins":[{"id":"a.b","settings":{"network":{"ranges":["10.1.0.0"]}}}]}""", "/plugins/0/settings/network/ranges/0: '10.1.0.0' is not a network; write its first address and the length of its prefix, such as 10.1.0.0/16 or 127.0.0.1/32.")]
    [InlineData("""{"plugins":[{"id":"a.b","settings":{"network":{"host":["db.internal"]}}}]}""", "/plugins/0/settings/network/host: 'host' is not known here; did you mean 'hosts'?")]
    [InlineData("""{"plugins":[{"id":"a.b","settings":{"network":["db.internal"]}}]}""", "/plugins/0/settings/network: Expected an object, found a list.")]
    [InlineData("""{"plugins":[{"id":"a.b","isolation":"sandbox"}]}""", "/plugins/0/isolation: 'sandbox' is not one of inProcess, process, sandboxedProcess.")]
    [InlineData("""{"plugins":[{"id":"a.b","enabeld":false}]}""", "/plugins/0/enabeld: 'enabeld' is not known here; did you mean 'enabled'?")]
    [InlineData("""{"plugins":[{"id":"a.b","version":"1.2"}]}""", "/plugins/0/version: '1.2' does not match ^latest$|^(0|[1-9]\\d*)\\.(0|[1-9]\\d*)\\.(0|[1-9]\\d*)(-[0-9A-Za-z.-]+)?$ ('latest' or a version such as 1.2.3).")]
    [InlineData("""{"plugins":{}}""", "/plugins: Expected a list, found an object.")]
    [InlineData("""{"plugins":[}""", "(document): Not valid JSON at line 1, column 13: '}' is an invalid start of a value.")]
    public async Task A_mistake_is_told_with_its_place(string json, string message)
    {
        File.WriteAllText(_file.FilePath, json);
        var snapshot = await _file.ReadAsync(default);
        Assert.Null(snapshot.State);
        Assert.Equal(message, Assert.Single(snapshot.Problems).ToString());
    }

    [Fact]
    public async Task Edits_at_the_same_time_all_arrive()
    {
        await Task.WhenAll(Enumerable.Range(0, 20).Select(i => Task.Run(() => _file.UpdateAsync(state => state.With(new DesiredPlugin($"a.p{i}")), null, default))));
        Assert.Equal(20, (await _file.ReadAsync(default)).State!.Plugins.Count);
    }
}
