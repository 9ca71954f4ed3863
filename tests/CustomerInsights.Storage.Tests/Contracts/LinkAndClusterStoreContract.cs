using CustomerInsights.Core.Model;
using CustomerInsights.Storage.Clusters;
using CustomerInsights.Storage.Links;
using CustomerInsights.Storage.Profiles;

namespace CustomerInsights.Storage.Tests.Contracts;

public abstract class LinkAndClusterStoreContract : StoreContract
{
    private const string Type = "account";
    private const string Kind = "household";

    [Fact]
    public async Task Of_several_links_of_a_profile_the_smallest_rank_decides_and_one_that_leads_nowhere_does_not()
    {
        await PutAsync(1, 10, 11);
        await PutAsync(2, 20);
        await PutAsync(3, 30);
        await LinkAsync(new StoredLink(10, 20, 1), new StoredLink(11, 99, 0));
        Assert.Equal(Id(2), (await Store.Links.TargetAsync(Id(1), LinkKind.BelongsTo, None))!.Id);
        await LinkAsync(new StoredLink(11, 30, 0));
        Assert.Equal(Id(3), (await Store.Links.TargetAsync(Id(1), LinkKind.BelongsTo, None))!.Id);
        Assert.Empty((await Store.Links.SourcesAsync(Id(2), LinkKind.BelongsTo, null, null, 10, None)).Items);
        Assert.Equal([Id(1)], (await Store.Links.SourcesAsync(Id(3), LinkKind.BelongsTo, Type, null, 10, None)).Items.Select(profile => profile.Id));
        Assert.Equal([new StoredLink(10, 20, 1), new StoredLink(11, 30, 0)], await AllAsync(Store.Links.ReadAsync(Type, LinkKind.BelongsTo, None)));
        await Store.Links.ApplyAsync(new LinkChanges(Type, LinkKind.BelongsTo, [], [10, 11]), None);
        Assert.Null(await Store.Links.TargetAsync(Id(1), LinkKind.BelongsTo, None));
        Assert.Empty(await AllAsync(Store.Links.ReadTargetsAsync(Type, LinkKind.BelongsTo, None)));
    }

    [Fact]
    public async Task Descendants_come_by_depth_over_any_pages_and_a_circle_is_not_followed()
    {
        foreach (var id in Enumerable.Range(1, 6))
        {
            await PutAsync(id, id * 10);
        }

        // 1 and 2 are each other's parent; 3 and 5 hang on 1, 4 on 3, 6 on 4.
        await LinkAsync(LinkKind.Parent, new(10, 20, 0), new(20, 10, 0), new(30, 10, 0), new(50, 10, 0), new(40, 30, 0), new(60, 40, 0));
        foreach (var size in new[] { 1, 2, 10 })
        {
            var found = await PagesAsync(after => Store.Links.DescendantsAsync(Id(1), 100, after, size, None));
            Assert.Equal([(Id(3), 1, Id(1)), (Id(5), 1, Id(1)), (Id(4), 2, Id(3)), (Id(6), 3, Id(4))], found.Select(one => (one.Profile.Id, one.Depth, one.Parent)));
        }

        Assert.Equal(3, (await Store.Links.DescendantsAsync(Id(1), 2, null, 10, None)).Items.Count);
        var above = await Store.Links.AncestorsAsync(Id(6), None);
        Assert.Equal([Id(4), Id(3), Id(1)], above.Profiles.Select(profile => profile.Id));
        Assert.Equal([Id(1), Id(2)], above.Circle);
        Assert.Empty((await Store.Links.AncestorsAsync(Id(2), None)).Profiles);
    }

    [Fact]
    public async Task A_cluster_has_the_profiles_of_its_nodes_and_a_merged_id_leads_on()
    {
        await PutAsync(1, 10, 11);
        await PutAsync(2, 20);
        await PutAsync(3, 30);
        await ClusterAsync([new ClusterPut(Cluster(1), 10, [10, 11, 20]), new ClusterPut(Cluster(2), 30, [30])]);
        Assert.Equal([Id(1), Id(2)], (await PagesAsync(after => Store.Clusters.MembersAsync(Cluster(1), after, 1, None))).Select(profile => profile.Id));
        await Store.Clusters.ApplyAsync(
            new ClusterChanges(Type, Kind, [new ClusterPut(Cluster(1), 10, [10, 11, 20, 30])], [], [KeyValuePair.Create(Cluster(2), Cluster(1))]), None);
        var found = (await Store.Clusters.FindAsync(Cluster(2), None))!;
        Assert.Equal((Cluster(1), Kind, 3L), (found.Id, found.Name, found.Members));
        Assert.Equal([Cluster(2)], found.PreviousIds);
        Assert.Equal(30, Assert.Single(await AllAsync(Store.Clusters.ReadRedirectedAsync(Type, Kind, None))).FirstNode);
        await Store.Clusters.ApplyAsync(new ClusterChanges(Type, Kind, [], [Cluster(1), Cluster(2)], []), None);
        Assert.Null(await Store.Clusters.FindAsync(Cluster(2), None));
        Assert.Empty(await Store.Clusters.NamesAsync(Type, None));
    }

    private static ClusterId Cluster(int number) => new(Id(number).Value);

    private async Task ClusterAsync(IReadOnlyList<ClusterPut> puts) => await Store.Clusters.ApplyAsync(new ClusterChanges(Type, Kind, puts, [], []), None);

    private Task LinkAsync(params StoredLink[] links) => LinkAsync(LinkKind.BelongsTo, links);

    private async Task LinkAsync(LinkKind kind, params StoredLink[] links) => await Store.Links.ApplyAsync(new LinkChanges(Type, kind, links, []), None);

    private async Task PutAsync(int id, params long[] nodes) =>
        await Store.Profiles.ApplyAsync(
            new ProfileChanges(Type, [new ProfilePut(Id(id), nodes[0], nodes, Doc("{}"), "{}", $"Account {id}", "", [], new byte[32])], [], [], [], [], "job 1"), None);
}
