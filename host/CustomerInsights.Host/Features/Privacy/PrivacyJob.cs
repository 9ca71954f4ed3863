using CustomerInsights.Core.Model;
using CustomerInsights.Host.Features.Columns;
using CustomerInsights.Host.Features.Exports;
using CustomerInsights.Host.Features.Jobs;
using CustomerInsights.Host.Features.Metadata;
using CustomerInsights.Host.Features.Profiles.Search;
using CustomerInsights.Storage.Jobs;
using CustomerInsights.Storage.Privacy;

namespace CustomerInsights.Host.Features.Privacy;

/// <summary>
/// Does a request: exports people, erases them, or makes them anonymous. Its steps are noted as checkpoints, and each can be done again, so that a kill at any
/// moment costs nothing but time.
/// </summary>
internal sealed class PrivacyJob(
    IPrivacyStore store, IReadAuditStore reads, PrivacyKeys keys, ErasureGate gate, PrivacyFiles files, LoggedPeople logged, ColumnImages columns, SearchIndexes search, MetadataService metadata,
    JobQueue queue, IJobStore jobs, HostSettings settings, TimeProvider clock) : IJobHandler
{
    public const string JobKind = "privacy";

    private const int MostReads = 1000;
    private static readonly TimeSpan s_look = TimeSpan.FromMilliseconds(200);
    private static readonly TimeSpan s_exportsFor = TimeSpan.FromMinutes(10);

    public string Kind => JobKind;

    /// <summary>It waits for exports that tell targets, so that it must not take a worker's place from them.</summary>
    public bool OnlyWaits => true;

    public async Task<JobResult> RunAsync(JobContext job, CancellationToken cancellationToken)
    {
        var request = await store.FindAsync(job.Job.Subject!, cancellationToken) ?? throw new JobFailedException("Bug", $"There is no privacy request '{job.Job.Subject}'.");
        if (request.DoneAt is not null)
        {
            return Done(request);
        }

        if (request.Kind == PrivacyKind.Export)
        {
            return await ExportAsync(job, request, cancellationToken);
        }

        (string Name, Func<Task> Do)[] steps =
        [
            ("prepare", () => PrepareAsync(job, request, cancellationToken)),
            ("delete", () => DeleteAsync(job, request, cancellationToken)),
            ("files", () => DeleteFilesAsync(request, cancellationToken)),
            ("exports", () => TellTargetsAsync(job, request, cancellationToken)),
            ("columns", () => RebuildAsync(job, cancellationToken)),

            // What was on its way when it began.
            ("again", () => AgainAsync(job, request, cancellationToken)),
            ("scrub", () => ScrubAsync(job, cancellationToken)),
        ];
        var first = Array.FindIndex(steps, step => step.Name == job.Checkpoint) + 1;
        foreach (var (name, step) in steps.Skip(first))
        {
            await step();
            await job.CheckpointAsync(name, cancellationToken);
        }

        var closed = await ReceiptAsync(request, cancellationToken);
        await store.CloseAsync(closed, cancellationToken);

        // Once more: what named the people until now has just been deleted.
        await ScrubAsync(job, cancellationToken);
        return Done(closed);
    }

    private static JobResult Done(PrivacyRequest request) => new(request.Subjects, $"{request.Subjects:N0} people: {request.Kind.ToString().ToLowerInvariant()} is done.");

    private async Task PrepareAsync(JobContext job, PrivacyRequest request, CancellationToken cancellationToken)
    {
        var loaded = await keys.LoadAsync(cancellationToken);
        await gate.ReadyAsync(cancellationToken);
        foreach (var person in await store.SubjectsAsync(request.Id, cancellationToken))
        {
            job.Report(person.Number, request.Subjects, "noting what there is");
            gate.Add(await store.PrepareAsync(request.Id, person.Number, (kind, value) => kind.StartsWith("record:", StringComparison.Ordinal) ? loaded.Hash(kind, value) : ErasureGate.HashOf(loaded, kind, value), cancellationToken));
        }
    }

    private async Task DeleteAsync(JobContext job, PrivacyRequest request, CancellationToken cancellationToken)
    {
        var anonymiser = new Anonymiser(await metadata.ModelAsync(cancellationToken));
        foreach (var person in await store.SubjectsAsync(request.Id, cancellationToken))
        {
            job.Report(person.Number, request.Subjects, "deleting");
            if (request.Kind == PrivacyKind.Anonymise)
            {
                await store.AnonymiseAsync(request.Id, person.Number, new ProfileId(Guid.CreateVersion7(clock.GetUtcNow())), anonymiser, cancellationToken);
            }
            else
            {
                while (await store.EraseSomeAsync(request.Id, person.Number, cancellationToken))
                {
                    cancellationToken.ThrowIfCancellationRequested();
                }
            }
        }
    }

    private async Task DeleteFilesAsync(PrivacyRequest request, CancellationToken cancellationToken)
    {
        var events = await logged.DeleteAsync(await store.NamesAsync(request.Id, cancellationToken), cancellationToken);
        await store.CountAsync(request.Id, 1, "loggedEvent", events, cancellationToken);
        foreach (var person in await store.SubjectsAsync(request.Id, cancellationToken))
        {
            if (person.Profile is { } profile)
            {
                foreach (var export in await store.ExportsOfAsync(profile, cancellationToken))
                {
                    await store.CountAsync(request.Id, person.Number, "exportFile", files.Delete(export), cancellationToken);
                }
            }
        }
    }

    // They plan anew, find that the people are no members any more, and tell their targets so. One that cannot now does it in its next run.
    private async Task TellTargetsAsync(JobContext job, PrivacyRequest request, CancellationToken cancellationToken)
    {
        var model = await metadata.ModelAsync(cancellationToken);
        var began = clock.GetTimestamp();
        foreach (var export in (await store.TargetsAsync(request.Id, cancellationToken)).Where(target => !target.Told).Select(target => target.Export).Where(model.Exports.ContainsKey))
        {
            job.Report(0, null, $"telling the target of {export}");
            var (id, _) = await queue.AddOnceAsync(ExportJob.JobKind, export, "{}", "privacy", cancellationToken);
            while (clock.GetElapsedTime(began) < s_exportsFor && await jobs.FindAsync(id, cancellationToken) is { State: JobState.Queued or JobState.Running or JobState.Waiting })
            {
                await Task.Delay(s_look, clock, cancellationToken);
            }
        }
    }

    private async Task RebuildAsync(JobContext job, CancellationToken cancellationToken)
    {
        var model = await metadata.ModelAsync(cancellationToken);
        await columns.PrepareAsync(model, cancellationToken);
        await columns.RebuildAsync(model, (type, done) => job.Report(done, null, $"columns of {type}"), cancellationToken);
        await search.RebuildAsync(model, cancellationToken);
    }

    private async Task AgainAsync(JobContext job, PrivacyRequest request, CancellationToken cancellationToken)
    {
        foreach (var person in await store.SubjectsAsync(request.Id, cancellationToken))
        {
            job.Report(person.Number, request.Subjects, "looking again");
            while (await store.EraseSomeAsync(request.Id, person.Number, cancellationToken))
            {
                cancellationToken.ThrowIfCancellationRequested();
            }
        }

        await logged.DeleteAsync(await store.NamesAsync(request.Id, cancellationToken), cancellationToken);
    }

    private async Task ScrubAsync(JobContext job, CancellationToken cancellationToken)
    {
        job.Report(0, null, "overwriting what was deleted");
        await store.ScrubAsync(cancellationToken);
    }

    private async Task<PrivacyRequest> ReceiptAsync(PrivacyRequest request, CancellationToken cancellationToken)
    {
        var loaded = await keys.LoadAsync(cancellationToken);
        var now = clock.GetUtcNow();
        var text = Receipts.Write(loaded, request, await store.SubjectsAsync(request.Id, cancellationToken), await store.TargetsAsync(request.Id, cancellationToken), now);
        return request with { DoneAt = now, Receipt = text, Signature = loaded.Sign(text) };
    }

    private async Task<JobResult> ExportAsync(JobContext job, PrivacyRequest request, CancellationToken cancellationToken)
    {
        var now = clock.GetUtcNow();
        await using (var json = files.Create(request.Id, PrivacyFiles.JsonName))
        await using (var html = files.Create(request.Id, PrivacyFiles.HtmlName))
        await using (var export = new PersonExport(json, html, request, now))
        {
            foreach (var person in await store.SubjectsAsync(request.Id, cancellationToken))
            {
                job.Report(person.Number, request.Subjects, "gathering");
                export.BeginPerson(person);
                if (person.Profile is { } profile)
                {
                    await foreach (var row in store.ReadHeldAsync(profile, cancellationToken))
                    {
                        await export.AddAsync(row, cancellationToken);
                    }

                    foreach (var read in (await reads.ListAsync(profile, null, null, MostReads, cancellationToken)).Items)
                    {
                        await export.AddAsync(new HeldRow("read", [new("at", read.At), new("by", read.Principal), new("route", read.Route)]), cancellationToken);
                    }
                }

                export.EndPerson();
            }

            await export.EndAsync(cancellationToken);
        }

        files.Publish(request.Id, PrivacyFiles.JsonName);
        files.Publish(request.Id, PrivacyFiles.HtmlName);
        var closed = request with { DoneAt = now, ExpiresAt = now + TimeSpan.FromDays(settings.PrivacyExportDays) };
        await store.CloseAsync(closed, cancellationToken);
        return Done(closed);
    }
}
