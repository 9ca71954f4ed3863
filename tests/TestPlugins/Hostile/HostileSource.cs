using System.Net;
using System.Net.Sockets;
using System.Runtime.CompilerServices;
using System.Text.Json;
using CustomerInsights.Sdk;

namespace Hostile;

/// <summary>Harms its process in the way that the setting <c>how</c> names. In the host's own process most of these would take the host down.</summary>
public sealed class HostileSource : ISourceConnector
{
    private static readonly FieldNames Names = FieldNames.Of("id");

    public async ValueTask<CheckResult> CheckAsync(ReadOnlyMemory<byte> configuration, IPluginContext context, CancellationToken cancellationToken)
    {
        using var document = JsonDocument.Parse(configuration);
        var how = document.RootElement.TryGetProperty("how", out var value) ? value.GetString() : null;
        switch (how)
        {
            case "ownThread":
                new Thread(() => throw new InvalidOperationException("boom on its own thread")).Start();
                await Forever(cancellationToken).ConfigureAwait(false);
                break;
            case "asyncVoid":
                AsyncVoid();
                await Forever(cancellationToken).ConfigureAwait(false);
                break;
            case "stackOverflow":
                Deeper(1);
                break;
            case "failFast":
                Environment.FailFast("boom by FailFast");
                break;
            case "exit":
                Environment.Exit(7);
                break;
            case "hang":
                new ManualResetEventSlim().Wait(CancellationToken.None);
                break;
            case "allocate":
                Allocate();
                break;
            case "allocateNative":
                AllocateNative();
                break;
            case "flood":
                Flood();
                break;
            case "printSecret":
                var secret = await context.Secrets.RevealAsync(new SecretReference("token"), cancellationToken).ConfigureAwait(false);
                await Console.Out.WriteLineAsync($"out {secret}").ConfigureAwait(false);
                await Console.Error.WriteLineAsync($"err {secret}").ConfigureAwait(false);
                break;
            case "write":
                foreach (var file in document.RootElement.GetProperty("call").GetString()!.Split(';'))
                {
                    await File.WriteAllTextAsync(file, "was here", cancellationToken).ConfigureAwait(false);
                }

                break;
            case "ignoreCancellation":
                await Console.Out.WriteLineAsync("deaf").ConfigureAwait(false);
                await new TaskCompletionSource().Task.ConfigureAwait(false);
                break;
            case "environment":
                return Told(string.Join(' ', Environment.GetEnvironmentVariables().Keys.Cast<string>().Order(StringComparer.Ordinal)));
            case "network":
                return Told(await ConnectAsync(document.RootElement.GetProperty("call").GetString()!, cancellationToken).ConfigureAwait(false));
        }

        return Told("fine");
    }

    public ValueTask<SourceCatalog> DiscoverAsync(ReadOnlyMemory<byte> configuration, IPluginContext context, CancellationToken cancellationToken) =>
        new(new SourceCatalog([new StreamDescriptor("rows", [new FieldDescriptor("id", FieldKind.Text)], ["id"], [SyncMode.Full])]));

    public async IAsyncEnumerable<SourceMessage> ReadAsync(
        ReadOnlyMemory<byte> configuration, ReadRequest request, IPluginContext context, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var how = How(configuration);
        if (how == "checkpointAhead")
        {
            foreach (var message in Ahead(request.Streams[0]))
            {
                yield return message;
            }

            yield break;
        }

        yield return new RecordBatch("rows", Names, [new Record("1", ["1"])]);
        yield return new Checkpoint("rows", new StreamState(1, "{}"u8.ToArray()));
        for (var i = 0; how == "oneKey" && i < 1_000_000; i += 1000)
        {
            var first = i;
            yield return new RecordBatch("rows", Names, [.. Enumerable.Range(first, 1000).Select(number => new Record("1", [(long)number]))]);
        }

        await CheckAsync(configuration, context, cancellationToken).ConfigureAwait(false);
        yield return new StreamEnded("rows", StreamOutcome.Complete);
    }

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    // Says "all ten" before it has given any, and fails after the fifth; asked to go on, it believes itself.
    private static IEnumerable<SourceMessage> Ahead(StreamSelection stream)
    {
        if (stream.Resuming)
        {
            yield return new StreamEnded("rows", StreamOutcome.Complete);
            yield break;
        }

        yield return new Checkpoint("rows", new StreamState(1, "10"u8.ToArray()));
        for (var i = 0; i < 10; i++)
        {
            yield return new RecordBatch("rows", Names, [new Record($"{i}", [$"{i}"])]);
            if (i == 4 && stream.State is null)
            {
                throw new PluginException(FailureKind.Transient, "The line went dead.");
            }
        }

        yield return new StreamEnded("rows", StreamOutcome.Complete);
    }

    private static string? How(ReadOnlyMemory<byte> configuration)
    {
        using var document = JsonDocument.Parse(configuration);
        return document.RootElement.TryGetProperty("how", out var value) ? value.GetString() : null;
    }

    private static CheckResult Told(string text) => new([new CheckItem("Told", Ok: true, text)]);

    private static Task Forever(CancellationToken cancellationToken) => Task.Delay(Timeout.InfiniteTimeSpan, cancellationToken);

    // The very thing that the analysers warn of.
#pragma warning disable MA0155, S3168, VSTHRD100
    private static async void AsyncVoid()
    {
        await Task.Yield();
        throw new InvalidOperationException("boom in async void");
    }
#pragma warning restore MA0155, S3168, VSTHRD100

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static int Deeper(int depth) => depth == int.MinValue ? depth : Deeper(depth + 1) + 1;

    private static void Allocate()
    {
        var kept = new List<byte[]>();
        while (true)
        {
            var more = new byte[1024 * 1024];
            Array.Fill(more, (byte)1);
            kept.Add(more);
        }
    }

    private static void AllocateNative()
    {
        while (true)
        {
            var more = System.Runtime.InteropServices.Marshal.AllocHGlobal(1024 * 1024);
            for (var i = 0; i < 1024 * 1024; i += 4096)
            {
                System.Runtime.InteropServices.Marshal.WriteByte(more, i, 1);
            }

            Thread.Sleep(1);
        }
    }

    private static void Flood()
    {
        for (var i = 0; i < 20_000; i++)
        {
            Console.WriteLine($"flood {i}");
        }

        Console.WriteLine(new string('x', 200_000));
    }

    private static async Task<string> ConnectAsync(string port, CancellationToken cancellationToken)
    {
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        try
        {
            await socket.ConnectAsync(new IPEndPoint(IPAddress.Loopback, int.Parse(port, System.Globalization.CultureInfo.InvariantCulture)), cancellationToken).ConfigureAwait(false);
            return "connected";
        }
        catch (SocketException error)
        {
            return error.SocketErrorCode.ToString();
        }
    }
}
