using System.Globalization;
using System.Text;
using CustomerInsights.Storage.CrashWriter;
using CustomerInsights.Storage.Records;
using CustomerInsights.Storage.Sqlite;
using CustomerInsights.Storage.Sqlite.Engine;

namespace CustomerInsights.Storage.Tests.Sqlite;

/// <summary>Writes of a run that fail in the middle, for whatever statement it is: the write is repeated, and all is as if nothing had been.</summary>
public sealed class RunFaultTests
{
    [Theory]
    [InlineData("INSERT ON records", "ABORT")]
    [InlineData("UPDATE ON records", "ABORT")]
    [InlineData("UPDATE ON records", "ROLLBACK")]
    [InlineData("INSERT ON rejected", "ROLLBACK")]
    [InlineData("UPDATE ON streams", "ABORT")]
    [InlineData("INSERT ON run_seen", "ABORT")]
    [InlineData("UPDATE ON runs", "ROLLBACK")]
    [InlineData("UPDATE ON counters", "ABORT")]
    public async Task A_write_that_fails_is_repeated_as_if_it_had_never_been(string where, string how)
    {
        Assert.Equal(await ContentAsync(null, how), await ContentAsync(where, how));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task An_end_that_is_cut_off_after_its_deletes_counts_them_all_the_same(bool reopen)
    {
        var directory = new TempDirectory();
        var store = (SqliteStore)await directory.OpenAsync(TimeProvider.System);
        var stream = await store.Records.EnsureStreamAsync(Script.Stream, [], CancellationToken.None);
        var load = await store.Records.BeginRunAsync(stream.Number, "load", false, CancellationToken.None);
        await store.Records.WriteAsync(new RecordWrite(load.Id, Script.Records(false, 0), [], null), CancellationToken.None);
        await store.Records.EndRunAsync(load.Id, StreamRunOutcome.Complete, CancellationToken.None);
        var full = await store.Records.BeginRunAsync(stream.Number, "full", true, CancellationToken.None);
        await store.Records.WriteAsync(
            new RecordWrite(full.Id, [Script.Records(false, 0)[0]], [], new ConnectorState(1, "{}")), CancellationToken.None);
        await ScriptAsync(store, "CREATE TRIGGER fault BEFORE UPDATE OF outcome ON runs BEGIN SELECT RAISE(ABORT, 'fault'); END");
        await Assert.ThrowsAsync<SqliteStoreException>(
            () => store.Records.EndRunAsync(full.Id, StreamRunOutcome.Complete, CancellationToken.None).AsTask());
        await ScriptAsync(store, "DROP TRIGGER fault");
        if (reopen)
        {
            await store.DisposeAsync();
            store = (SqliteStore)await directory.OpenAsync(TimeProvider.System);
            Assert.Equal(0, (await store.Records.BeginRunAsync(stream.Number, "full", true, CancellationToken.None)).Counts.Deleted);
        }

        var counts = await store.Records.EndRunAsync(full.Id, StreamRunOutcome.Complete, CancellationToken.None);
        Assert.Equal(new RecordCounts(1, 0, 0, 1, 39, 0), counts);
        Assert.Equal(1, (await store.Records.FindStreamAsync(Script.Stream, CancellationToken.None))!.RecordCount);
        await store.DisposeAsync();
        await directory.RemoveAsync();
    }

    private static async Task<string> ContentAsync(string? where, string how)
    {
        var directory = new TempDirectory();
        await using (var store = (SqliteStore)await directory.OpenAsync(TimeProvider.System))
        {
            var stream = await store.Records.EnsureStreamAsync(Script.Stream, [], CancellationToken.None);
            var load = await store.Records.BeginRunAsync(stream.Number, "load", false, CancellationToken.None);
            await StepsAsync(store, load.Id, full: false, null, how);
            await store.Records.EndRunAsync(load.Id, StreamRunOutcome.Complete, CancellationToken.None);
            var full = await store.Records.BeginRunAsync(stream.Number, "full", true, CancellationToken.None);
            await StepsAsync(store, full.Id, full: true, where, how);
            await store.Records.EndRunAsync(full.Id, StreamRunOutcome.Complete, CancellationToken.None);
            var content = await StoreContent.ReadAsync(store, sequences: true);
            await store.DisposeAsync();
            await directory.RemoveAsync();
            return content;
        }
    }

    private static async Task StepsAsync(SqliteStore store, long run, bool full, string? where, string how)
    {
        for (var step = 0; step < 6; step++)
        {
            var write = new RecordWrite(
                run,
                Script.Records(full, step),
                [new RejectedRow(step.ToString(CultureInfo.InvariantCulture), null, null, null, null, null)],
                step % 2 == 1 ? new ConnectorState(1, "{}") : null);
            if (where is not null)
            {
                await FailAsync(store, write, where, how);
            }

            await store.Records.WriteAsync(write, CancellationToken.None);
        }
    }

    private static async Task FailAsync(SqliteStore store, RecordWrite write, string where, string how)
    {
        if (write.Checkpoint is null && where is "INSERT ON run_seen" or "UPDATE ON runs")
        {
            return; // Only a checkpoint writes these.
        }

        await ScriptAsync(store, $"CREATE TRIGGER fault AFTER {where} BEGIN SELECT RAISE({how}, 'fault'); END");
        await Assert.ThrowsAsync<SqliteStoreException>(() => store.Records.WriteAsync(write, CancellationToken.None).AsTask());
        await ScriptAsync(store, "DROP TRIGGER fault");
    }

    private static ValueTask ScriptAsync(SqliteStore store, string sql) =>
        store.Insights.WriteAsync(transaction => transaction.Db.Script(sql), CancellationToken.None);
}

/// <summary>All that a store knows of a stream's records, as text to compare.</summary>
internal static class StoreContent
{
    public static async Task<string> ReadAsync(IInsightsStore store, bool sequences)
    {
        var stream = (await store.Records.FindStreamAsync(Script.Stream, CancellationToken.None))!;
        var text = new StringBuilder();
        text.AppendLine(CultureInfo.InvariantCulture, $"{stream.Name} {stream.RecordCount}");
        await foreach (var batch in store.Records.ReadChangesAsync(stream.Number, 0, 1000, CancellationToken.None))
        {
            foreach (var record in batch.OrderBy(record => sequences ? record.Sequence : 0).ThenBy(record => record.Key, StringComparer.Ordinal))
            {
                var document = record.Document is null ? "deleted" : Encoding.UTF8.GetString(record.Document);
                text.AppendLine(CultureInfo.InvariantCulture, $"{record.Key} {document}{(sequences ? $" {record.Sequence}" : "")}");
            }
        }

        foreach (var run in (await store.Records.ListRunsAsync(stream.Number, null, 100, CancellationToken.None)).Items)
        {
            text.AppendLine(CultureInfo.InvariantCulture, $"{run.JobId} {run.Outcome} {run.State} {run.Counts}");
        }

        foreach (var rejected in (await store.Records.ListRejectedAsync(stream.Number, null, 1000, CancellationToken.None)).Items)
        {
            text.AppendLine(CultureInfo.InvariantCulture, $"{rejected}");
        }

        return text.ToString();
    }
}
