using System.Diagnostics;
using System.Globalization;
using System.Text;
using CustomerInsights.Storage.CrashWriter;
using CustomerInsights.Storage.Records;
using CustomerInsights.Storage.Sqlite;

namespace CustomerInsights.Storage.Tests.Sqlite;

/// <summary>Kills a process (SIGKILL) that writes to a store, goes on, and compares the result with an undisturbed run.</summary>
public sealed class CrashTests
{
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(30);
    private static readonly Lazy<Task<string>> s_undisturbed = new(UndisturbedAsync);

    // Kills after these many acknowledged lines, each in the store that the one before left behind; the milliseconds put the kill between the lines.
    [Theory]
    [InlineData(1, 0, 4, 3)]
    [InlineData(7, 1, 2, 0)]
    [InlineData(32, 2, 33, 1)]
    [InlineData(45, 0, 13, 2)]
    public async Task What_was_acknowledged_is_there_and_the_resumed_runs_end_as_undisturbed_ones(int first, int firstMs, int second, int secondMs)
    {
        var directory = new TempDirectory();
        foreach (var (lines, milliseconds) in new[] { (first, firstMs), (second, secondMs) })
        {
            var acknowledged = await KilledAsync(directory.Path, "records", lines, milliseconds);
            await using var store = await Script.OpenAsync(directory.Path, CancellationToken.None);
            await CheckAcknowledgedAsync(store, acknowledged);
        }

        await using (var store = await Script.OpenAsync(directory.Path, CancellationToken.None))
        {
            await Script.WriteRecordsAsync(store, TimeSpan.Zero, TextWriter.Null, CancellationToken.None);
            Assert.Equal(await s_undisturbed.Value, await StoreContent.ReadAsync(store, sequences: false));
        }

        await directory.RemoveAsync();
    }

    [Fact]
    public async Task Acknowledged_events_survive()
    {
        var directory = new TempDirectory();
        var from = 0L;
        foreach (var milliseconds in new[] { 0, 7 })
        {
            var acknowledged = await KilledAsync(directory.Path, "events", 40, milliseconds);
            var last = acknowledged.Where(line => line.Contains(' ', StringComparison.Ordinal)).Last().Split(' ');
            var (position, number) = (long.Parse(last[0], CultureInfo.InvariantCulture), int.Parse(last[1], CultureInfo.InvariantCulture));
            await using var store = await Script.OpenAsync(directory.Path, CancellationToken.None);
            var events = await store.Events.ReadAsync(from, int.MaxValue, CancellationToken.None);
            Assert.Equal(
                Enumerable.Range(0, number + 1).Select(Script.Text),
                events.Where(one => one.Position <= position).Select(one => Encoding.UTF8.GetString(one.Body)));

            // A batch is there whole or not at all, acknowledged or not.
            Assert.Equal(0, events.Count % 3);
            from = events[^1].Position;
        }

        await directory.RemoveAsync();
    }

    private static async Task CheckAcknowledgedAsync(SqliteStore store, List<string> lines)
    {
        // No two steps of a run share a key, so an acknowledged step stands as it was written, whatever came after it unacknowledged. Steps of the load
        // are looked at only while the full run, which changes them, cannot have begun.
        var stream = (await store.Records.FindStreamAsync(Script.Stream, CancellationToken.None))!;
        var loading = !lines.Exists(line => line.StartsWith("load end", StringComparison.Ordinal) || line.StartsWith("full", StringComparison.Ordinal));
        foreach (var words in lines.Select(line => line.Split(' ')).Where(words => words[0] is "load" or "full" && words[1] != "end"))
        {
            var full = words[0] == "full";
            foreach (var record in Script.Records(full, int.Parse(words[1], CultureInfo.InvariantCulture)).GroupBy(record => record.Key))
            {
                if (full || loading)
                {
                    Assert.Equal(record.Last().Document, (await store.Records.FindAsync(stream.Number, record.Key, CancellationToken.None))?.Document);
                }
            }
        }
    }

    /// <summary>Starts the writer, kills it some milliseconds after so many acknowledged lines, and gives all lines that came.</summary>
    private static async Task<List<string>> KilledAsync(string directory, string what, int lines, int milliseconds)
    {
        // By the dotnet that runs the tests: the writer's own starter would look for one in places where there may be none.
        var writer = Path.Combine(AppContext.BaseDirectory, "CustomerInsights.Storage.CrashWriter.dll");
        var start = new ProcessStartInfo(Environment.GetEnvironmentVariable("DOTNET_HOST_PATH") ?? "dotnet")
        {
            RedirectStandardOutput = true,
            UseShellExecute = false,
            ArgumentList = { writer, directory, what, "1" },
        };
        using var process = Process.Start(start)!;
        using var patience = new CancellationTokenSource(s_patience);
        var acknowledged = new List<string>();
        while (acknowledged.Count <= lines && await process.StandardOutput.ReadLineAsync(patience.Token) is { } line && line != "done")
        {
            acknowledged.Add(line);
        }

        await Task.Delay(milliseconds, patience.Token);
        process.Kill(); // SIGKILL: nothing of the process runs any more.
        await process.WaitForExitAsync(patience.Token);
        acknowledged.AddRange((await process.StandardOutput.ReadToEndAsync(patience.Token)).Split('\n', StringSplitOptions.RemoveEmptyEntries));
        Assert.NotEmpty(acknowledged);
        return acknowledged;
    }

    private static async Task<string> UndisturbedAsync()
    {
        var directory = new TempDirectory();
        string content;
        await using (var store = await Script.OpenAsync(directory.Path, CancellationToken.None))
        {
            await Script.WriteRecordsAsync(store, TimeSpan.Zero, TextWriter.Null, CancellationToken.None);
            content = await StoreContent.ReadAsync(store, sequences: false);
        }

        await directory.RemoveAsync();
        return content;
    }
}
