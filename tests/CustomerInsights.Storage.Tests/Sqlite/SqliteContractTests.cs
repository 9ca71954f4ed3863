using CustomerInsights.Storage.Sqlite;
using CustomerInsights.Storage.Tests.Contracts;
using Microsoft.Extensions.Logging.Abstractions;

namespace CustomerInsights.Storage.Tests.Sqlite;

/// <summary>A data directory that goes with the test.</summary>
public sealed class TempDirectory
{
    public string Path { get; } = Directory.CreateTempSubdirectory("ci-store-").FullName;

    public async Task<IInsightsStore> OpenAsync(TimeProvider time) =>
        await SqliteStore.OpenAsync(new SqliteStoreOptions { Directory = Path }, time, NullLoggerFactory.Instance, CancellationToken.None);

    public Task RemoveAsync()
    {
        Directory.Delete(Path, recursive: true);
        return Task.CompletedTask;
    }
}

public sealed class SqliteRecordStoreTests : RecordStoreContract
{
    private readonly TempDirectory _directory = new();

    protected override Task<IInsightsStore> OpenAsync() => _directory.OpenAsync(Time);

    protected override Task CleanUpAsync() => _directory.RemoveAsync();
}

public sealed class SqliteTrendStoreTests : TrendStoreContract
{
    private readonly TempDirectory _directory = new();

    protected override Task<IInsightsStore> OpenAsync() => _directory.OpenAsync(Time);

    protected override Task CleanUpAsync() => _directory.RemoveAsync();
}

public sealed class SqliteDefinitionStoreTests : DefinitionStoreContract
{
    private readonly TempDirectory _directory = new();

    protected override Task<IInsightsStore> OpenAsync() => _directory.OpenAsync(Time);

    protected override Task CleanUpAsync() => _directory.RemoveAsync();
}

public sealed class SqliteApiKeyStoreTests : ApiKeyStoreContract
{
    private readonly TempDirectory _directory = new();

    protected override Task<IInsightsStore> OpenAsync() => _directory.OpenAsync(Time);

    protected override Task CleanUpAsync() => _directory.RemoveAsync();
}

public sealed class SqliteJobStoreTests : JobStoreContract
{
    private readonly TempDirectory _directory = new();

    protected override Task<IInsightsStore> OpenAsync() => _directory.OpenAsync(Time);

    protected override Task CleanUpAsync() => _directory.RemoveAsync();
}

public sealed class SqliteActivityStoreTests : ActivityStoreContract
{
    private readonly TempDirectory _directory = new();

    protected override Task<IInsightsStore> OpenAsync() => _directory.OpenAsync(Time);

    protected override Task CleanUpAsync() => _directory.RemoveAsync();
}

public sealed class SqliteProfileStoreTests : ProfileStoreContract
{
    private readonly TempDirectory _directory = new();

    protected override Task<IInsightsStore> OpenAsync() => _directory.OpenAsync(Time);

    protected override Task CleanUpAsync() => _directory.RemoveAsync();
}

public sealed class SqliteMeasureAndSegmentStoreTests : MeasureAndSegmentStoreContract
{
    private readonly TempDirectory _directory = new();

    protected override Task<IInsightsStore> OpenAsync() => _directory.OpenAsync(Time);

    protected override Task CleanUpAsync() => _directory.RemoveAsync();
}

public sealed class SqliteEventProjectionTests : EventProjectionContract
{
    private readonly TempDirectory _directory = new();

    protected override Task<IInsightsStore> OpenAsync() => _directory.OpenAsync(Time);

    protected override Task CleanUpAsync() => _directory.RemoveAsync();
}

public sealed class SqliteExportStoreTests : ExportStoreContract
{
    private readonly TempDirectory _directory = new();

    protected override Task<IInsightsStore> OpenAsync() => _directory.OpenAsync(Time);

    protected override Task CleanUpAsync() => _directory.RemoveAsync();
}

public sealed class SqlitePluginStoreTests : PluginStoreContract
{
    private readonly TempDirectory _directory = new();

    protected override Task<IInsightsStore> OpenAsync() => _directory.OpenAsync(Time);

    protected override Task CleanUpAsync() => _directory.RemoveAsync();
}

public sealed class SqlitePluginUpgradeStoreTests : PluginUpgradeStoreContract
{
    private readonly TempDirectory _directory = new();

    protected override Task<IInsightsStore> OpenAsync() => _directory.OpenAsync(Time);

    protected override Task CleanUpAsync() => _directory.RemoveAsync();
}

public sealed class SqliteFeedAndLogTests : FeedAndLogContract
{
    private readonly TempDirectory _directory = new();

    protected override Task<IInsightsStore> OpenAsync() => _directory.OpenAsync(Time);

    protected override Task CleanUpAsync() => _directory.RemoveAsync();
}

public sealed class SqliteLinkAndClusterStoreTests : LinkAndClusterStoreContract
{
    private readonly TempDirectory _directory = new();

    protected override Task<IInsightsStore> OpenAsync() => _directory.OpenAsync(Time);

    protected override Task CleanUpAsync() => _directory.RemoveAsync();
}

public sealed class SqliteIdentityStoreTests : IdentityStoreContract
{
    private readonly TempDirectory _directory = new();

    protected override Task<IInsightsStore> OpenAsync() => _directory.OpenAsync(Time);

    protected override Task CleanUpAsync() => _directory.RemoveAsync();
}

public sealed class SqliteLedgerTests : LedgerContract
{
    private readonly TempDirectory _directory = new();

    protected override Task<IInsightsStore> OpenAsync() => _directory.OpenAsync(Time);

    protected override Task CleanUpAsync() => _directory.RemoveAsync();
}

public sealed class SqlitePolicyStoreTests : PolicyStoreContract
{
    private readonly TempDirectory _directory = new();

    protected override Task<IInsightsStore> OpenAsync() => _directory.OpenAsync(Time);

    protected override Task CleanUpAsync() => _directory.RemoveAsync();
}

public sealed class SqliteSegmentStateStoreTests : SegmentStateStoreContract
{
    private readonly TempDirectory _directory = new();

    protected override Task<IInsightsStore> OpenAsync() => _directory.OpenAsync(Time);

    protected override Task CleanUpAsync() => _directory.RemoveAsync();
}

public sealed class SqliteEventSessionTests : EventSessionContract
{
    private readonly TempDirectory _directory = new();

    protected override Task<IInsightsStore> OpenAsync() => _directory.OpenAsync(Time);

    protected override Task CleanUpAsync() => _directory.RemoveAsync();
}

public sealed class SqliteIdentifierStoreTests : IdentifierStoreContract
{
    private readonly TempDirectory _directory = new();

    protected override Task<IInsightsStore> OpenAsync() => _directory.OpenAsync(Time);

    protected override Task CleanUpAsync() => _directory.RemoveAsync();
}

public sealed class SqliteEnrichmentStoreTests : EnrichmentStoreContract
{
    private readonly TempDirectory _directory = new();

    protected override Task<IInsightsStore> OpenAsync() => _directory.OpenAsync(Time);

    protected override Task CleanUpAsync() => _directory.RemoveAsync();
}
