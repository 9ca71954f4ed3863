using CustomerInsights.Core.Model;
using CustomerInsights.Host.Features.Exports;
using CustomerInsights.Storage.Exports;

namespace CustomerInsights.Host.Tests.Exports;

public sealed class KeyedPlanTests
{
    private readonly KeyedPlan _plan = new("contact_id");

    [Fact]
    public void A_changed_value_is_the_old_one_removed_and_then_the_new_one_added()
    {
        var profile = Profile(1);
        _plan.Take(Member(profile, PlannedChange.Changed, "b"), Document("a"));

        Assert.Equal([(PlannedChange.Removed, "a"), (PlannedChange.Added, "b")], Told([]));
    }

    [Fact]
    public void A_change_of_another_field_is_a_change()
    {
        _plan.Take(Member(Profile(1), PlannedChange.Changed, "a"), Document("a"));

        Assert.Equal([(PlannedChange.Changed, "a")], Told([]));
    }

    [Fact]
    public void Who_takes_a_value_over_comes_after_its_removal()
    {
        _plan.Take(Member(Profile(2), PlannedChange.Added, "a"), null);

        Assert.Equal([(PlannedChange.Removed, "a"), (PlannedChange.Added, "a")], Told([Member(Profile(1), PlannedChange.Removed, "a")]));
    }

    [Fact]
    public void Who_keeps_a_value_that_another_has_given_up_is_sent_again_and_nobody_else()
    {
        _plan.Take(Member(Profile(2), PlannedChange.Unchanged, "A"), Document("A"));
        _plan.Take(Member(Profile(3), PlannedChange.Unchanged, "c"), Document("c"));

        Assert.Equal([(PlannedChange.Removed, "a"), (PlannedChange.Changed, "A")], Told([Member(Profile(1), PlannedChange.Removed, "a")]));
    }

    [Fact]
    public void Without_a_change_there_is_nothing_to_send()
    {
        _plan.Take(Member(Profile(1), PlannedChange.Unchanged, "a"), Document("a"));

        Assert.Empty(Told([]));
    }

    private List<(int Change, string Key)> Told(IEnumerable<PlannedMember> left) =>
        [.. _plan.Plan(left).Select(member => (member.Change, ValueDocument.Read(member.Document)["contact_id"].ToString()))];

    private static PlannedMember Member(ProfileId profile, int change, string key) => new(profile, change, Document(key));

    private static byte[] Document(string key) => ValueDocument.Write([KeyValuePair.Create("contact_id", Value.Of(key))]);

    private static ProfileId Profile(int number) => new(new Guid(number, 0, 0, new byte[8]));
}
