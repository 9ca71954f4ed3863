using CustomerInsights.Storage.Jobs;

namespace CustomerInsights.Storage.Tests.Contracts;

public abstract class JobStoreContract : StoreContract
{
    private static readonly TimeSpan s_lease = TimeSpan.FromSeconds(30);

    private IJobStore Jobs => Store.Jobs;

    [Fact]
    public async Task The_oldest_queued_job_is_leased_once_and_counts_the_attempt()
    {
        await AddAsync(New("b"), New("a"));
        var job = await LeaseAsync();
        Assert.Equal(("a", JobState.Running, 1, At(0)), (job!.Id, job.State, job.Attempts, job.StartedAt!.Value));
        Assert.Equal("b", (await LeaseAsync())!.Id);
        Assert.Null(await LeaseAsync());
    }

    [Fact]
    public async Task A_lapsed_lease_is_taken_over_with_its_checkpoint_and_the_first_owner_has_lost_it()
    {
        await AddAsync(New("a"));
        await LeaseAsync();
        await Jobs.CheckpointAsync("a", "w1", "page 7", None);
        Assert.True(await Jobs.RenewAsync("a", "w1", At(60), new JobProgress(5, 10, "reading"), None));
        Assert.Null(await LeaseAsync(at: 59, owner: "w2"));
        var job = await LeaseAsync(at: 60, owner: "w2");
        Assert.Equal(("page 7", 2, new JobProgress(5, 10, "reading"), At(0)), (job!.Checkpoint, job.Attempts, job.Progress, job.StartedAt!.Value));
        Assert.False(await Jobs.RenewAsync("a", "w1", At(99), null, None));
        await Jobs.CheckpointAsync("a", "w1", "wrong", None);
        await FinishAsync("a", JobState.Failed);
        var found = await Jobs.FindAsync("a", None);
        Assert.Equal((JobState.Running, "page 7"), (found!.State, found.Checkpoint));
    }

    [Fact]
    public async Task A_job_ends_with_result_progress_and_error()
    {
        await AddAsync(New("a"));
        await LeaseAsync();
        Time.Advance(TimeSpan.FromSeconds(5));
        await Jobs.FinishAsync("a", "w1", JobState.Failed, new JobProgress(3, null, null), "{}", new JobError("Transient", "no route"), null, None);
        var job = await Jobs.FindAsync("a", None);
        Assert.Equal(
            (JobState.Failed, new JobProgress(3, null, null), "{}", new JobError("Transient", "no route"), Time.GetUtcNow()),
            (job!.State, job.Progress, job.Result, job.Error, job.FinishedAt!.Value));
    }

    [Fact]
    public async Task A_retry_waits_for_its_time()
    {
        await AddAsync(New("a"));
        await LeaseAsync();
        await Jobs.FinishAsync("a", "w1", JobState.Failed, null, null, new JobError("Transient", "later"), At(100), None);
        Assert.Equal(JobState.Queued, (await Jobs.FindAsync("a", None))!.State);
        Assert.Null(await LeaseAsync(at: 99));
        Assert.Equal(2, (await LeaseAsync(at: 100))!.Attempts);
    }

    [Fact]
    public async Task Dependencies_hold_a_job_back_until_all_have_succeeded()
    {
        await AddAsync(New("c") with { DependsOn = ["a", "b"] }, New("a"), New("b"));
        await LeaseAsync();
        await LeaseAsync();
        await FinishAsync("a", JobState.Succeeded);
        Assert.Null(await LeaseAsync());
        await FinishAsync("b", JobState.Succeeded);
        Assert.Equal("c", (await LeaseAsync())!.Id);
    }

    [Theory]
    [InlineData(JobState.Failed)]
    [InlineData(JobState.Cancelled)]
    public async Task What_depends_on_a_job_that_did_not_succeed_is_skipped_down_the_line(JobState end)
    {
        await AddAsync(New("a"), New("b") with { DependsOn = ["a"] }, New("c") with { DependsOn = ["b"] }, New("d"));
        await LeaseAsync();
        await FinishAsync("a", end);
        await AddAsync(New("e") with { DependsOn = ["c"] });
        Assert.Equal("d", (await LeaseAsync())!.Id);
        foreach (var id in new[] { "b", "c", "e" })
        {
            Assert.Equal(JobState.Skipped, (await Jobs.FindAsync(id, None))!.State);
        }
    }

    [Fact]
    public async Task Cancelling_a_queued_job_cancels_its_dependents_and_children()
    {
        await AddAsync(New("a"), New("b") with { DependsOn = ["a"] }, New("c") with { Parent = "b" }, New("d"));
        Assert.True(await Jobs.CancelAsync("a", None));
        Assert.Equal(
            [JobState.Cancelled, JobState.Cancelled, JobState.Cancelled, JobState.Queued],
            new[] { await StateAsync("a"), await StateAsync("b"), await StateAsync("c"), await StateAsync("d") });
        Assert.False(await Jobs.CancelAsync("a", None));
        Assert.False(await Jobs.CancelAsync("none", None));
    }

    [Fact]
    public async Task A_running_job_is_asked_to_stop_and_told_at_its_next_renewal()
    {
        await AddAsync(New("a"), New("b") with { DependsOn = ["a"] });
        await LeaseAsync();
        Assert.True(await Jobs.CancelAsync("a", None));
        Assert.False(await Jobs.RenewAsync("a", "w1", At(60), null, None));
        var job = await Jobs.FindAsync("a", None);
        Assert.Equal((JobState.Running, true), (job!.State, job.CancelRequested));
        await Jobs.FinishAsync("a", "w1", JobState.Failed, null, null, null, At(1), None);
        Assert.Equal((JobState.Cancelled, JobState.Skipped), (await StateAsync("a"), await StateAsync("b")));
    }

    [Fact]
    public async Task A_job_to_be_cancelled_whose_worker_died_is_not_begun_again()
    {
        await AddAsync(New("a"));
        await LeaseAsync();
        await Jobs.CancelAsync("a", None);
        Assert.Null(await LeaseAsync(at: 60));
        Assert.Equal(JobState.Cancelled, await StateAsync("a"));
    }

    [Theory]
    [InlineData(JobState.Succeeded, JobState.Succeeded, JobState.Succeeded)]
    [InlineData(JobState.Succeeded, JobState.Failed, JobState.Failed)]
    [InlineData(JobState.Cancelled, JobState.Failed, JobState.Failed)]
    [InlineData(JobState.Succeeded, JobState.Cancelled, JobState.Cancelled)]
    public async Task A_waiting_parent_ends_with_its_last_child(JobState first, JobState second, JobState parent)
    {
        await AddAsync(New("p", "refresh"), New("x") with { Parent = "p" }, New("y") with { Parent = "p" }, New("z") with { DependsOn = ["p"] });
        await LeaseAsync();
        await FinishAsync("p", JobState.Waiting);
        Assert.Equal(JobState.Waiting, await StateAsync("p"));
        await LeaseAsync();
        await LeaseAsync();
        await FinishAsync("x", first);
        Assert.Equal(JobState.Waiting, await StateAsync("p"));
        await FinishAsync("y", second);
        Assert.Equal(parent, await StateAsync("p"));
        Assert.Equal(parent == JobState.Succeeded ? JobState.Queued : JobState.Skipped, await StateAsync("z"));
    }

    [Fact]
    public async Task A_parent_whose_children_had_ended_before_it_waits_ends_at_once_and_so_do_its_own_parents()
    {
        await AddAsync(New("g"), New("p") with { Parent = "g" }, New("x") with { Parent = "p" });
        await LeaseAsync();
        await FinishAsync("g", JobState.Waiting);
        await LeaseAsync();
        await LeaseAsync();
        await FinishAsync("x", JobState.Succeeded);
        await FinishAsync("p", JobState.Waiting);
        Assert.Equal((JobState.Succeeded, JobState.Succeeded), (await StateAsync("p"), await StateAsync("g")));
    }

    [Fact]
    public async Task Cancelling_a_waiting_parent_cancels_its_children_and_then_it()
    {
        await AddAsync(New("p"), New("x") with { Parent = "p" }, New("y") with { Parent = "p" });
        await LeaseAsync();
        await FinishAsync("p", JobState.Waiting);
        await LeaseAsync();
        await Jobs.CancelAsync("p", None);
        Assert.Equal((JobState.Waiting, JobState.Cancelled, true), (await StateAsync("p"), await StateAsync("y"), (await Jobs.FindAsync("x", None))!.CancelRequested));
        await FinishAsync("x", JobState.Cancelled);
        Assert.Equal(JobState.Cancelled, await StateAsync("p"));
    }

    [Fact]
    public async Task Jobs_are_added_all_or_none()
    {
        await AddAsync(New("a"));
        await Assert.ThrowsAsync<StoreConflictException>(() => AddAsync(New("b"), New("a")));
        await Assert.ThrowsAsync<StoreConflictException>(() => AddAsync(New("c") with { DependsOn = ["nobody"] }));
        await Assert.ThrowsAsync<StoreConflictException>(() => AddAsync(New("d") with { Parent = "nobody" }));
        Assert.Equal(["a"], (await Jobs.ListAsync(null, null, null, 10, None)).Items.Select(job => job.Id));
    }

    [Fact]
    public async Task Lists_are_newest_first_by_kind_by_parent_or_those_without_parent()
    {
        await AddAsync(New("a"), New("b", "unify"), New("c") with { Parent = "b" }, New("d", "unify") with { Parent = "b" });
        Assert.Equal(["b", "a"], await IdsAsync(null, null));
        Assert.Equal(["d", "b"], await IdsAsync("unify", null));
        Assert.Equal(["d", "c"], await IdsAsync(null, "b"));
        Assert.Equal(["d"], await IdsAsync("unify", "b"));
    }

    [Fact]
    public async Task The_last_that_succeeded_is_by_its_end()
    {
        await AddAsync(New("b") with { Subject = "crm" }, New("c"));
        await LeaseAsync();
        await LeaseAsync();
        Assert.Null(await Jobs.LastSucceededAsync("ingest", "crm", None));
        await FinishAsync("b", JobState.Succeeded);
        await AddAsync(New("a") with { Subject = "crm" });
        await LeaseAsync();
        Time.Advance(TimeSpan.FromSeconds(1));
        await FinishAsync("a", JobState.Succeeded);
        await FinishAsync("c", JobState.Succeeded);
        Assert.Equal("a", (await Jobs.LastSucceededAsync("ingest", "crm", None))!.Id);
        Assert.Equal("c", (await Jobs.LastSucceededAsync("ingest", null, None))!.Id);
        Assert.Null(await Jobs.LastSucceededAsync("unify", null, None));
    }

    [Fact]
    public async Task Jobs_of_one_kind_and_subject_run_one_after_the_other_and_others_pass_them()
    {
        await AddAsync(
            New("a") with { Subject = "crm" }, New("b") with { Subject = "crm" }, New("c") with { Subject = "shop" }, New("d", "export") with { Subject = "crm" });
        Assert.Equal("a", (await LeaseAsync())!.Id);
        Assert.Equal("c", (await LeaseAsync())!.Id);
        Assert.Equal("d", (await LeaseAsync())!.Id);
        Assert.Null(await LeaseAsync());
        await FinishAsync("a", JobState.Failed);
        Assert.Equal("b", (await LeaseAsync())!.Id);
    }

    [Fact]
    public async Task Many_workers_never_get_one_job_twice()
    {
        await AddAsync([.. Enumerable.Range(0, 60).Select(i => New($"j{i:D2}"))]);
        var leased = await Task.WhenAll(Enumerable.Range(0, 80).Select(i => LeaseAsync(owner: $"w{i}")));
        Assert.Equal(60, leased.OfType<Job>().Select(job => job.Id).Distinct().Count());
        Assert.Equal(20, leased.Count(job => job is null));
    }

    private static NewJob New(string id, string kind = "ingest") => new(id, kind, null, """{"x":1}""", "ann", At(0));

    private async Task AddAsync(params NewJob[] jobs) => await Jobs.AddAsync(jobs, None);

    private async Task<Job?> LeaseAsync(int at = 0, string owner = "w1") => await Jobs.LeaseAsync(owner, At(at), s_lease, None);

    private async Task FinishAsync(string id, JobState state) => await Jobs.FinishAsync(id, "w1", state, null, null, null, null, None);

    private async Task<JobState> StateAsync(string id) => (await Jobs.FindAsync(id, None))!.State;

    private async Task<List<string>> IdsAsync(string? kind, string? parent) =>
        [.. (await PagesAsync(after => Jobs.ListAsync(kind, parent, after, 1, None))).Select(job => job.Id)];
}
