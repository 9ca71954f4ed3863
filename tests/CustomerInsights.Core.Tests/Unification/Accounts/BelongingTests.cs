using CustomerInsights.Core.Unification;
using CustomerInsights.Core.Unification.Accounts;

namespace CustomerInsights.Core.Tests.Unification.Accounts;

public sealed class BelongingTests
{
    // Nodes 10 and 11 are records of one account, 7; node 12 is account 8.
    private static readonly Dictionary<long, long> s_accounts = new() { [10] = 7, [11] = 7, [12] = 8 };

    private static MergedProfile Contact(long winner, params long[] nodes) => new(new Cluster(nodes), [new StreamWinner("crm.contacts", winner)], []);

    [Fact]
    public void Winner_and_loser_records_of_an_account_lead_to_the_one_account()
    {
        var found = Belonging.Resolve([Contact(1, 1), Contact(2, 2)], new Dictionary<long, long> { [1] = 10, [2] = 11 }, s_accounts, withinType: false);
        Assert.Equal([7L, 7L], found.Owners);
        Assert.Empty(found.Conflicts);
    }

    [Fact]
    public void The_winner_record_decides_and_the_rest_is_told()
    {
        var found = Belonging.Resolve([Contact(2, 1, 2)], new Dictionary<long, long> { [1] = 12, [2] = 10 }, s_accounts, withinType: false);
        Assert.Equal([7L], found.Owners);
        Assert.Equal([new BelongingConflict(0, new NodeLink(2, 10, 0), new NodeLink(1, 12, 1))], found.Conflicts);
    }

    [Fact]
    public void A_winner_that_points_at_nobody_leaves_the_word_to_the_others()
    {
        var found = Belonging.Resolve([Contact(2, 1, 2)], new Dictionary<long, long> { [1] = 12, [2] = 99 }, s_accounts, withinType: false);
        Assert.Equal([8L], found.Owners);
        Assert.Empty(found.Conflicts);
    }

    [Fact]
    public void Records_of_one_account_that_differ_are_no_conflict() =>
        Assert.Empty(Belonging.Resolve([Contact(2, 1, 2)], new Dictionary<long, long> { [1] = 10, [2] = 11 }, s_accounts, withinType: false).Conflicts);

    [Fact]
    public void A_profile_without_a_known_target_is_an_orphan() =>
        Assert.Equal([null], Belonging.Resolve([Contact(1, 1)], new Dictionary<long, long> { [1] = 99 }, s_accounts, withinType: false).Owners);

    [Fact]
    public void A_profile_whose_records_point_at_each_other_is_no_parent_of_its_own()
    {
        var owners = new Dictionary<long, long> { [1] = 0, [2] = 0, [3] = 1 };
        var found = Belonging.Resolve([Contact(1, 1, 2), Contact(3, 3)], new Dictionary<long, long> { [1] = 2, [2] = 3 }, owners, withinType: true);
        Assert.Equal([1L, null], found.Owners);
    }
}
