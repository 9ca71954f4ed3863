using System.Buffers.Binary;
using CustomerInsights.Plugins.Boundary;
using CustomerInsights.Plugins.Context;
using CustomerInsights.Plugins.Tests.Kit;
using CustomerInsights.Plugins.Workers;
using CustomerInsights.Plugins.Workers.Protocol;
using CustomerInsights.Sdk;
using Record = CustomerInsights.Sdk.Record;

namespace CustomerInsights.Plugins.Tests.Workers;

/// <summary>
/// Random and mutated frames against both reading sides: each ends in order or with a <see cref="ProtocolException"/>, soon, and
/// without room being made for what is only claimed. CI_FUZZ_SECONDS makes it longer, CI_FUZZ_SEED repeats a failure.
/// </summary>
public sealed class ProtocolFuzzTests
{
    private static readonly double Seconds = double.Parse(Environment.GetEnvironmentVariable("CI_FUZZ_SECONDS") ?? "2", System.Globalization.CultureInfo.InvariantCulture);
    private static readonly int FirstSeed = int.Parse(Environment.GetEnvironmentVariable("CI_FUZZ_SEED") ?? "1", System.Globalization.CultureInfo.InvariantCulture);

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Whatever_comes_the_reading_side_ends_in_order(bool isHost)
    {
        var until = TimeProvider.System.GetUtcNow().AddSeconds(Seconds);
        for (var seed = FirstSeed; TimeProvider.System.GetUtcNow() < until; seed++)
        {
            var input = Frames(new Random(seed));
            try
            {
                await ReadAsync(input, isHost).WaitAsync(TimeSpan.FromSeconds(10));
            }
            catch (ProtocolException)
            {
                // A clear refusal.
            }
            catch (Exception error)
            {
                Assert.Fail($"Seed {seed}: {error}");
            }
        }
    }

    [Fact]
    public void Whatever_comes_a_codec_gives_a_message_or_a_clear_refusal()
    {
        var until = TimeProvider.System.GetUtcNow().AddSeconds(Seconds);
        for (var seed = FirstSeed; TimeProvider.System.GetUtcNow() < until; seed++)
        {
            var random = new Random(seed);
            var body = Body(random);
            Mutate(random, body);
            var before = GC.GetAllocatedBytesForCurrentThread();
            try
            {
                new SourceMessageCodec().Read(body);
                PopulationMessageCodec.Read(body);
            }
            catch (ProtocolException)
            {
                // A clear refusal.
            }
            catch (Exception error)
            {
                Assert.Fail($"Seed {seed}: {error}");
            }

            Assert.True(GC.GetAllocatedBytesForCurrentThread() - before < 1_000_000, $"Seed {seed}: {body.Length} bytes made room for a million.");
        }
    }

    [Fact]
    public void Every_kind_of_value_survives_the_way_there()
    {
        FieldValue[] values =
        [
            FieldValue.Null, "", "Grünwald 株式会社 🙂", new string('x', 100_000), long.MinValue, long.MaxValue, 0L, -1L, double.MinValue, double.Epsilon, -0.0, decimal.MaxValue, 1.10m, -0.000m,
            true, false, DateOnly.MinValue, DateOnly.MaxValue, DateTimeOffset.MinValue, DateTimeOffset.MaxValue, FieldValue.List([]), FieldValue.List(["a", ""]), FieldValue.Json("{\"a\":[1]}"u8.ToArray()),
        ];
        var names = new FieldNames(values.Select((_, i) => $"f{i}"));
        var batch = new RecordBatch("rows", names, [new Record("k", values) { Location = "line 1" }, new Record("d", []) { Operation = RecordOperation.Delete }]);
        var (there, here) = (new SourceMessageCodec(), new SourceMessageCodec());
        for (var i = 0; i < 2; i++)
        {
            using var frame = Assert.Single(there.Write(batch));
            var read = Assert.IsType<RecordBatch>(here.Read(frame.Body.Span));
            Assert.Equal(values, read.Records[0].Values);
            Assert.Equal(values.Select(value => value.ToString()), read.Records[0].Values.Select(value => value.ToString()));
            Assert.Equal(("k", "line 1"), (read.Records[0].Key, read.Records[0].Location));
            Assert.Equal(RecordOperation.Delete, read.Records[1].Operation);
            Assert.Equal(names.All, read.Names.All);
        }

        foreach (var value in values)
        {
            using var frame = WireJson.Write([new ProfileInput("p", [value])], WireJson.Default.ProfileInputArray);
            Assert.Equal(value, WireJson.Read(frame.Body.Span, WireJson.Default.ProfileInputArray)[0].Values[0]);
        }
    }

    [Fact]
    public void A_batch_that_is_too_large_for_a_frame_is_cut()
    {
        var text = new string('x', 1_000_000);
        var batch = new RecordBatch("rows", FieldNames.Of("a"), [.. Enumerable.Range(0, 30).Select(i => new Record($"{i}", [text]))]);
        var (there, here) = (new SourceMessageCodec(), new SourceMessageCodec());
        var parts = there.Write(batch).Select(frame =>
        {
            using (frame)
            {
                return (RecordBatch)here.Read(frame.Body.Span);
            }
        }).ToList();
        Assert.True(parts.Count > 3, $"{parts.Count} parts");
        Assert.Equal(Enumerable.Range(0, 30).Select(i => $"{i}"), parts.SelectMany(part => part.Records).Select(record => record.Key));
    }

    private static async Task ReadAsync(byte[] input, bool isHost)
    {
        using var loggers = new RecordingLoggers();
        var plugin = new PluginLoggers(loggers, "test.fuzz", "1.0.0", new RevealedSecrets(), new LogThrottle(TimeProvider.System, 10));
        var calls = new HostCalls("test.fuzz", plugin, (_, _) => { });
        await using var stream = new OneWay(input);
        using var peer = new Peer(
            stream, isHost, calls, error => FailureText.Flatten("fuzz", error, new RevealedSecrets()), failure => new RemoteFailureException(failure), TimeProvider.System);
        var asked = peer.CallAsync(WorkerCall.Check, new WireWriter(), static body => body.Length, CancellationToken.None);
        var streamed = peer.StreamAsync(WorkerCall.Read, new WireWriter(), static body => body.Length, CancellationToken.None).CountAsync().AsTask();
        try
        {
            await peer.RunAsync(CancellationToken.None);
        }
        finally
        {
            peer.Fail(new PluginFailure(FailureKind.Transient, "over"));
            foreach (var task in new Task[] { asked, streamed })
            {
                await task.ContinueWith(static _ => { }, TaskScheduler.Default);
                Assert.True(task.Exception?.InnerException is null or RemoteFailureException or ProtocolException, task.Exception?.ToString());
            }
        }
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
