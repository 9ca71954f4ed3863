using CustomerInsights.Storage.Sqlite;
using CustomerInsights.Storage.Sqlite.Privacy;
using CustomerInsights.Storage.Tests.Contracts;

namespace CustomerInsights.Storage.Tests.Sqlite;

public sealed class SqlitePrivacyStoreTests : PrivacyStoreContract
{
    private readonly TempDirectory _directory = new();

    protected override Task<IInsightsStore> OpenAsync() => _directory.OpenAsync(Time);

    protected override Task CleanUpAsync() => _directory.RemoveAsync();

    [Fact]
    public async Task Every_table_is_known_to_erasure_as_one_with_people_or_one_without()
    {
        var tables = await ((SqliteStore)Store).Insights.ReadAsync(
            db =>
            {
                var names = new List<string>();
                using var rows = db.Query("SELECT name FROM sqlite_master WHERE type = 'table'");
                while (rows.Step())
                {
                    names.Add(rows.Text(0));
                }

                return names;
            },
            CancellationToken.None);
        var known = PersonTable.All.Select(table => table.Table).Concat(PersonTable.Others).ToHashSet(StringComparer.Ordinal);
        Assert.Equal([], tables.Where(table => !known.Contains(table)));
    }
}
