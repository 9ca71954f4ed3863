using CustomerInsights.Storage.Access;
using CustomerInsights.Storage.Activities;
using CustomerInsights.Storage.Clusters;
using CustomerInsights.Storage.Definitions;
using CustomerInsights.Storage.Enrichments;
using CustomerInsights.Storage.Events;
using CustomerInsights.Storage.Exports;
using CustomerInsights.Storage.Identifiers;
using CustomerInsights.Storage.Jobs;
using CustomerInsights.Storage.Links;
using CustomerInsights.Storage.Measures;
using CustomerInsights.Storage.Plugins;
using CustomerInsights.Storage.Policies;
using CustomerInsights.Storage.Privacy;
using CustomerInsights.Storage.Profiles;
using CustomerInsights.Storage.Records;
using CustomerInsights.Storage.Segments;
using CustomerInsights.Storage.Trends;
using CustomerInsights.Storage.Sqlite.Access;
using CustomerInsights.Storage.Sqlite.Activities;
using CustomerInsights.Storage.Sqlite.Changes;
using CustomerInsights.Storage.Sqlite.Clusters;
using CustomerInsights.Storage.Sqlite.Definitions;
using CustomerInsights.Storage.Sqlite.Engine;
using CustomerInsights.Storage.Sqlite.Enrichments;
using CustomerInsights.Storage.Sqlite.Events;
using CustomerInsights.Storage.Sqlite.Exports;
using CustomerInsights.Storage.Sqlite.Identifiers;
using CustomerInsights.Storage.Sqlite.Jobs;
using CustomerInsights.Storage.Sqlite.Links;
using CustomerInsights.Storage.Sqlite.Measures;
using CustomerInsights.Storage.Sqlite.Plugins;
using CustomerInsights.Storage.Sqlite.Policies;
using CustomerInsights.Storage.Sqlite.Privacy;
using CustomerInsights.Storage.Sqlite.Profiles;
using CustomerInsights.Storage.Sqlite.Records;
using CustomerInsights.Storage.Sqlite.Segments;
using CustomerInsights.Storage.Sqlite.Trends;
using Microsoft.Extensions.Logging;

namespace CustomerInsights.Storage.Sqlite;

/// <summary>The embedded store: <c>insights.db</c>, <c>log.db</c> and <c>audit.db</c> in a data directory that this process alone owns.</summary>
public sealed class SqliteStore : IInsightsStore
{
    private const int LogCacheKib = 8 * 1024;
    private const int AuditCacheKib = 2 * 1024;

    private readonly DirectoryLock _lock;
    private readonly Database _insights;
    private readonly Database _log;
    private readonly Database _audit;
    private readonly SqlitePrivacyStore _privacy;
    private int _disposed;

    private SqliteStore(DirectoryLock @lock, Database insights, Database log, Database audit, TimeProvider time)
    {
        (_lock, _insights, _log, _audit) = (@lock, insights, log, audit);
        Definitions = new SqliteDefinitionStore(insights);
        Audit = new SqliteAuditStore(insights);
        ApiKeys = new SqliteApiKeyStore(insights);
        Jobs = new SqliteJobStore(insights);
        var runs = new RunLifecycle();
        Records = new SqliteRecordStore(insights, runs);
        Activities = new SqliteActivityStore(insights);
        Profiles = new SqliteProfileStore(insights);
        Identifiers = new SqliteIdentifierStore(insights);
        Links = new SqliteProfileLinkStore(insights);
        Clusters = new SqliteClusterStore(insights);
        Ledger = new SqliteLedgerStore(insights);
        Identities = new SqliteIdentityStore(insights);
        Verdicts = new SqliteVerdictStore(insights);
        Reviews = new SqliteReviewStore(insights);
        Policies = new SqlitePolicyStore(insights);
        MatchModels = new SqliteMatchModelStore(insights);
        Measures = new SqliteMeasureStore(insights);
        Segments = new SqliteSegmentStore(insights);
        SegmentStates = new SqliteSegmentStateStore(insights);
        Trends = new SqliteTrendStore(insights);
        Exports = new SqliteExportStore(insights);
        Enrichments = new SqliteEnrichmentStore(insights);
        Plugins = new SqlitePluginStore(insights);
        PluginUpgrades = new SqlitePluginUpgradeStore(insights, runs);
        Events = new SqliteEventLog(log, time);
        EventProjection = new SqliteEventProjection(insights);
        Changes = new SqliteChangeFeed(insights);
        Privacy = _privacy = new SqlitePrivacyStore(insights, log);
        Reads = new SqliteReadAuditStore(audit);
    }

    /// <inheritdoc />
    public IDefinitionStore Definitions { get; }

    /// <inheritdoc />
    public IAuditStore Audit { get; }

    /// <inheritdoc />
    public IApiKeyStore ApiKeys { get; }

    /// <inheritdoc />
    public IJobStore Jobs { get; }

    /// <inheritdoc />
    public IRecordStore Records { get; }

    /// <inheritdoc />
    public IActivityStore Activities { get; }

    /// <inheritdoc />
    public IProfileStore Profiles { get; }

    /// <inheritdoc />
    public IIdentifierStore Identifiers { get; }

    /// <inheritdoc />
    public IProfileLinkStore Links { get; }

    /// <inheritdoc />
    public IClusterStore Clusters { get; }

    /// <inheritdoc />
    public ILedgerStore Ledger { get; }

    public IIdentityStore Identities { get; }

    /// <inheritdoc />
    public IVerdictStore Verdicts { get; }

    /// <inheritdoc />
    public IReviewStore Reviews { get; }

    /// <inheritdoc />
    public IPolicyStore Policies { get; }

    /// <inheritdoc />
    public IMatchModelStore MatchModels { get; }

    /// <inheritdoc />
    public IMeasureStore Measures { get; }

    /// <inheritdoc />
    public ISegmentStore Segments { get; }

    /// <inheritdoc />
    public ISegmentStateStore SegmentStates { get; }

    /// <inheritdoc />
    public ITrendStore Trends { get; }

    /// <inheritdoc />
    public IExportStore Exports { get; }

    /// <inheritdoc />
    public IEnrichmentStore Enrichments { get; }

    /// <inheritdoc />
    public IPluginStore Plugins { get; }

    /// <inheritdoc />
    public IPluginUpgradeStore PluginUpgrades { get; }

    /// <inheritdoc />
    public IEventLog Events { get; }

    /// <inheritdoc />
    public IEventProjection EventProjection { get; }

    /// <inheritdoc />
    public IChangeFeed Changes { get; }

    /// <inheritdoc />
    public IPrivacyStore Privacy { get; }

    /// <inheritdoc />
    public IReadAuditStore Reads { get; }

    /// <summary>The database with everything but the events; for tests that count its writes.</summary>
    internal Database Insights => _insights;

    /// <summary>Opens the store, makes it if absent, and brings it to this release's format.</summary>
    /// <exception cref="StoreInUseException">Another process owns the data directory.</exception>
    /// <exception cref="StoreTooNewException">A later release wrote it.</exception>
    public static async ValueTask<SqliteStore> OpenAsync(
        SqliteStoreOptions options, TimeProvider time, ILoggerFactory loggers, CancellationToken cancellationToken)
    {
        var logger = loggers.CreateLogger<SqliteStore>();
        var @lock = await Task.Run(() => Own(options.Directory, time), cancellationToken);
        Database? log = null;
        Database? insights = null;
        Database? audit = null;
        try
        {
            log = await Task.Run(() => Database.Open(options.Directory, "log", LogCacheKib, time, logger), cancellationToken);
            audit = await Task.Run(() => Database.Open(options.Directory, "audit", AuditCacheKib, time, logger), cancellationToken);
            insights = await Task.Run(() => Database.Open(options.Directory, "insights", options.WriterCacheKib, time, logger), cancellationToken);
            if (await StreamRemoval.ResumeAsync(insights, cancellationToken) is > 0 and var streams)
            {
                SqliteStoreLog.RemovalResumed(logger, streams);
            }
        }
        catch
        {
            await CloseAsync(insights, log, audit);
            @lock.Dispose();
            throw;
        }

        SqliteStoreLog.Opened(logger, options.Directory);
        return new SqliteStore(@lock, insights, log, audit, time);
    }

    /// <inheritdoc />
    public async ValueTask ProbeAsync(CancellationToken cancellationToken)
    {
        foreach (var database in new[] { _insights, _log, _audit })
        {
            await database.ReadAsync(db => db.Number("SELECT COUNT(*) FROM counters"), cancellationToken);
            await database.WriteAsync(transaction => transaction.Db.Number("SELECT COUNT(*) FROM counters"), cancellationToken);
        }
    }

    /// <summary>Completes the writes that were begun, then closes the files and gives the directory free.</summary>
    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _disposed, 1) != 0)
        {
            return;
        }

        await CloseAsync(_insights, _log, _audit);
        _privacy.Dispose();
        _lock.Dispose();
    }

    private static DirectoryLock Own(string directory, TimeProvider time)
    {
        Directory.CreateDirectory(directory);
        var @lock = DirectoryLock.Take(directory, time);
        try
        {
            Migrator.RefuseNewer(directory);
            return @lock;
        }
        catch
        {
            @lock.Dispose();
            throw;
        }
    }

    private static async ValueTask CloseAsync(params Database?[] databases)
    {
        foreach (var database in databases)
        {
            if (database is not null)
            {
                await database.DisposeAsync();
            }
        }
    }
}
