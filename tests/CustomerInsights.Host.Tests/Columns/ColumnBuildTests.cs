using CustomerInsights.Core.Columns;
using CustomerInsights.Core.Model;
using CustomerInsights.Host.Features.Columns;
using CustomerInsights.Storage.Profiles;

namespace CustomerInsights.Host.Tests.Columns;

public sealed class ColumnBuildTests
{
    private static readonly ColumnSchema s_schema = ColumnStoreKit.Schemas[ColumnStoreKit.Type];

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public async Task Activities_read_in_the_order_of_their_table_give_the_columns_of_those_looked_up_by_profile(int seed)
    {
        await using var kit = await ColumnStoreKit.OpenAsync(40);
        var random = new Random(seed);
        for (var change = 0; change < 400; change++)
        {
            await kit.ChangeAsync(random);
        }

        var scanned = await BuiltAsync(kit, 64);
        Assert.Equal(await BuiltAsync(kit, 0), scanned);
        Assert.Contains(scanned.Values, text => text.Contains("item=", StringComparison.Ordinal));
        foreach (var (rangeSize, parts) in new[] { (7, 3), (1, 1000), (1000, 1) })
        {
            Assert.Equal(scanned, await PassedAsync(kit, rangeSize, parts));
        }
    }

    [Fact]
    public void A_block_larger_than_the_sinks_own_is_brought_whole()
    {
        var schema = new ColumnSchema(
            new Dictionary<string, DataType>(), new Dictionary<string, IReadOnlyDictionary<string, DataType>> { ["order"] = new Dictionary<string, DataType> { ["text"] = DataType.Text } });
        var nodes = new NodeRows();
        nodes.Set(5, 0, 0);
        nodes.Set(70_000_000, 1, 2);
        var tables = new[] { new ActivityTablesBuilder(schema.Activities, 1), new ActivityTablesBuilder(schema.Activities, 3) };
        var sink = new ActivitySink(nodes, new Dictionary<string, int> { ["order"] = 0 }, tables, firstPart: 1);
        sink.Types(["visit", "order"]);
        var texts = new[] { 10, 700_000, 600_000, 3_000_000, 20 }.Select(length => new string('x', length)).ToList();
        for (var i = 0; i < texts.Count; i++)
        {
            sink.Activity(70_000_000, 1, System.Text.Encoding.ASCII.GetBytes($"{i:x12}"), i, ValueDocument.Write(["text"], [Value.Of(texts[i])]));
            sink.Activity(5, 0, "000000000001"u8, i, "{}"u8);
            sink.Activity(6, 1, "000000000002"u8, i, "{}"u8);
            sink.Activity(-1, 1, "000000000003"u8, i, "{}"u8);
            sink.Activity(long.MaxValue, 1, "000000000004"u8, i, "{}"u8);
        }

        sink.Flush();
        Assert.Empty(tables[0].Build());
        var orders = tables[1].Build()["order"];
        Assert.Equal([0, 0, 0, 5], orders.Starts.ToArray());
        Assert.Equal(texts, Enumerable.Range(0, 5).Select(row => orders.Fields["text"].ValueAt(row).AsText()));
    }

    // A budget of nothing leaves no room for activities under way.
    private static async Task<SortedDictionary<long, string>> BuiltAsync(ColumnStoreKit kit, long megabytes)
    {
        var files = new ColumnFiles(Path.Combine(kit.Directory, Guid.NewGuid().ToString("N")), TimeProvider.System);
        var told = 0L;
        var parts = await new ColumnBuild(kit.Store.Profiles, files, megabytes * 1024 * 1024).RunAsync(ColumnStoreKit.Type, s_schema, done => told = done, default);
        Assert.Equal(parts.Sum(part => part.Count), told);
        return Texts(parts);
    }

    private static async Task<SortedDictionary<long, string>> PassedAsync(ColumnStoreKit kit, int rangeSize, int parts)
    {
        var ends = await kit.Store.Profiles.ColumnRangesAsync(ColumnStoreKit.Type, rangeSize, default);
        var ranges = ends.Select((end, index) => new ColumnRange(ColumnStoreKit.Type, index == 0 ? 0 : ends[index - 1], end));
        var activities = (await kit.Store.Profiles.ActivityExtentAsync(11, default)).Ranges;
        var built = new List<HeldPart>();
        foreach (var pass in ranges.Chunk(parts))
        {
            var kept = await new ColumnPass(kit.Store.Profiles, s_schema, part => new StoredPart(part, part.Bytes, null)).RunAsync(pass, activities, parts % 2, _ => { }, default);
            built.AddRange(kept.Select(part => new HeldPart(part, null)));
        }

        return Texts(built);
    }

    private static SortedDictionary<long, string> Texts(IReadOnlyList<HeldPart> parts) =>
        ColumnStoreKit.Texts(new ColumnState(0, new Dictionary<string, TypeColumns> { [ColumnStoreKit.Type] = new(s_schema, parts) }));
}
