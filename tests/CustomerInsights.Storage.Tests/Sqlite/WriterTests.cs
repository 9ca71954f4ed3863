using CustomerInsights.Storage.Sqlite;
using CustomerInsights.Storage.Sqlite.Engine;

namespace CustomerInsights.Storage.Tests.Sqlite;

public sealed class WriterTests : IAsyncLifetime
{
    private readonly TempDirectory _directory = new();
    private SqliteStore _store = null!;

    public async Task InitializeAsync()
    {
        _store = (SqliteStore)await _directory.OpenAsync(TimeProvider.System);
        await WriteAsync(transaction => transaction.Db.Run("CREATE TABLE probe (n INTEGER PRIMARY KEY)"));
    }

    public async Task DisposeAsync()
    {
        await _store.DisposeAsync();
        await _directory.RemoveAsync();
    }

    [Fact]
    public async Task A_command_that_fails_leaves_nothing_and_its_neighbours_in_the_group_stay()
    {
        var (gate, tasks) = await HoldAsync(
            transaction => Insert(transaction, 1),
            transaction => Fail(transaction, 2),
            transaction => Insert(transaction, 3),
            transaction => Fail(transaction, 4),
            transaction => Insert(transaction, 5));
        gate.Set();
        await Task.WhenAny(Task.WhenAll(tasks), Task.Delay(TimeSpan.FromSeconds(10)));
        Assert.Equal([true, false, true, false, true], tasks.Select(task => task.IsCompletedSuccessfully));
        Assert.Equal([1, 3, 5], await NumbersAsync());
        Assert.Equal(3, await _store.Insights.WriteAsync(transaction => transaction.Last(Counter.Node), CancellationToken.None));
    }

    [Fact]
    public async Task A_command_that_fails_first_in_its_group_leaves_nothing_either()
    {
        await Assert.ThrowsAsync<InvalidOperationException>(() => WriteAsync(transaction => Fail(transaction, 1)).AsTask());
        await WriteAsync(transaction => Insert(transaction, 2));
        Assert.Equal([2], await NumbersAsync());
    }

    [Fact]
    public async Task What_a_command_did_to_memory_is_undone_with_its_rows_last_first()
    {
        var undone = new List<int>();
        await Assert.ThrowsAsync<InvalidOperationException>(() => WriteAsync(transaction =>
        {
            transaction.OnRollback(() => undone.Add(1));
            transaction.OnRollback(() => undone.Add(2));
            Fail(transaction, 1);
        }).AsTask());
        await WriteAsync(transaction => transaction.OnRollback(() => undone.Add(3)));
        Assert.Equal([2, 1], undone);
    }

    [Fact]
    public async Task When_SQLite_gives_up_the_whole_transaction_all_its_commands_fail_and_the_next_go_on()
    {
        await WriteAsync(transaction => transaction.Db.Script(
            "CREATE TRIGGER give_up BEFORE INSERT ON probe WHEN NEW.n = 2 BEGIN SELECT RAISE(ROLLBACK, 'gone'); END"));
        var (gate, tasks) = await HoldAsync(
            transaction => Insert(transaction, 1), transaction => Insert(transaction, 2), transaction => Insert(transaction, 3));
        gate.Set();
        await Task.WhenAny(Task.WhenAll(tasks), Task.Delay(TimeSpan.FromSeconds(10)));
        Assert.Equal([false, false, true], tasks.Select(task => task.IsCompletedSuccessfully));
        Assert.Equal([3], await NumbersAsync());
    }

    [Fact]
    public async Task A_full_disk_fails_the_write_and_later_writes_work_again()
    {
        var pages = await _store.Insights.WriteAsync(transaction => transaction.Db.Number("PRAGMA page_count") ?? 0, CancellationToken.None);
        await WriteAsync(transaction => transaction.Db.Script($"PRAGMA max_page_count = {pages}"));
        await Assert.ThrowsAsync<StoreFullException>(
            () => _store.Plugins.PutValueAsync("p", "c", "k", new byte[1 << 20], null, null, DateTimeOffset.UnixEpoch, long.MaxValue, CancellationToken.None).AsTask());
        await WriteAsync(transaction => transaction.Db.Script("PRAGMA max_page_count = 4294967294"));
        Assert.Null(await _store.Plugins.GetValueAsync("p", "c", "k", DateTimeOffset.UnixEpoch, CancellationToken.None));
        await WriteAsync(transaction => Insert(transaction, 1));
        Assert.Equal([1], await NumbersAsync());
    }

    [Fact]
    public async Task A_command_cancelled_while_it_waits_never_runs()
    {
        using var cancellation = new CancellationTokenSource();
        var (gate, _) = await HoldAsync();
        var waiting = _store.Insights.WriteAsync(transaction => Insert(transaction, 1), cancellation.Token).AsTask();
        await cancellation.CancelAsync();
        gate.Set();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => waiting);
        Assert.Empty(await NumbersAsync());
    }

    [Fact]
    public async Task Closing_completes_the_commands_that_wait_and_refuses_later_ones()
    {
        var (gate, tasks) = await HoldAsync([.. Enumerable.Range(1, 50).Select(i => (Action<WriteTransaction>)(transaction => Insert(transaction, i)))]);
        var closing = _store.DisposeAsync().AsTask();
        gate.Set();
        await closing;
        await Task.WhenAll(tasks);
        await Assert.ThrowsAsync<ObjectDisposedException>(() => WriteAsync(transaction => Insert(transaction, 99)).AsTask());
        _store = (SqliteStore)await _directory.OpenAsync(TimeProvider.System);
        Assert.Equal(50, (await NumbersAsync()).Count);
    }

    [Fact]
    public async Task Commands_that_wait_share_a_transaction()
    {
        using var watcher = SqlConnection.Open(Path.Combine(_directory.Path, "insights.db"), readOnly: true, cacheKib: 64);
        var before = watcher.Number("PRAGMA data_version");
        var (gate, tasks) = await HoldAsync([.. Enumerable.Range(1, 20).Select(i => (Action<WriteTransaction>)(transaction => Insert(transaction, i)))]);
        Assert.Equal(0, watcher.Number("SELECT COUNT(*) FROM probe"));
        gate.Set();
        await Task.WhenAll(tasks);
        Assert.Equal(20, watcher.Number("SELECT COUNT(*) FROM probe"));
        Assert.NotEqual(before, watcher.Number("PRAGMA data_version"));
    }

    private static void Insert(WriteTransaction transaction, long number)
    {
        transaction.Next(Counter.Node);
        transaction.Db.Run("INSERT INTO probe(n) VALUES (?1)", number);
    }

    private static void Fail(WriteTransaction transaction, long number)
    {
        Insert(transaction, number);
        throw new InvalidOperationException("on purpose");
    }

    private ValueTask WriteAsync(Action<WriteTransaction> work) => _store.Insights.WriteAsync(work, CancellationToken.None);

    private async Task<List<long>> NumbersAsync() =>
        await _store.Insights.ReadAsync(
            db =>
            {
                using var rows = db.Query("SELECT n FROM probe ORDER BY n");
                var numbers = new List<long>();
                while (rows.Step())
                {
                    numbers.Add(rows.Long(0));
                }

                return numbers;
            },
            CancellationToken.None);

    /// <summary>Holds the writer in one command until the gate is set, with others in the queue behind it.</summary>
    private async Task<(ManualResetEventSlim Gate, Task[] Tasks)> HoldAsync(params Action<WriteTransaction>[] behind)
    {
        var gate = new ManualResetEventSlim();
        var held = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        _ = _store.Insights.WriteAsync(
            _ =>
            {
                held.SetResult();
                gate.Wait(TimeSpan.FromSeconds(10));
            },
            CancellationToken.None).AsTask();
        await held.Task;

        // Each is in the queue when its call returns, because the queue is not full.
        return (gate, [.. behind.Select(work => WriteAsync(work).AsTask())]);
    }
}
