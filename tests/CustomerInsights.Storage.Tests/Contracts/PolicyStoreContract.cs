using CustomerInsights.Storage.Policies;

namespace CustomerInsights.Storage.Tests.Contracts;

public abstract class PolicyStoreContract : StoreContract
{
    private const string Type = "customer";

    [Fact]
    public async Task The_active_policy_is_the_one_that_was_activated_last_and_each_change_is_audited()
    {
        Assert.Null(await Store.Policies.FindActiveAsync(Type, None));
        var first = await Store.Policies.ActivateAsync(Active("a", "job 1"), None);
        Assert.Equal(Time.GetUtcNow(), first.At);
        Time.Advance(TimeSpan.FromHours(1));
        Assert.Equal(first, await Store.Policies.ActivateAsync(Active("a", "job 2"), None));
        var second = await Store.Policies.ActivateAsync(Active("b", null), None);
        Assert.Equal(second, await Store.Policies.FindActiveAsync(Type, None));
        Assert.Equal(("""{"of":"b"}""", default(string?), Time.GetUtcNow()), (second.Document, second.Preview, second.At));
        Assert.Null(await Store.Policies.FindActiveAsync("account", None));
        Assert.Equal(2, (await Store.Audit.ListAsync(null, 10, None)).Items.Count(row => row is { Action: "policy.activate", Subject: "unification/customer", Actor: "anna" }));
    }

    [Fact]
    public async Task Previews_are_listed_newest_first_and_the_newest_of_a_policy_is_found()
    {
        foreach (var (id, hash) in new[] { ("1", "a"), ("2", "b"), ("3", "a") })
        {
            await Store.Policies.AddPreviewAsync(Preview(id, hash), None);
        }

        await Store.Policies.AddPreviewAsync(Preview("4", "a") with { ProfileType = "account" }, None);
        var page = await Store.Policies.ListPreviewsAsync(Type, null, 2, None);
        Assert.Equal(["3", "2"], page.Items.Select(one => one.Id));
        Assert.Equal(["1"], (await Store.Policies.ListPreviewsAsync(Type, page.Next, 2, None)).Items.Select(one => one.Id));
        Assert.Equal(Preview("3", "a"), await Store.Policies.FindPreviewOfAsync(Type, "a", None));
        Assert.Equal(Preview("2", "b"), await Store.Policies.FindPreviewAsync("2", None));
        Assert.Null(await Store.Policies.FindPreviewOfAsync("account", "b", None));
        Assert.Equal(["account", "customer"], await Store.Policies.TypesAsync(None));
    }

    [Fact]
    public async Task A_preview_keeps_its_labels_until_it_is_computed_again()
    {
        await Store.Policies.AddPreviewAsync(Preview("1", "a"), None);
        await Store.Policies.AddPreviewAsync(Preview("2", "a"), None);
        Assert.True(await Store.Policies.LabelAsync("1", [new(3, 7, true), new(1, 9, false)], "anna", None));
        Time.Advance(TimeSpan.FromHours(1));
        Assert.True(await Store.Policies.LabelAsync("1", [new(3, 7, false)], "bert", None));
        Assert.False(await Store.Policies.LabelAsync("none", [new(3, 7, false)], "bert", None));
        var now = Time.GetUtcNow();
        Assert.Equal([new(1, 9, false, now.AddHours(-1), "anna"), new PreviewLabel(3, 7, false, now, "bert")], await Store.Policies.LabelsAsync("1", None));
        Assert.Empty(await Store.Policies.LabelsAsync("2", None));
        await Store.Policies.AddPreviewAsync(Preview("1", "b"), None);
        Assert.Empty(await Store.Policies.LabelsAsync("1", None));
    }

    [Fact]
    public async Task Of_many_previews_the_newest_are_kept()
    {
        for (var i = 0; i < IPolicyStore.MostPreviews + 3; i++)
        {
            await Store.Policies.AddPreviewAsync(Preview($"{i}", "a"), None);
        }

        var kept = (await Store.Policies.ListPreviewsAsync(Type, null, 200, None)).Items.Select(one => one.Id).ToList();
        Assert.Equal(IPolicyStore.MostPreviews, kept.Count);
        Assert.Equal("3", kept[^1]);
    }

    [Fact]
    public async Task A_deleted_policy_leaves_nothing()
    {
        await Store.Policies.ActivateAsync(Active("a", "1"), None);
        await Store.Policies.AddPreviewAsync(Preview("1", "a"), None);
        await Store.Policies.LabelAsync("1", [new(3, 7, true)], "anna", None);
        await Store.Policies.ForgetAsync(Type, None);
        Assert.Null(await Store.Policies.FindActiveAsync(Type, None));
        Assert.Empty((await Store.Policies.ListPreviewsAsync(Type, null, 10, None)).Items);
        Assert.Empty(await Store.Policies.TypesAsync(None));
        await Store.Policies.AddPreviewAsync(Preview("1", "a"), None);
        Assert.Empty(await Store.Policies.LabelsAsync("1", None));
    }

    private static ActivePolicy Active(string hash, string? preview) => new(Type, $$"""{"of":"{{hash}}"}""", preview, default, "anna");

    private PolicyPreview Preview(string id, string hash) => new(id, Type, hash, $$"""{"of":"{{hash}}"}""", "{}", Time.GetUtcNow(), "anna");
}
