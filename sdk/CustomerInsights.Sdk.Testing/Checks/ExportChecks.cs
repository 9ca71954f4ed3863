using CustomerInsights.Plugins.Boundary;
using CustomerInsights.Plugins.Manifests;
using CustomerInsights.Sdk.Testing.Fixtures;
using CustomerInsights.Sdk.Testing.Running;
using CustomerInsights.Sdk.Testing.Server;

namespace CustomerInsights.Sdk.Testing.Checks;

/// <summary>W: what an export writes, and when it is there.</summary>
internal static class ExportChecks
{
    internal static IReadOnlyList<Check> All { get; } =
    [
        new("W01", "The description holds, and the check of good settings passes", Subject.Export, DescribedAsync),
        new("W02", "Every member arrives", Subject.Export, ArrivesAsync),
        new("W03", "A batch that comes twice is there once", Subject.Export, TwiceAsync),
        new("W04", "The outcomes say what is at the target", Subject.Export, OutcomesAsync),
        new("W05", "Nothing is visible before the commit, nor after an abort", Subject.Export, VisibleAsync) { Note = "For targets that declare Transactional." },
        new("W06", "A run that broke before its commit comes again whole", Subject.Export, CrashAsync),
        new("W07", "Who is removed goes from the target", Subject.Export, RemovedAsync),
        new("W08", "A batch of MaxBatch members is taken", Subject.Export, LargestAsync),
        new("W09", "A dry run changes nothing", Subject.Export, DryAsync),
        new("W10", "429 of the target is waited for or handed on, and nothing is lost or doubled", Subject.Export, TooManyAsync),
        new("W11", "The later change of a member wins", Subject.Export, OrderAsync) { Note = "For targets that receive the difference." },
    ];

    private static async Task<ExportDescriptor> DescribeAsync(Trial trial, byte[] config, CancellationToken cancellationToken)
    {
        await using var target = await trial.OpenTargetAsync(config, cancellationToken);
        return await target.DescribeAsync(cancellationToken);
    }

    private static async Task DescribedAsync(Trial trial, CancellationToken cancellationToken)
    {
        var config = trial.Bench.Set(trial.Component);
        await using var target = await trial.OpenTargetAsync(config, cancellationToken);
        var described = await target.DescribeAsync(cancellationToken);
        var missing = described.RequiredFields.Select(field => field.Name).Except(trial.Fields().Select(field => field.Name), StringComparer.Ordinal).ToList();
        Expect.That(missing.Count == 0, $"The target requires the fields {Expect.Some(missing)}, which test.json does not give its members.");
        var failed = (await target.CheckAsync(cancellationToken)).Items.FirstOrDefault(item => !item.Ok);
        Expect.That(failed is null, $"With the settings of test.json the check '{failed?.Name}' fails: {failed?.Message}");
    }

    private static async Task ArrivesAsync(Trial trial, CancellationToken cancellationToken)
    {
        var config = trial.Bench.Set(trial.Component);
        var members = trial.Accepted();
        await trial.ExportAsync(config, trial.Job("run-1", members.Count), [.. members.Select(member => trial.Member(member))], cancellationToken);
        MustBeThere(trial, members, 1, "After the commit");
    }

    private static void MustBeThere(Trial trial, IReadOnlyList<TestMember> members, int times, string when)
    {
        foreach (var member in members)
        {
            var found = trial.Visible(trial.Token(member));
            Expect.That(found == times, $"{when} member '{member.Id}' ({trial.Token(member)}) is at the target {found} times; expected was {times}.");
        }
    }

    private static async Task TwiceAsync(Trial trial, CancellationToken cancellationToken)
    {
        var config = trial.Bench.Set(trial.Component);
        var described = await DescribeAsync(trial, config, cancellationToken);
        if (!described.Idempotent && described.Visibility == ExportVisibility.Stepwise)
        {
            throw Expect.NotHere("The target works in steps and does not say that it is idempotent.");
        }

        var members = trial.Accepted();
        await using (var target = await trial.OpenTargetAsync(config, cancellationToken))
        await using (var session = await target.OpenAsync(trial.Job("run-1", members.Count), cancellationToken))
        {
            foreach (var member in members)
            {
                await session.WriteAsync($"batch-{member.Id}", [trial.Member(member)], cancellationToken);
                await session.WriteAsync($"batch-{member.Id}", [trial.Member(member)], cancellationToken);
            }

            await session.CommitAsync(cancellationToken);
        }

        MustBeThere(trial, members, 1, "Each batch was sent twice with the same id, as after a failure. After the commit");
    }

    private static async Task OutcomesAsync(Trial trial, CancellationToken cancellationToken)
    {
        var config = trial.Bench.Set(trial.Component);
        var members = trial.TestMembers();
        var outcomes = await trial.ExportAsync(config, trial.Job("run-1", members.Count), [.. members.Select(member => trial.Member(member))], cancellationToken);
        foreach (var (member, outcome) in members.Zip(outcomes))
        {
            var accepted = outcome.Result is MemberResult.Accepted or MemberResult.Unchanged;
            var there = trial.Visible(trial.Token(member)) > 0;
            Expect.That(accepted == there, $"The outcome of '{member.Id}' is {outcome.Result}, and it is {(there ? "" : "not ")}at the target.");
            Expect.That(accepted == !member.Rejected, $"The outcome of '{member.Id}' is {outcome.Result}; test.json says that the target {(member.Rejected ? "refuses" : "takes")} it.");
            Expect.That(accepted || !string.IsNullOrWhiteSpace(outcome.Reason), $"'{member.Id}' is refused ({outcome.Result}) without a reason.");
        }
    }

    private static async Task VisibleAsync(Trial trial, CancellationToken cancellationToken)
    {
        var config = trial.Bench.Set(trial.Component);
        if ((await DescribeAsync(trial, config, cancellationToken)).Visibility != ExportVisibility.Transactional)
        {
            throw Expect.NotHere("The target does not declare transactions.");
        }

        var members = trial.Accepted();
        await using var target = await trial.OpenTargetAsync(config, cancellationToken);
        foreach (var (end, run) in ((string, string)[])[("abort", "run-1"), ("dispose", "run-2"), ("commit", "run-3")])
        {
            await using (var session = await target.OpenAsync(trial.Job(run, members.Count), cancellationToken))
            {
                await WriteAllAsync(trial, session, members, cancellationToken);
                MustBeThere(trial, members, 0, "Before the commit");
                if (end == "abort")
                {
                    await session.AbortAsync(cancellationToken);
                }
                else if (end == "commit")
                {
                    await session.CommitAsync(cancellationToken);
                }
            }

            MustBeThere(trial, members, end == "commit" ? 1 : 0, $"After the {end}");
        }
    }

    private static async Task WriteAllAsync(Trial trial, Plugins.Components.PluginExportSession session, IReadOnlyList<TestMember> members, CancellationToken cancellationToken)
    {
        foreach (var member in members)
        {
            await session.WriteAsync($"batch-{member.Id}", [trial.Member(member)], cancellationToken);
        }
    }

    private static async Task CrashAsync(Trial trial, CancellationToken cancellationToken)
    {
        var config = trial.Bench.Set(trial.Component);
        var described = await DescribeAsync(trial, config, cancellationToken);
        if (!described.Idempotent && described.Visibility == ExportVisibility.Stepwise)
        {
            throw Expect.NotHere("The target works in steps and does not say that it is idempotent: a batch may come twice.");
        }

        var members = trial.Accepted();
        var target = await trial.OpenTargetAsync(config, cancellationToken);
        try
        {
            var session = await target.OpenAsync(trial.Job("run-1", members.Count), cancellationToken);
            await WriteAllAsync(trial, session, [.. members.Take(members.Count - 1)], cancellationToken);
            if (trial.Mode == IsolationMode.InProcess)
            {
                // In process a crash cannot be had; what comes closest is a session that nobody ends.
                await session.DisposeAsync();
            }
            else
            {
                using var worker = System.Diagnostics.Process.GetProcessById(trial.Bench.Loggers.WorkerId);
                worker.Kill();
                await worker.WaitForExitAsync(cancellationToken);
            }
        }
        finally
        {
            await target.DisposeAsync();
        }

        await trial.Bench.Host.ReloadAsync(trial.Bench.PluginId, cancellationToken);
        await using var again = await trial.OpenTargetAsync(config, cancellationToken);
        await using (var session = await again.OpenAsync(trial.Job("run-1", members.Count), cancellationToken))
        {
            await WriteAllAsync(trial, session, members, cancellationToken);
            await session.CommitAsync(cancellationToken);
        }

        MustBeThere(trial, members, 1, "The run broke between its batches and its commit, and came again from its first batch. Afterwards");
    }

    private static async Task RemovedAsync(Trial trial, CancellationToken cancellationToken)
    {
        var config = trial.Bench.Set(trial.Component);
        var described = await DescribeAsync(trial, config, cancellationToken);
        var members = trial.Accepted();
        await trial.ExportAsync(config, trial.Job("run-1", members.Count), [.. members.Select(member => trial.Member(member))], cancellationToken);
        IReadOnlyList<ExportMember> next = described.Membership == ExportMembership.Difference
            ? [trial.Member(members[0], MemberChange.Removed)]
            : [.. members.Skip(1).Select(member => trial.Member(member))];
        await trial.ExportAsync(config, trial.Job("run-2", next.Count, generation: 2), next, cancellationToken);
        var found = trial.Visible(trial.Token(members[0]));
        Expect.That(found == 0, $"'{members[0].Id}' has left the segment ({(described.Membership == ExportMembership.Difference ? "MemberChange.Removed" : "not in the full export any more")}), and is still at the target.");
        MustBeThere(trial, [.. members.Skip(1)], 1, "After another member was removed");
    }

    private static async Task LargestAsync(Trial trial, CancellationToken cancellationToken)
    {
        var config = trial.Bench.Set(trial.Component);
        var most = (await DescribeAsync(trial, config, cancellationToken)).MaxBatch;
        var members = trial.Accepted();
        var batch = Enumerable.Range(0, most).Select(i => trial.Member(members[i % members.Count] with { Id = $"kit-{i:00000}" })).ToList();
        await using var target = await trial.OpenTargetAsync(config, cancellationToken);
        await using var session = await target.OpenAsync(trial.Job("run-1", most), cancellationToken);
        var outcomes = await session.WriteAsync("batch-1", batch, cancellationToken);
        var refused = outcomes.FirstOrDefault(outcome => outcome.Result is MemberResult.RejectedPermanent or MemberResult.RejectedRetryable);
        Expect.That(refused is null, $"In a batch of {most}, which is the MaxBatch that the target declares, a member was refused: {refused?.Reason} Cut the batch for the target, or declare a smaller MaxBatch.");
        await session.AbortAsync(cancellationToken);
    }

    private static async Task DryAsync(Trial trial, CancellationToken cancellationToken)
    {
        var config = trial.Bench.Set(trial.Component);
        var before = trial.Snapshot();
        var members = trial.Accepted();
        try
        {
            await trial.ExportAsync(config, trial.Job("run-1", members.Count) with { DryRun = true }, [.. members.Select(member => trial.Member(member))], cancellationToken);
        }
        catch (PluginCallException error)
        {
            Expect.That(error.Failure.Kind != FailureKind.Bug, $"A dry run failed as a bug: {error.Message}");
        }

        Expect.That(trial.Snapshot() == before, $"A dry run (ExportJob.DryRun) changed something at the target.");
    }

    private static async Task TooManyAsync(Trial trial, CancellationToken cancellationToken)
    {
        FaultChecks.NeedServer(trial);
        var config = trial.Bench.Set(trial.Component);
        var members = trial.Accepted();
        await using (var target = await trial.OpenTargetAsync(config, cancellationToken))
        await using (var session = await target.OpenAsync(trial.Job("run-1", members.Count), cancellationToken))
        {
            trial.Bench.Server.Forget(new ServerFault(FaultKind.TooManySeconds, From: 1));
            foreach (var member in members)
            {
                try
                {
                    await session.WriteAsync($"batch-{member.Id}", [trial.Member(member)], cancellationToken);
                }
                catch (PluginCallException error) when (error.Failure.Kind is FailureKind.RateLimited or FailureKind.Transient)
                {
                    // As the host does: the same batch again.
                    await session.WriteAsync($"batch-{member.Id}", [trial.Member(member)], cancellationToken);
                }
            }

            await session.CommitAsync(cancellationToken);
        }

        MustBeThere(trial, members, 1, "The target answered a request with 429. Afterwards");
    }

    private static async Task OrderAsync(Trial trial, CancellationToken cancellationToken)
    {
        var config = trial.Bench.Set(trial.Component);
        var described = await DescribeAsync(trial, config, cancellationToken);
        if (described.Membership != ExportMembership.Difference)
        {
            throw Expect.NotHere("The target receives the full membership, in which each member is once.");
        }

        var members = trial.Accepted();
        var keyed = described.KeyField is not null;
        var (first, later) = (members[0], members[1] with { Id = members[0].Id });
        await using (var target = await trial.OpenTargetAsync(config, cancellationToken))
        await using (var session = await target.OpenAsync(trial.Job("run-1", 2), cancellationToken))
        {
            await session.WriteAsync("batch-1", [trial.Member(first)], cancellationToken);
            IReadOnlyList<ExportMember> change = keyed ? [trial.Member(first, MemberChange.Removed), trial.Member(later)] : [trial.Member(later, MemberChange.Changed)];
            await session.WriteAsync("batch-2", change, cancellationToken);
            await session.CommitAsync(cancellationToken);
        }

        Expect.That(trial.Visible(trial.Token(later)) > 0, $"'{first.Id}' was added and then changed, and the change is not at the target.");
        Expect.That(trial.Visible(trial.Token(first)) == 0, $"'{first.Id}' was added and then changed, and its old value is still at the target.");
    }
}
