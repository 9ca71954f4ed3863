using CustomerInsights.Core.Unification.Accounts;

namespace CustomerInsights.Core.Tests.Unification.Accounts;

public sealed class ParentCyclesTests
{
    [Fact]
    public void A_tree_has_no_circle() => Assert.Empty(ParentCycles.Find(new Dictionary<long, long> { [2] = 1, [3] = 1, [4] = 3 }));

    [Fact]
    public void A_circle_is_told_once_from_its_smallest_member_and_what_hangs_on_it_is_no_part_of_it()
    {
        var circles = ParentCycles.Find(new Dictionary<long, long> { [9] = 5, [7] = 5, [5] = 3, [3] = 7, [20] = 21, [21] = 20, [30] = 1 });
        Assert.Equal([[3L, 7, 5], [20L, 21]], circles);
    }

    [Fact]
    public void The_order_of_the_parents_changes_nothing()
    {
        var random = new Random(4);
        for (var round = 0; round < 100; round++)
        {
            var pairs = Enumerable.Range(0, 30).Select(child => KeyValuePair.Create((long)child, (long)random.Next(40))).ToArray();
            var before = ParentCycles.Find(new Dictionary<long, long>(pairs));
            random.Shuffle(pairs);
            Assert.Equal(before, ParentCycles.Find(new Dictionary<long, long>(pairs)));
        }
    }

    [Fact]
    public void A_parent_of_its_own_is_a_circle_of_one() => Assert.Equal([[4L]], ParentCycles.Find(new Dictionary<long, long> { [4] = 4 }));
}
