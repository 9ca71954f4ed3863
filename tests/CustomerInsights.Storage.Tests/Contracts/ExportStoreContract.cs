using CustomerInsights.Storage.Exports;

namespace CustomerInsights.Storage.Tests.Contracts;

public abstract class ExportStoreContract : StoreContract
{
    private IExportStore Exports => Store.Exports;

    [Fact]
    public async Task A_plan_is_kept_batch_by_batch_and_there_is_one_at_a_time()
    {
        Assert.Null(await Exports.FindPlanAsync("ads", None));
        var plan = await Exports.SavePlanAsync("ads", "job 1", "[]", [[Member(2), Member(1)], [Member(3)]], None);
        Assert.Equal(new ExportPlan("ads", 1, "job 1", "[]", 2, 0, 3, Time.GetUtcNow()), plan);
        await ReopenAsync();
        Assert.Equal(plan, await Exports.FindPlanAsync("ads", None));
        Assert.Equal([Id(2), Id(1)], (await Exports.ReadBatchAsync("ads", 0, None))!.Select(member => member.Profile));
        Assert.Equal((1, "3"), ((await Exports.ReadBatchAsync("ads", 1, None))!.Count, Text((await Exports.ReadBatchAsync("ads", 1, None))![0].Document)));
        Assert.Null(await Exports.ReadBatchAsync("ads", 2, None));
        Assert.Null(await Exports.ReadBatchAsync("ads", -1, None));
        Assert.Null(await Exports.ReadBatchAsync("other", 0, None));
        await Assert.ThrowsAsync<StoreConflictException>(() => Exports.SavePlanAsync("ads", "job 2", "[]", [], None).AsTask());
        await Exports.AdvanceAsync("ads", 1, [], None);
        Assert.Equal(1, (await Exports.FindPlanAsync("ads", None))!.NextBatch);
    }

    [Fact]
    public async Task A_commit_makes_what_was_sent_what_was_last_exported_but_for_refused_members_to_be_retried()
    {
        await CommitAsync([[Member(1, text: "old"), Member(2, text: "old"), Member(3, text: "old"), Member(4, text: "old")]]);
        var refused = new[] { new RefusedMember(Id(2), true, "busy"), new RefusedMember(Id(6), true, "busy"), new RefusedMember(Id(7), false, "no consent"), new RefusedMember(Id(4), true, "busy") };
        var plan = await CommitAsync(
            [[Member(1, 1, "new"), Member(2, 1, "new"), Member(3, 2)], [Member(4, 2), Member(5), Member(6), Member(7)]], refused);
        Assert.Equal(2, plan.Generation);
        Assert.Equal(
            [(Id(1), "new"), (Id(2), "old"), (Id(4), "old"), (Id(5), "5"), (Id(7), "7")],
            (await AllAsync(Exports.ReadExportedAsync("ads", None))).Select(member => (member.Profile, Text(member.Document))));
        Assert.Null(await Exports.FindPlanAsync("ads", None));
    }

    [Fact]
    public async Task An_abandoned_plan_changes_nothing_and_its_generation_comes_again()
    {
        await Exports.SavePlanAsync("ads", "job 1", "[]", [[Member(1)]], None);
        await Exports.AbandonAsync("ads", Run(1, succeeded: false), None);
        Assert.Empty(await AllAsync(Exports.ReadExportedAsync("ads", None)));
        Assert.Equal(1, (await Exports.SavePlanAsync("ads", "job 2", "[]", [], None)).Generation);
        await Assert.ThrowsAsync<StoreConflictException>(() => Exports.CommitAsync("none", Run(1), None).AsTask());
        await Assert.ThrowsAsync<StoreConflictException>(() => Exports.AdvanceAsync("none", 1, [], None).AsTask());
    }

    [Fact]
    public async Task Runs_are_newest_first_and_a_deleted_export_is_forgotten()
    {
        for (var i = 1; i <= 5; i++)
        {
            await CommitAsync([[Member(i)]]);
        }

        Assert.Equal([5, 4, 3, 2, 1], (await PagesAsync(after => Exports.ListRunsAsync("ads", after, 2, None))).Select(run => run.Generation));
        Assert.Equal(Run(1), (await PagesAsync(after => Exports.ListRunsAsync("ads", after, 2, None)))[^1]);
        await Exports.DeleteAsync("ads", None);
        Assert.Empty((await Exports.ListRunsAsync("ads", null, 2, None)).Items);
        Assert.Empty(await AllAsync(Exports.ReadExportedAsync("ads", None)));
        await Assert.ThrowsAsync<BadCursorException>(() => Exports.ListRunsAsync("ads", "x", 2, None).AsTask());
    }

    private static PlannedMember Member(int id, int change = 0, string? text = null) => new(Id(id), change, Doc(text ?? $"{id}"));

    private static ExportRun Run(long generation, bool succeeded = true) =>
        new("job", generation, succeeded, 1, 2, 3, 4, "done", "{}", At(0), At(9));

    private async Task<ExportPlan> CommitAsync(IReadOnlyList<IReadOnlyList<PlannedMember>> batches, params RefusedMember[] refused)
    {
        var plan = await Exports.SavePlanAsync("ads", "job", "[]", batches, None);
        await Exports.AdvanceAsync("ads", batches.Count, refused, None);
        await Exports.CommitAsync("ads", Run(plan.Generation), None);
        return plan;
    }
}
