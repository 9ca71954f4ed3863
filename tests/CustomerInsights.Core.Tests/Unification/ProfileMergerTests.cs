using CustomerInsights.Core.Model;
using CustomerInsights.Core.Unification;
using static CustomerInsights.Core.Tests.Unification.People;

namespace CustomerInsights.Core.Tests.Unification;

public sealed class ProfileMergerTests
{
    private const string Fields = "name email street city changed:Date";

    private static readonly SourceStream Crm = Stream("crm", 1, Fields,
        "9|Ann||1 Main St||2020-01-01", "10|A. Moss|ann@x|||2021-01-01", "11|Annie||||");

    private static readonly SourceStream Shop = Stream("shop", 11, Fields, "p|Anna|shop@x|9 Side Rd|Rome|2022-05-05");

    private static readonly Cluster All = new([1, 2, 3, 11]);

    private static AttributeSource From(string stream, string field) => new() { Stream = stream, Field = field, RecencyField = "changed" };

    private static UnifiedAttribute Attribute(string name, MergeKind kind = MergeKind.Importance) =>
        new() { Name = name, Kind = kind, Sources = [From("crm", name), From("shop", name)] };

    private static ProfileMerger Merger(StreamPolicy crm, params UnifiedAttribute[] attributes) => new(
        new UnificationPolicy { Streams = [crm, Include("shop")], Merge = new MergePolicy { Attributes = attributes } }, Input(Crm, Shop));

    private static string Merge(ProfileMerger merger) =>
        string.Join(' ', merger.Merge(All).Values.Select(v => $"{v.Value}@{v.Node}"));

    [Theory]
    [InlineData(WinnerKind.MostFilled, null, 2)] // 1 and 2 have three values each: the larger key, by amount, wins
    [InlineData(WinnerKind.MostRecent, "changed", 2)]
    [InlineData(WinnerKind.LeastRecent, "changed", 1)]
    public void The_winner_of_duplicates_follows_its_policy(WinnerKind kind, string? field, long winner) =>
        Assert.Equal(winner, Merger(Include("crm") with { Winner = new WinnerPolicy { Kind = kind, Field = field } }).Merge(All).Winners[0].Node);

    [Fact]
    public void Importance_takes_the_first_source_with_a_value() =>
        Assert.Equal("A. Moss@2 ann@x@2 9 Side Rd@11 Rome@11", Merge(Merger(Include("crm"), Attribute("name"), Attribute("email"), Attribute("street"), Attribute("city"))));

    [Fact]
    public void Recency_compares_the_sources_by_their_own_field() =>
        Assert.Equal("Anna@11 A. Moss@2", Merge(Merger(Include("crm"), Attribute("name", MergeKind.MostRecent), Attribute("name", MergeKind.LeastRecent) with { Name = "first name" })));

    [Fact]
    public void A_field_can_have_a_winner_of_its_own()
    {
        var crm = Include("crm") with { FieldWinners = new Dictionary<string, WinnerPolicy> { ["street"] = new() { Kind = WinnerKind.MostRecent, Field = "changed" } } };
        Assert.Equal("A. Moss@2 1 Main St@1", Merge(Merger(crm, Attribute("name"), Attribute("street"))));
    }

    [Fact]
    public void An_excluded_attribute_is_left_out()
    {
        var merger = Merger(Include("crm"), Attribute("name"), Attribute("email") with { Excluded = true });
        Assert.Equal(["name"], merger.Attributes);
        Assert.Throws<ArgumentException>(() => merger.Candidates(All, "email"));
    }

    [Fact]
    public void A_group_is_taken_whole_and_never_mixed()
    {
        var group = new AttributeGroup
        {
            Name = "address",
            Attributes = ["street", "city"],
            Sources = [new GroupSource { Stream = "crm", Fields = ["street", "city"] }, new GroupSource { Stream = "shop", Fields = ["street", "city"] }],
        };
        var policy = new UnificationPolicy { Streams = [Include("crm"), Include("shop")], Merge = new MergePolicy { Groups = [group] } };
        var merger = new ProfileMerger(policy, Input(Crm, Shop));
        Assert.Equal("9 Side Rd@11 Rome@11", Merge(merger)); // the winner of crm has no address at all
        Assert.Equal("1 Main St@1 @", string.Join(' ', merger.Merge(new Cluster([1, 11])).Values.Select(v => $"{v.Value}@{v.Node}")));
        Assert.Equal([new MergeCandidate(Value.Of("Rome"), 11, "shop", "city", Chosen: false)], merger.Candidates(new Cluster([1, 11]), "city"));
    }

    [Fact]
    public void The_losing_candidates_can_be_looked_up() =>
        Assert.Equal(
            [new MergeCandidate(Value.Of("A. Moss"), 2, "crm", "name", true), new MergeCandidate(Value.Of("Anna"), 11, "shop", "name", false)],
            Merger(Include("crm"), Attribute("name")).Candidates(All, "name"));

    [Fact]
    public void A_node_without_a_record_gives_no_values() =>
        Assert.Equal("@", string.Join(' ', Merger(Include("crm"), Attribute("name")).Merge(new Cluster([100])).Values.Select(v => $"{v.Value}@{v.Node}")));

    [Theory]
    [InlineData("9", "10", -1)]
    [InlineData("010", "10", -1)]
    [InlineData("99999999999999999999", "100000000000000000000", -1)]
    [InlineData("5", "a", -1)]
    [InlineData("b", "a", 1)]
    [InlineData("a", "a", 0)]
    public void Keys_of_digits_are_ordered_by_amount(string left, string right, int order)
    {
        Assert.Equal(order, Math.Sign(KeyOrder.Compare(left, right)));
        Assert.Equal(-order, Math.Sign(KeyOrder.Compare(right, left)));
    }
}
