using System.Buffers.Binary;
using System.Diagnostics.CodeAnalysis;
using CustomerInsights.Plugins.Boundary;
using CustomerInsights.Plugins.Context;
using CustomerInsights.Plugins.Workers;
using CustomerInsights.Plugins.Workers.Protocol;
using CustomerInsights.Sdk;
using Microsoft.Extensions.Logging.Abstractions;
using Record = CustomerInsights.Sdk.Record;

namespace CustomerInsights.Bench.Fuzz;

/// <summary>
/// Random and mutated frames against both reading sides of the worker protocol and against its codecs: each ends in order or with a
/// <see cref="ProtocolException"/>, soon, and without room being made for what is only claimed.
/// </summary>
[SuppressMessage("Security", "CA5394", Justification = "A generator of test data must be repeatable, not secret.")]
internal sealed class ProtocolFuzz
{
    private const int MostAllocated = 1_000_000;
    private static readonly TimeSpan s_hang = TimeSpan.FromSeconds(10);

    internal int Refused { get; private set; }

    internal async Task RoundAsync(int seed, int round)
    {
        var random = Refusal.Generator(seed, round);
        try
        {
            await FramesAsync(random, isHost: round % 2 == 0);
            Codecs(random);
        }
        catch (Exception error)
        {
            throw Refusal.Find(seed, round, error);
        }
    }

    private async Task FramesAsync(Random random, bool isHost)
    {
        if (await ReadAsync(Frames(random), isHost).WaitAsync(s_hang) is { } refusal)
        {
            Refuse(refusal);
        }
    }

    private void Refuse(string message)
    {
        if (!Refusal.IsClear(message))
        {
            throw new InvalidOperationException($"The refusal '{message}' is not clear.");
        }

        Refused++;
    }

    private void Codecs(Random random)
    {
        var body = Body(random);
        Mutate(random, body);
        var before = GC.GetAllocatedBytesForCurrentThread();
        try
        {
            new SourceMessageCodec().Read(body);
            PopulationMessageCodec.Read(body);
        }
        catch (ProtocolException error)
        {
            Refuse(error.Message);
        }

        if (GC.GetAllocatedBytesForCurrentThread() - before > MostAllocated)
        {
            throw new InvalidOperationException($"{body.Length} bytes made room for a million.");
        }
    }

    private static async Task<string?> ReadAsync(byte[] input, bool isHost)
    {
        var plugin = new PluginLoggers(NullLoggerFactory.Instance, "test.fuzz", "1.0.0", new RevealedSecrets(), new LogThrottle(TimeProvider.System, 10));
        using var meters = new PluginMeters("test.fuzz", "1.0.0");
        var forwarded = new ForwardedMeters(meters, "test.fuzz", new RevealedSecrets(), NullLogger.Instance);
        var calls = new HostCalls("test.fuzz", plugin, forwarded, (_, _) => { });
        await using var stream = new OneWay(input);
        using var peer = new Peer(
            stream, isHost, calls, error => FailureText.Flatten("fuzz", error, new RevealedSecrets()), failure => new RemoteFailureException(failure), TimeProvider.System);
        var asked = peer.CallAsync(WorkerCall.Check, new WireWriter(), static body => body.Length, CancellationToken.None);
        var streamed = peer.StreamAsync(WorkerCall.Read, new WireWriter(), static body => body.Length, CancellationToken.None).CountAsync().AsTask();
        ProtocolException? refusal = null;
        try
        {
            await peer.RunAsync(CancellationToken.None);
        }
        catch (ProtocolException error)
        {
            refusal = error;
        }

        peer.Fail(new PluginFailure(FailureKind.Transient, "over"));
        foreach (var task in new Task[] { asked, streamed })
        {
            await task.ContinueWith(static _ => { }, TaskScheduler.Default);
            if (task.Exception?.InnerException is not (null or RemoteFailureException or ProtocolException))
            {
                throw new InvalidOperationException($"A call that waited ended with {task.Exception.InnerException}", task.Exception.InnerException);
            }
        }

        return refusal?.Message;
    }

    // Well-formed frames with sensible numbers, then a few bytes of them changed: pure noise dies at the first length.
    private static byte[] Frames(Random random)
    {
        using var all = new MemoryStream();
        Span<byte> header = stackalloc byte[Frame.HeaderSize];
        for (var i = random.Next(1, 20); i > 0; i--)
        {
            var body = random.Next(3) == 0 ? Body(random) : Noise(random);
            BinaryPrimitives.WriteUInt32LittleEndian(header, (uint)body.Length);
            header[4] = (byte)random.Next(1, 14);
            BinaryPrimitives.WriteUInt32LittleEndian(header[5..], (uint)random.Next(8));
            all.Write(header);
            all.Write(body);
        }

        var bytes = all.ToArray();
        if (random.Next(2) == 0)
        {
            Mutate(random, bytes);
        }

        return bytes;
    }

    private static byte[] Noise(Random random)
    {
        var bytes = new byte[random.Next(200)];
        random.NextBytes(bytes);
        return bytes;
    }

    private static byte[] Body(Random random)
    {
        SourceMessage message = random.Next(4) switch
        {
            0 => new Checkpoint("rows", new StreamState(1, "{}"u8.ToArray())),
            1 => new StreamEnded("rows", StreamOutcome.Complete, "why"),
            _ => new RecordBatch("rows", FieldNames.Of("a", "b"), [.. Enumerable.Range(0, random.Next(1, 20)).Select(i => new Record($"{i}", [i, FieldValue.List(["x"])]))]),
        };
        using var frame = new SourceMessageCodec().Write(message).First();
        return frame.Body.ToArray();
    }

    private static void Mutate(Random random, byte[] bytes)
    {
        for (var i = random.Next(1, 6); i > 0 && bytes.Length > 0; i--)
        {
            bytes[random.Next(bytes.Length)] = (byte)random.Next(256);
        }
    }

    private sealed class OneWay(byte[] input) : MemoryStream(input, writable: false)
    {
        public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default) => ValueTask.CompletedTask;
    }
}
