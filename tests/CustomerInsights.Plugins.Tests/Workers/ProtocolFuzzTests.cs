using CustomerInsights.Bench.Fuzz;
using CustomerInsights.Plugins.Workers.Protocol;
using CustomerInsights.Sdk;
using Record = CustomerInsights.Sdk.Record;

namespace CustomerInsights.Plugins.Tests.Workers;

/// <summary>What crosses the socket: a short slice of <c>bench fuzz protocol</c>, and the codecs' round trips.</summary>
public sealed class ProtocolFuzzTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(20261126)]
    public async Task Whatever_comes_the_reading_side_ends_in_order_or_refuses_clearly(int seed)
    {
        var fuzz = new ProtocolFuzz();
        for (var i = 0; i < 3000; i++)
        {
            await fuzz.RoundAsync(seed, i);
        }

        Assert.True(fuzz.Refused > 1000, $"only {fuzz.Refused} of 6,000 were refused");
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
}
