using System.Diagnostics;
using System.Net.Sockets;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Text;
using System.Text.Json;
using System.Threading.Channels;
using CustomerInsights.Sdk;
using Microsoft.Extensions.Logging;

namespace Mutants;

/// <summary>Reads people from a file of JSON lines in the granted folder, in the order of their last change.</summary>
public class RowsConnector : ISourceConnector
{
    private static readonly TimeSpan LookBack = TimeSpan.FromHours(1);
    private static readonly Dictionary<string, Bookmark> Remembered = [];
    private static readonly List<byte[]> Kept = [];
    private static Bookmark s_shared = new();
    private static int s_shift;
    private readonly List<byte[]> _gathered = [];
    private bool _disposed;

    public async ValueTask<CheckResult> CheckAsync(ReadOnlyMemory<byte> configuration, IPluginContext context, CancellationToken cancellationToken)
    {
        var options = MutantOptions.Read(configuration);
        options.Check();
        await MisbehaveInCheckAsync(options, context, cancellationToken);
        var file = FileOf(options, context);
        return new CheckResult([File.Exists(file)
            ? new CheckItem("File can be read", Ok: true)
            : new CheckItem("File can be read", Ok: false, $"'{options.Table}.jsonl' is not in the granted folder; put it there.") { Kind = FailureKind.Configuration, ConfigurationPath = "/table" }]);
    }

    public ValueTask<SourceCatalog> DiscoverAsync(ReadOnlyMemory<byte> configuration, IPluginContext context, CancellationToken cancellationToken)
    {
        var options = MutantOptions.Read(configuration);
        options.Check();
        FieldDescriptor[] fields = options.Is("R04") ? [.. Row.Fields, new("ghost", FieldKind.Text)] : options.Is("R04.undeclared") ? Row.Fields[..^3] : Row.Fields;
        return new(new SourceCatalog([new StreamDescriptor("people", fields, ["id"], [SyncMode.Full, SyncMode.Incremental])
        {
            CursorField = options.Is("R04.undeclared") ? null : "updated",
            EmitsDeletes = true,
            StateVersion = Bookmark.Version,
        }]));
    }

    public async IAsyncEnumerable<SourceMessage> ReadAsync(
        ReadOnlyMemory<byte> configuration, ReadRequest request, IPluginContext context, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var options = MutantOptions.Read(configuration);
        options.Check();
        var selection = request.Streams[0];
        var bookmark = selection.Mode == SyncMode.Incremental || selection.Resuming ? Bookmark.Read(selection.State, options) : null;
        var secret = options.Key is { } key ? await context.Secrets.RevealAsync(key, cancellationToken) : "";
        await MisbehaveAsync(options, context, secret, cancellationToken);
        if (options.Is("I04") && bookmark?.Note is { } note)
        {
            bookmark = Remembered.TryGetValue(note, out var known) ? known : new Bookmark { At = DateTimeOffset.MaxValue, Id = "" };
        }

        if (options.Is("I01"))
        {
            bookmark = null;
        }

        if (options.Is("X04"))
        {
            var lines = Channel.CreateUnbounded<string>();
            _ = Task.Run(async () =>
            {
                await foreach (var line in File.ReadLinesAsync(FileOf(options, context), CancellationToken.None))
                {
                    lines.Writer.TryWrite(line);
                }

                lines.Writer.Complete();
            }, CancellationToken.None);
            await foreach (var line in lines.Reader.ReadAllAsync(cancellationToken))
            {
                var row = Row.Parse(line);
                yield return new RecordBatch("people", FieldNames.Of("id"), [new Record(row.Id, [row.Id])]);
            }
        }

        if (options.Is("L09"))
        {
            Lock(context);
        }

        var run = new Run(options, selection, request, context);
        var records = new List<Record>();
        var last = bookmark ?? new Bookmark();
        if (options.Is("E13") || options.Is("L04"))
        {
            s_shared = last;
            Interlocked.Increment(ref s_shift);
        }

        await foreach (var line in File.ReadLinesAsync(FileOf(options, context), cancellationToken))
        {
            if (options.Is("R02"))
            {
                break;
            }

            Row row;
            RejectedRecord? rejected = null;
            try
            {
                row = Row.Parse(line);
            }
            catch (JsonException error)
            {
                if (options.Is("E09"))
                {
                    throw new PluginException(FailureKind.Data, $"A record of {options.Table}.jsonl cannot be read: {error.Message}");
                }

                if (options.Is("E09.silent"))
                {
                    continue;
                }

                rejected = new RejectedRecord("people", $"The line is not a person: {error.Message} Correct it at the source.") { Location = $"{options.Table}.jsonl" };
                row = null!;
            }

            if (rejected is not null)
            {
                if (bookmark is null)
                {
                    yield return rejected;
                }

                continue;
            }

            if (!run.Wants(row, bookmark))
            {
                continue;
            }

            if (options.Is("E13") && bookmark is not null && row.Updated <= s_shared.At)
            {
                continue;
            }

            if (options.Is("R12"))
            {
                _gathered.Add(new byte[1200]);
            }

            foreach (var record in run.Records(row))
            {
                records.Add(record);
            }

            if (options.Is("E13"))
            {
                s_shared = new Bookmark { At = row.Updated, Id = row.Id };
            }

            var next = run.After(row, last, secret);
            if (records.Count >= run.BatchSize)
            {
                if (options.Is("R10") && run.CheckpointIsDue)
                {
                    yield return new Checkpoint("people", next.Write());
                }

                yield return run.Batch(records);
                records = [];
                last = next;
                if (run.LimitReached)
                {
                    yield return new StreamEnded("people", StreamOutcome.Incomplete, "The limit is reached.");
                    yield break;
                }

                if (!options.Is("R10") && run.CheckpointIsDue)
                {
                    yield return new Checkpoint("people", last.Write());
                }

                await SlowlyAsync(options, context, cancellationToken);
            }
            else
            {
                last = next;
            }
        }

        if (records.Count > 0)
        {
            yield return run.Batch(records);
        }

        if (options.Is("R09") && !run.Any && bookmark is null)
        {
            throw new PluginException(FailureKind.Data, "There is nobody in the file.");
        }

        await RememberAsync(options, context, cancellationToken);
        if (last.At is not null && !options.Is("I12"))
        {
            yield return new Checkpoint("people", last.Write());
        }

        if (options.Is("L09"))
        {
            File.Delete(LockOf(context));
        }

        if (!options.Is("R01"))
        {
            yield return new StreamEnded("people", StreamOutcome.Complete);
        }
    }

    public ValueTask<StreamState> UpgradeStateAsync(string stream, StreamState state, CancellationToken cancellationToken) =>
        new(Bookmark.Upgrade(state, UpgradeIsBroken));

    private protected virtual bool UpgradeIsBroken => false;

    public ValueTask DisposeAsync()
    {
        ObjectDisposedException.ThrowIf(_disposed && Kept is [[3]], this);
        _disposed = true;
        GC.SuppressFinalize(this);
        return ValueTask.CompletedTask;
    }

    private static string FileOf(MutantOptions options, IPluginContext context) => Path.Combine(context.Grants.FileRoots[0], options.Table + ".jsonl");

    private static string LockOf(IPluginContext context) => Path.Combine(context.Grants.FileRoots[0], "reading.lock");

    private static void Lock(IPluginContext context)
    {
        if (File.Exists(LockOf(context)))
        {
            throw new PluginException(FailureKind.Transient, "Another read is at work; wait for its end.");
        }

        File.WriteAllText(LockOf(context), "");
    }

    private static async ValueTask RememberAsync(MutantOptions options, IPluginContext context, CancellationToken cancellationToken)
    {
        try
        {
            await context.Storage.PutAsync("last-run", Encoding.UTF8.GetBytes(context.Clock.GetUtcNow().ToString("O")), null, null, cancellationToken);
        }
        catch (PluginException error) when (options.Is("G10"))
        {
            throw new InvalidOperationException("The storage is full.", error);
        }
    }

    // As code does that does not hand on its token: it ends when it ends.
    private static async ValueTask SlowlyAsync(MutantOptions options, IPluginContext context, CancellationToken cancellationToken)
    {
        if (options.Is("X01") || options.Is("X02"))
        {
            await Task.Delay(500, CancellationToken.None);
            if (options.Is("X01") ? cancellationToken.IsCancellationRequested && !context.Stopping.IsCancellationRequested : context.Stopping.IsCancellationRequested)
            {
                await Task.Delay(TimeSpan.FromSeconds(20), CancellationToken.None);
            }
        }
    }

    private static async Task MisbehaveInCheckAsync(MutantOptions options, IPluginContext context, CancellationToken cancellationToken)
    {
        switch (options.Mutant)
        {
            case "X03":
                Kept.Clear();
                Kept.Add([3]);
                break;
            case "X05":
                Thread.Sleep(150);
                break;
            case "L02":
                await Task.Delay(2500, cancellationToken);
                break;
            case "L03":
                Kept.Add(new byte[40_000_000]);
                break;
            case "L06":
                // So much that what the process frees meanwhile cannot hide it.
                var block = Marshal.AllocHGlobal(4_000_000);
                Marshal.Copy(Enumerable.Repeat((byte)1, 4_000_000).ToArray(), 0, block, 4_000_000);
                break;
            case "L08":
                if (AppContext.GetData("mutants") is not null)
                {
                    throw new InvalidOperationException("Another one is here already.");
                }

                AppContext.SetData("mutants", "here");
                break;
            default:
                break;
        }

        if (options.Is("G01.log"))
        {
            context.Log.LogInformation("The key is {Key}", await context.Secrets.RevealAsync(options.Key!, cancellationToken));
        }
    }

    private static async Task MisbehaveAsync(MutantOptions options, IPluginContext context, string secret, CancellationToken cancellationToken)
    {
        switch (options.Mutant)
        {
            case "L05":
                AppDomain.CurrentDomain.ProcessExit += (_, _) => { };
                break;
            case "X07":
                _ = Task.Run(async () =>
                {
                    for (var i = 0; i < 60; i++)
                    {
                        await Task.Delay(100);
                        context.Log.LogDebug("Still here.");
                    }
                }, CancellationToken.None);
                break;
            case "G01.failure":
                throw new PluginException(FailureKind.Authentication, $"The key {secret} was refused.");
            case "G01.storage":
                await context.Storage.PutAsync("key", Encoding.UTF8.GetBytes(secret), null, null, cancellationToken);
                break;
            case "G01.metric":
                context.Meters.Create(new System.Diagnostics.Metrics.MeterOptions("mutants")).CreateCounter<long>("reads").Add(1, new KeyValuePair<string, object?>("key", secret));
                break;
            case "G02":
                using (var socket = new TcpClient())
                {
                    using var moment = new CancellationTokenSource(200);
                    try
                    {
                        await socket.ConnectAsync("192.0.2.1", 9, moment.Token);
                    }
                    catch (Exception error) when (error is SocketException or OperationCanceledException)
                    {
                        // Nobody is there; that it was tried is enough.
                    }
                }

                break;
            case "G04":
                await File.WriteAllTextAsync(Path.Combine(context.Grants.FileRoots[0], "..", "escaped.txt"), "out", cancellationToken);
                break;
            case "G05":
                using (var process = Process.Start("/bin/true"))
                {
                    await process.WaitForExitAsync(cancellationToken);
                }

                break;
            case "G09":
                for (var i = 0; i < 3000; i++)
                {
                    context.Log.LogInformation("Line {Number}", i);
                }

                break;
            default:
                break;
        }
    }

    /// <summary>One run: which rows it takes, and what it makes of them.</summary>
    private sealed class Run(MutantOptions options, StreamSelection selection, ReadRequest request, IPluginContext context)
    {
        private readonly string[] _names = [.. Row.Fields.Select(field => field.Name).Where(name => selection.Fields is null || selection.Fields.Contains(name))];
        private FieldNames? _table;
        private long _lastCheckpoint = context.Clock.GetTimestamp();
        private int _skipped;
        private long _count;

        internal bool Any => _count > 0;

        internal int BatchSize => options.Is("R15") ? 10_000 : (int)Math.Min(request.BatchSize, request.RecordLimit is { } limit && !options.Is("R08") ? Math.Max(1, limit - _count) : request.BatchSize);

        internal bool LimitReached => request.RecordLimit is { } limit && _count >= limit && !options.Is("R08");

        internal bool CheckpointIsDue
        {
            get
            {
                if (context.Clock.GetElapsedTime(_lastCheckpoint) < request.CheckpointEvery)
                {
                    return false;
                }

                _lastCheckpoint = context.Clock.GetTimestamp();
                return true;
            }
        }

        internal bool Wants(Row row, Bookmark? bookmark)
        {
            if (options.Is("I07") && row.Updated > context.Clock.GetUtcNow())
            {
                return false;
            }

            if (row.Deleted && (selection.Mode == SyncMode.Full || options.Is("R14")))
            {
                return options.Is("R14") && selection.Mode == SyncMode.Full;
            }

            if (bookmark?.At is not { } at)
            {
                return true;
            }

            if (options.Is("I02"))
            {
                return string.CompareOrdinal(row.Id, bookmark.Id) > 0;
            }

            if (options.Is("I05"))
            {
                return row.Updated > at;
            }

            var after = row.Updated > at || (row.Updated == at && string.CompareOrdinal(row.Id, bookmark.Id) > 0);
            if (after && options.Is("I03") && _skipped++ == 0)
            {
                return false;
            }

            return after || (!selection.Resuming && !options.Is("I06") && row.Updated > at - LookBack);
        }

        internal IEnumerable<Record> Records(Row row)
        {
            _count++;
            if (options.Is("R11") && row.Id == "3")
            {
                yield break;
            }

            if (row.Deleted)
            {
                yield return new Record(row.Id, []) { Operation = RecordOperation.Delete };
                yield break;
            }

            if (options.Is("G07"))
            {
                context.Log.LogInformation("Read {Email}", row.Value("email", options));
            }

            var values = _names.Select(name => row.Value(name, options)).ToArray();
            Change(row, values);
            yield return new Record(row.Id, values) { Location = options.Table + ".jsonl" };
            if (options.Is("R05") && row.Id == "2")
            {
                yield return new Record("2b", values);
            }

            if (options.Is("R05.key") && row.Id == "2")
            {
                yield return new Record("2", values);
            }
        }

        internal RecordBatch Batch(List<Record> records)
        {
            _table ??= new FieldNames(_names);
            return new RecordBatch("people", _table, records);
        }

        internal Bookmark After(Row row, Bookmark last, string secret)
        {
            if (options.Is("I04"))
            {
                var note = $"{row.Updated:O} {row.Id}";
                Remembered[note] = new Bookmark { At = row.Updated, Id = row.Id };
                return new Bookmark { Note = note, At = row.Updated };
            }

            if (row.Updated < last.At)
            {
                return last;
            }

            return new Bookmark { At = row.Updated, Id = row.Id, Note = options.Mutant is "I11" or "G01.state" ? Convert.ToBase64String(Encoding.UTF8.GetBytes("key:" + secret)) : null };
        }

        private void Change(Row row, FieldValue[] values)
        {
            if (options.Is("R07") && selection.Fields is not null && row.Id == "1")
            {
                values[^1] = FieldValue.Null;
            }

            var name = Array.IndexOf(_names, "name");
            if (name < 0)
            {
                return;
            }

            if (options.Is("R06") || options.Is("R06.mode"))
            {
                values[name] = options.Is("R06") ? Guid.NewGuid().ToString() : context.Plugin.Isolation;
            }

            if (options.Is("L04"))
            {
                values[name] = s_shift.ToString(System.Globalization.CultureInfo.InvariantCulture);
            }
        }
    }
}

/// <summary>The mutant of I09, which has no settings to be told by: states of older versions stay as they are.</summary>
public sealed class StuckRowsConnector : RowsConnector
{
    private protected override bool UpgradeIsBroken => true;
}
