using System.Globalization;
using CustomerInsights.Storage.Definitions;
using CustomerInsights.Storage.Sqlite;
using CustomerInsights.Storage.Sqlite.Engine;
using Microsoft.Extensions.Logging.Abstractions;

namespace CustomerInsights.Storage.Tests.Sqlite;

public sealed class OpeningTests : IDisposable
{
    private readonly TempDirectory _directory = new();

    public void Dispose() => Directory.Delete(_directory.Path, recursive: true);

    [Fact]
    public async Task A_second_opening_is_refused_and_names_the_process()
    {
        await using (await OpenAsync())
        {
            var refused = await Assert.ThrowsAsync<StoreInUseException>(OpenAsync);
            Assert.Equal(Environment.ProcessId, refused.ProcessId);
            Assert.Contains(Environment.ProcessId.ToString(CultureInfo.InvariantCulture), refused.Message, StringComparison.Ordinal);
            Assert.Contains(_directory.Path, refused.Message, StringComparison.Ordinal);
        }

        await using var again = await OpenAsync();
    }

    [Fact]
    public async Task A_leftover_lock_file_of_a_dead_process_is_no_obstacle()
    {
        await File.WriteAllTextAsync(Path.Combine(_directory.Path, "host.lock"), "{}");
        await File.WriteAllTextAsync(Path.Combine(_directory.Path, "host.owner"), "not JSON");
        await using var store = await OpenAsync();
    }

    [Theory]
    [InlineData("insights")]
    [InlineData("log")]
    public async Task A_store_of_a_later_release_is_refused_untouched(string database)
    {
        await (await OpenAsync()).DisposeAsync();
        var path = Path.Combine(_directory.Path, database + ".db");
        using (var db = SqlConnection.Open(path, readOnly: false, cacheKib: 64))
        {
            db.Script("PRAGMA user_version = 4711");
        }

        var before = await File.ReadAllBytesAsync(path);
        var refused = await Assert.ThrowsAsync<StoreTooNewException>(OpenAsync);
        Assert.Equal((4711L, Migrator.Newest(database)), (refused.Found, refused.Known));
        Assert.Contains(database + ".db has format 4711", refused.Message, StringComparison.Ordinal);
        Assert.Contains("restore a backup", refused.Message, StringComparison.Ordinal);
        Assert.Equal(before, await File.ReadAllBytesAsync(path));
    }

    [Fact]
    public async Task What_is_not_a_database_is_refused_and_the_directory_is_free_again()
    {
        var path = Path.Combine(_directory.Path, "insights.db");
        await File.WriteAllTextAsync(path, new string('x', 10_000));
        await Assert.ThrowsAsync<SqliteStoreException>(OpenAsync);
        File.Delete(path);
        await using var store = await OpenAsync();
    }

    [Fact]
    public async Task Each_released_version_opens()
    {
        var fixtures = Path.Combine(AppContext.BaseDirectory, "Fixtures");
        foreach (var version in Directory.Exists(fixtures) ? Directory.GetDirectories(fixtures) : [])
        {
            var copy = Directory.CreateDirectory(Path.Combine(_directory.Path, Path.GetFileName(version))).FullName;
            foreach (var file in Directory.GetFiles(version))
            {
                File.Copy(file, Path.Combine(copy, Path.GetFileName(file)));
            }

            await using var store = await SqliteStore.OpenAsync(
                new SqliteStoreOptions { Directory = copy }, TimeProvider.System, NullLoggerFactory.Instance, CancellationToken.None);
            await store.ProbeAsync(CancellationToken.None);
        }

        await using var current = await OpenAsync();
        await current.ProbeAsync(CancellationToken.None);
    }

    [Fact]
    public async Task The_files_are_durable_by_their_settings_and_closed_without_a_WAL()
    {
        await using (var store = await OpenAsync())
        {
            var settings = await store.Insights.WriteAsync(
                transaction => (transaction.Db.Number("PRAGMA synchronous"), transaction.Db.Number("PRAGMA wal_autocheckpoint")), CancellationToken.None);
            Assert.Equal((2L, 32768L), settings);
            await store.Definitions.ApplyAsync([new DefinitionChange("a", "b", "{}")], "ann", CancellationToken.None);
            Assert.True(File.Exists(Path.Combine(_directory.Path, "insights.db-wal")));
            Assert.Contains($"{Environment.ProcessId}", await File.ReadAllTextAsync(Path.Combine(_directory.Path, "host.owner")), StringComparison.Ordinal);
        }

        Assert.Equal(["audit.db", "host.lock", "insights.db", "log.db"], Directory.GetFiles(_directory.Path).Select(Path.GetFileName).Order(StringComparer.Ordinal));
    }

    private async Task<SqliteStore> OpenAsync() => (SqliteStore)await _directory.OpenAsync(TimeProvider.System);
}
