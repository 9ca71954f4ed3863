using System.Globalization;
using System.Text;
using CustomerInsights.Storage.Records;
using CustomerInsights.Storage.Sqlite;
using Microsoft.Extensions.Logging.Abstractions;

namespace CustomerInsights.Storage.CrashWriter;

/// <summary>
/// A reading of a source that is the same each time: the records of step n are a function of n. First a run that loads, then a full one that finds
/// some equal, some changed, some new, some twice, and some gone. Every third step has a checkpoint, which names the next step.
/// </summary>
public static class Script
{
    public const string Stream = "crm.contacts";
    private const int Steps = 30;
    private const int PerStep = 40;

    /// <summary>Opens the store and does what is not yet done of both runs.</summary>
    public static async Task WriteRecordsAsync(string directory, TimeSpan pause, TextWriter acknowledged, CancellationToken cancellationToken)
    {
        await using var store = await OpenAsync(directory, cancellationToken);
        await acknowledged.WriteLineAsync("open");
        await WriteRecordsAsync(store, pause, acknowledged, cancellationToken);
    }

    public static async Task WriteRecordsAsync(SqliteStore store, TimeSpan pause, TextWriter acknowledged, CancellationToken cancellationToken)
    {
        var stream = await store.Records.EnsureStreamAsync(Stream, [], cancellationToken);
        foreach (var job in new[] { "load", "full" })
        {
            var ended = (await store.Records.ListRunsAsync(stream.Number, null, 10, cancellationToken)).Items
                .Any(run => run.JobId == job && run.Outcome is not null);
            if (!ended)
            {
                await RunAsync(store, stream.Number, job, pause, acknowledged, cancellationToken);
            }
        }

        await acknowledged.WriteLineAsync("done");
    }

    /// <summary>Appends events until killed; prints the position of each acknowledged append and its content's number.</summary>
    public static async Task WriteEventsAsync(string directory, TextWriter acknowledged, CancellationToken cancellationToken)
    {
        await using var store = await OpenAsync(directory, cancellationToken);
        for (var number = 0; ; number += 3)
        {
            var batch = Enumerable.Range(number, 3).Select(n => (ReadOnlyMemory<byte>)Encoding.UTF8.GetBytes(Text(n))).ToList();
            var position = await store.Events.AppendAsync(batch, cancellationToken);
            await acknowledged.WriteLineAsync(string.Create(CultureInfo.InvariantCulture, $"{position} {number + 2}"));
            await acknowledged.FlushAsync(cancellationToken);
        }
    }

    public static string Text(int number) => string.Create(CultureInfo.InvariantCulture, $"event {number}");

    public static ValueTask<SqliteStore> OpenAsync(string directory, CancellationToken cancellationToken) =>
        SqliteStore.OpenAsync(new SqliteStoreOptions { Directory = directory }, TimeProvider.System, NullLoggerFactory.Instance, cancellationToken);

    /// <summary>The records of a step; of the full run's those that end in 7 are gone, in 3 changed, and each step has a new one and one twice.</summary>
    public static List<IncomingRecord> Records(bool full, int step)
    {
        var records = new List<IncomingRecord>();
        for (var i = 0; i < PerStep; i++)
        {
            var number = (step * PerStep) + i;
            if (!full)
            {
                records.Add(Record(number, version: 1));
            }
            else if (number % 10 != 7)
            {
                records.Add(Record(number, version: number % 10 == 3 ? 2 : 1));
            }
        }

        if (full)
        {
            records.Add(Record(1_000_000 + step, version: 1));
            records.Add(Record(1_000_000 + step, version: 2));
            records.Add(new IncomingRecord(Key((step * PerStep) + 5), null));
        }

        return records;
    }

    private static async Task RunAsync(
        SqliteStore store, int stream, string job, TimeSpan pause, TextWriter acknowledged, CancellationToken cancellationToken)
    {
        var full = job == "full";
        var run = await store.Records.BeginRunAsync(stream, job, full, cancellationToken);
        var first = run.Resuming ? int.Parse(run.State!.Json, CultureInfo.InvariantCulture) : 0;
        for (var step = first; step < Steps; step++)
        {
            var checkpoint = step % 3 == 2 || step == Steps - 1 ? new ConnectorState(1, (step + 1).ToString(CultureInfo.InvariantCulture)) : null;
            var rejected = new RejectedRow($"{job} {step.ToString(CultureInfo.InvariantCulture)} is odd", null, null, "file", step, null);
            await store.Records.WriteAsync(
                new RecordWrite(run.Id, Records(full, step), step % 2 == 1 ? [rejected] : [], checkpoint), cancellationToken);
            await acknowledged.WriteLineAsync(string.Create(CultureInfo.InvariantCulture, $"{job} {step} {(checkpoint is null ? "-" : "checkpoint")}"));
            await acknowledged.FlushAsync(cancellationToken);
            await Task.Delay(pause, cancellationToken);
        }

        var counts = await store.Records.EndRunAsync(run.Id, StreamRunOutcome.Complete, cancellationToken);
        await acknowledged.WriteLineAsync($"{job} end {counts}");
        await acknowledged.FlushAsync(cancellationToken);
    }

    private static IncomingRecord Record(int number, int version) =>
        new(Key(number), Encoding.UTF8.GetBytes(string.Create(CultureInfo.InvariantCulture, $$"""{"id":{{number}},"version":{{version}}}""")));

    private static string Key(int number) => string.Create(CultureInfo.InvariantCulture, $"contact {number:D8}");
}
