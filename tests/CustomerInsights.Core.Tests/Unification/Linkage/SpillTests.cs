using CustomerInsights.Core.Unification.Linkage;

namespace CustomerInsights.Core.Tests.Unification.Linkage;

/// <summary>A run whose memory is bounded finds what one without a bound finds, or says beforehand that it cannot.</summary>
public sealed class SpillTests
{
    private static readonly MatcherOptions s_free = new() { Threads = 2 };

    [Theory]
    [InlineData(1, 1)]
    [InlineData(2, 2)]
    [InlineData(3, 3)]
    public void What_is_put_aside_changes_nothing_to_the_bit(int seed, int threads)
    {
        // So little memory that all pairs but two blocks are put aside.
        var people = new People(9000, seed);
        var (free, spill) = (Matcher.Run(People.Columns(people.Rows), s_free), new MemorySpill());
        var bounded = Matcher.Run(People.Columns(people.Rows), s_free with { Threads = threads, MemoryMegabytes = Least(people), Spill = spill });
        Assert.True(spill.Bytes > 0, "nothing was put aside");
        Assert.Equal((0, 1, spill.Bytes, 0), (spill.Open, spill.Made, bounded.SpilledBytes, free.SpilledBytes));
        Assert.Equal(free.Clusters, bounded.Clusters);
        Assert.Equal(free.Pairs, bounded.Pairs);
        Assert.Equal(free.Patterns.OfPair, bounded.Patterns.OfPair);
        Assert.Equal(free.Model!.Bits, bounded.Model!.Bits);
    }

    [Fact]
    public void Pairs_come_back_in_the_order_in_which_they_went()
    {
        foreach (var count in new[] { 0, 1, PairStore.Block, (5 * PairStore.Block) - 1, (7 * PairStore.Block) + 3 })
        {
            var spill = new MemorySpill();
            using (var store = new PairStore(0, spill))
            {
                for (var i = 0; i < count; i++)
                {
                    store.Add((ulong)i * 3, -i);
                }

                for (var round = 0; round < 2; round++)
                {
                    var next = 0;
                    store.ForEach((pairs, numbers) =>
                    {
                        for (var i = 0; i < pairs.Length; i++, next++)
                        {
                            Assert.Equal(((ulong)next * 3, -next), (pairs[i], numbers[i]));
                        }
                    });
                    Assert.Equal(count, next);
                }
            }

            Assert.Equal((0, count / PairStore.Block * PairStore.Block * 12L), (spill.Open, spill.Bytes));
        }
    }

    [Fact]
    public void Records_that_exceed_the_bound_alone_are_refused_with_what_they_take()
    {
        var columns = People.Columns(new People(9000, 1).Rows);
        var error = Assert.Throws<MatcherMemoryException>(() => Matcher.Run(columns, s_free with { MemoryMegabytes = 1, Spill = new MemorySpill() }));
        Assert.Equal(1, error.AllowedMegabytes);
        Assert.Contains($"Set memoryMegabytes to {error.RequiredMegabytes}", error.Message, StringComparison.Ordinal);
        Assert.NotEmpty(Matcher.Run(columns, s_free with { MemoryMegabytes = error.RequiredMegabytes, Spill = new MemorySpill() }).Clusters);
    }

    [Fact]
    public void A_bound_without_a_place_to_put_things_is_refused() =>
        Assert.Throws<ArgumentException>(() => Matcher.Run(People.Columns(new People(100, 1).Rows), s_free with { MemoryMegabytes = 1000 }));

    [Fact]
    public void A_place_that_is_full_ends_the_run_with_its_own_words_and_nothing_is_left()
    {
        var (people, spill) = (new People(9000, 2), new MemorySpill(most: 100_000));
        var error = Assert.Throws<SpillException>(() => Matcher.Run(People.Columns(people.Rows), s_free with { MemoryMegabytes = Least(people), Spill = spill }));
        Assert.Equal("There is no more room.", error.Message);
        Assert.Equal((0, 1), (spill.Open, spill.Made));
    }

    [Fact]
    public void A_run_that_is_cancelled_leaves_nothing_behind()
    {
        var (people, spill) = (new People(9000, 3), new MemorySpill());
        using var cancellation = new CancellationTokenSource();
        void Step(string name)
        {
            if (name == "model")
            {
                cancellation.Cancel();
            }
        }

        Assert.ThrowsAny<OperationCanceledException>(() => Matcher.Run(People.Columns(people.Rows), s_free with { MemoryMegabytes = Least(people), Spill = spill }, Step, cancellation.Token));
        Assert.Equal((0, 1), (spill.Open, spill.Made));
    }

    // The least that is not refused.
    private static int Least(People people) =>
        Assert.Throws<MatcherMemoryException>(() => Matcher.Run(People.Columns(people.Rows), s_free with { MemoryMegabytes = 1, Spill = new MemorySpill() })).RequiredMegabytes;
}
