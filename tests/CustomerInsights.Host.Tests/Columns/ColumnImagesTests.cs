using CustomerInsights.Core.Columns;
using CustomerInsights.Core.Model;
using CustomerInsights.Host.Features.Columns;

namespace CustomerInsights.Host.Tests.Columns;

public sealed class ColumnImagesTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public async Task After_any_changes_an_image_equals_one_built_anew_through_merges_and_restarts(int seed)
    {
        await using var kit = await ColumnStoreKit.OpenAsync(30);
        var random = new Random(seed);
        for (var round = 0; round < 40; round++)
        {
            for (var change = random.Next(5); change >= 0; change--)
            {
                await kit.ChangeAsync(random);
            }

            var state = await kit.Images.StateAsync(ColumnStoreKit.Schemas, default);
            await using var fresh = kit.FreshImages();
            Assert.Equal(ColumnStoreKit.Texts(await fresh.StateAsync(ColumnStoreKit.Schemas, default)), ColumnStoreKit.Texts(state));
            switch (random.Next(5))
            {
                case 0:
                    await kit.Images.MergeAsync(default);
                    Assert.Equal(ColumnStoreKit.Texts(state), ColumnStoreKit.Texts(kit.Images.Current));
                    break;
                case 1:
                    await kit.Images.SaveAsync(default);
                    break;
                case 2:
                    await kit.RestartAsync(megabytes: random.Next(2));
                    break;
                default:
                    break;
            }
        }
    }

    [Fact]
    public async Task Many_small_changes_are_merged_into_few_parts()
    {
        await using var kit = await ColumnStoreKit.OpenAsync(20);
        for (var i = 0; i < 30; i++)
        {
            await kit.PutAsync(i % 3, $"city {i}");
            await kit.Images.StateAsync(ColumnStoreKit.Schemas, default);
        }

        var before = ColumnStoreKit.Texts(kit.Images.Current);
        await kit.Images.MergeAsync(default);
        Assert.True(kit.Images.Current.Types[ColumnStoreKit.Type].Parts.Count < 8, "At most 7 of one size.");
        Assert.Equal(before, ColumnStoreKit.Texts(kit.Images.Current));
    }

    [Fact]
    public async Task A_restart_takes_what_was_saved_and_catches_up_with_what_changed_since()
    {
        await using var kit = await ColumnStoreKit.OpenAsync(20);
        await kit.Images.StateAsync(ColumnStoreKit.Schemas, default);
        await kit.Images.SaveAsync(default);
        var saved = Assert.Single(kit.Images.Current.Types[ColumnStoreKit.Type].Parts).Stored.File;
        await kit.PutAsync(3, "Oslo");
        await kit.RestartAsync();
        var state = await kit.Images.StateAsync(ColumnStoreKit.Schemas, default);
        Assert.Equal([saved, null], state.Types[ColumnStoreKit.Type].Parts.Select(held => held.Stored.File));
        Assert.Contains(ColumnStoreKit.Texts(state).Values, text => text.Contains("city=Oslo", StringComparison.Ordinal));
        Assert.Equal(20, state.Images[ColumnStoreKit.Type].Count);
    }

    [Fact]
    public async Task Behind_a_trimmed_feed_columns_are_built_anew()
    {
        await using var kit = await ColumnStoreKit.OpenAsync(5);
        await kit.Images.StateAsync(ColumnStoreKit.Schemas, default);
        await kit.Images.SaveAsync(default);
        await kit.PutAsync(1, "Oslo");
        await kit.PutAsync(2, "Rome");

        // As if another host had gone on from here: this one's place in the feed is lost.
        await kit.Store.Changes.AdvanceAsync(ColumnImages.Consumer, await kit.Store.Changes.LastAsync(default), default);
        await kit.Store.Changes.TrimAsync(default);
        await kit.RestartAsync();
        var texts = ColumnStoreKit.Texts(await kit.Images.StateAsync(ColumnStoreKit.Schemas, default)).Values;
        Assert.Contains(texts, text => text.Contains("city=Oslo", StringComparison.Ordinal));
        Assert.Equal(5, texts.Count);
    }

    [Fact]
    public async Task The_feed_is_kept_until_columns_that_saw_it_are_saved()
    {
        await using var kit = await ColumnStoreKit.OpenAsync(5);
        await kit.Images.StateAsync(ColumnStoreKit.Schemas, default);
        Assert.Equal(0, await kit.Store.Changes.PositionAsync(ColumnImages.Consumer, default));
        await kit.Images.SaveAsync(default);
        Assert.Equal(await kit.Store.Changes.LastAsync(default), await kit.Store.Changes.PositionAsync(ColumnImages.Consumer, default));
    }

    [Fact]
    public async Task Damaged_files_are_built_anew_and_never_trusted()
    {
        await using var kit = await ColumnStoreKit.OpenAsync(40);
        var expected = ColumnStoreKit.Texts(await kit.Images.StateAsync(ColumnStoreKit.Schemas, default));
        await kit.Images.SaveAsync(default);
        var folder = Path.Combine(kit.Directory, "columns");
        var kept = Directory.GetFiles(folder).ToDictionary(file => file, File.ReadAllBytes);
        var random = new Random(5);
        for (var round = 0; round < 60; round++)
        {
            foreach (var (file, bytes) in kept)
            {
                await File.WriteAllBytesAsync(file, bytes);
            }

            var (victim, content) = kept.ElementAt(random.Next(kept.Count));
            var damaged = content.ToArray();
            damaged[random.Next(damaged.Length)] ^= (byte)(1 << random.Next(8));
            await File.WriteAllBytesAsync(victim, random.Next(3) == 0 ? damaged[..random.Next(damaged.Length)] : damaged);
            await using var images = kit.NewImages(megabytes: random.Next(2));
            Assert.Equal(expected, ColumnStoreKit.Texts(await images.StateAsync(ColumnStoreKit.Schemas, default)));
        }
    }

    [Fact]
    public async Task Another_schema_builds_the_columns_that_it_asks_for()
    {
        await using var kit = await ColumnStoreKit.OpenAsync(5);
        await kit.MeasureAsync(2, 17);
        var few = new Dictionary<string, ColumnSchema>
        {
            [ColumnStoreKit.Type] = new(new Dictionary<string, DataType> { ["city"] = DataType.Text }, new Dictionary<string, IReadOnlyDictionary<string, DataType>>()),
        };
        Assert.All(ColumnStoreKit.Texts(await kit.Images.StateAsync(few, default)).Values, text => Assert.DoesNotContain("spend", text, StringComparison.Ordinal));
        Assert.Contains(ColumnStoreKit.Texts(await kit.Images.StateAsync(ColumnStoreKit.Schemas, default)).Values, text => text.Contains("|spend=17", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Whoever_holds_an_image_sees_its_moment_while_everything_changes()
    {
        await using var kit = await ColumnStoreKit.OpenAsync(30);
        var held = await kit.Images.StateAsync(ColumnStoreKit.Schemas, default);
        var before = ColumnStoreKit.Texts(held);
        var random = new Random(9);
        for (var i = 0; i < 50; i++)
        {
            await kit.ChangeAsync(random);
            await kit.Images.StateAsync(ColumnStoreKit.Schemas, default);
            await kit.Images.MergeAsync(default);
        }

        await kit.Images.SaveAsync(default);
        Assert.Equal(before, ColumnStoreKit.Texts(held));
    }

    [Fact]
    public async Task Questions_during_changes_see_one_moment()
    {
        await using var kit = await ColumnStoreKit.OpenAsync(10);
        using var stop = new CancellationTokenSource();

        // Two people always live in one city after each transaction, and move together by a merge into one: never three of the ten elsewhere.
        var writer = Task.Run(async () =>
        {
            for (var i = 0; !stop.IsCancellationRequested; i++)
            {
                await kit.MergeAsync(0, 1);
                await kit.PutAsync(1, $"city {i}");
            }
        });
        for (var i = 0; i < 100; i++)
        {
            var state = await kit.Images.StateAsync(ColumnStoreKit.Schemas, default);
            var count = state.Images[ColumnStoreKit.Type].Count;
            Assert.InRange(count, 9, 10);
            Assert.Equal(count, ColumnStoreKit.Texts(state).Count);
        }

        await stop.CancelAsync();
        await writer;
    }

    [Fact]
    public async Task A_mapped_file_is_let_go_of_when_no_image_holds_it_and_not_before()
    {
        await using var kit = await ColumnStoreKit.OpenAsync(30);
        var before = ColumnStoreKit.Texts(await kit.Images.StateAsync(ColumnStoreKit.Schemas, default));
        await kit.Images.SaveAsync(default);
        var held = await HoldMappedAsync(kit);
        Collect();
        Assert.True(MappedFile.Open > 0);
        Assert.Equal(before, ColumnStoreKit.Texts(held));
        GC.KeepAlive(held);
    }

    private static async Task<ColumnState> HoldMappedAsync(ColumnStoreKit kit)
    {
        await using var images = kit.NewImages(megabytes: 0);
        return await images.StateAsync(ColumnStoreKit.Schemas, default);
    }

    private static void Collect()
    {
        for (var i = 0; i < 3; i++)
        {
            GC.Collect();
            GC.WaitForPendingFinalizers();
        }
    }
}
