using System.Runtime.CompilerServices;
using System.Text.Json;
using System.Threading.Channels;
using CustomerInsights.Sdk;

namespace CustomerInsights.Enrichments.Office365Engagement;

/// <summary>
/// How engaged accounts are by e-mails and meetings with the own organisation. Reads headers and calendars of own mailboxes from Microsoft Graph, and gives
/// counts and a score; nothing of a single message or meeting leaves it.
/// </summary>
public sealed class EngagementEnrichment : IPopulationEnrichment
{
    private const int Batch = 500;
    private const int MostRows = 10_000;

    // New addresses are worth reading everything anew for, but not every day.
    private static readonly TimeSpan s_fullAtMost = TimeSpan.FromDays(7);

    /// <inheritdoc />
    public EnrichmentDescriptor Describe(ReadOnlyMemory<byte> configuration)
    {
        var settings = EngagementSettings.Read(configuration);
        var (email, activity) = (settings.Options.Email, settings.Options.ContactActivity);
        string[] reads = activity is not null ? [] : settings.Options.Account is { } account ? [email, account] : [email];
        return new EnrichmentDescriptor(settings.Options.Namespace, settings.Options.ProfileType, reads, Columns.Attributes)
        {
            Tables = [new EnrichmentTable("engagement", Columns.Fields, settings.Period)],
            Activities = activity is null ? [] : [new ActivitySelection(activity, [email])],
            MaxBatch = Batch,
            Deterministic = false,
        };
    }

    /// <inheritdoc />
    public async ValueTask<CheckResult> CheckAsync(ReadOnlyMemory<byte> configuration, IPluginContext context, CancellationToken cancellationToken)
    {
        var items = new List<CheckItem>();
        var tried = "Settings";
        try
        {
            var settings = EngagementSettings.Read(configuration);
            using var keys = await KeysAsync(settings, context, cancellationToken).ConfigureAwait(false);
            using var graph = new GraphReader(settings, context);
            Done("Sign-in");
            var roles = TokenService.Roles(await graph.Tokens.TokenAsync(cancellationToken).ConfigureAwait(false));
            Done("Consent");
            Consent.Require(roles, settings);
            Done("Mailboxes");
            var own = await OwnMailboxes.ResolveAsync(settings, graph, keys, cancellationToken).ConfigureAwait(false);
            Done("Messages and meetings can be read", Said(own));
            await TryAsync(own, graph, context.Clock.GetUtcNow(), cancellationToken).ConfigureAwait(false);
            Done("");
        }
        catch (PluginException error)
        {
            items.Add(CheckItem.Failed(tried, error));
        }

        return new CheckResult(items);

        void Done(string next, string? message = null)
        {
            items.Add(new CheckItem(tried, Ok: true, message));
            tried = next;
        }
    }

    /// <inheritdoc />
    public async IAsyncEnumerable<PopulationMessage> RunAsync(
        ReadOnlyMemory<byte> configuration,
        IPopulation population,
        ReadOnlyMemory<byte>? resumeFrom,
        IPluginContext context,
        [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var settings = EngagementSettings.Read(configuration);
        using var keys = await KeysAsync(settings, context, cancellationToken).ConfigureAwait(false);
        using var graph = new GraphReader(settings, context);
        var window = TimeSpan.FromDays(settings.Options.WindowDays);
        var state = new EngagementState(context.Storage, keys, window);
        var report = new RunReport(settings);

        var roles = TokenService.Roles(await graph.Tokens.TokenAsync(cancellationToken).ConfigureAwait(false));
        Consent.Require(roles, settings);
        await report.ConsentAsync(roles, state, context.Clock, cancellationToken).ConfigureAwait(false);
        var own = await OwnMailboxes.ResolveAsync(settings, graph, keys, cancellationToken).ConfigureAwait(false);
        var contacts = await ContactBook.ReadAsync(population, settings, keys, own, cancellationToken).ConfigureAwait(false);
        var (frame, run) = await FrameAsync(population.AsOf, window, contacts, state, cancellationToken).ConfigureAwait(false);
        await state.PutRunAsync(run, cancellationToken).ConfigureAwait(false);
        await state.ForgetOthersAsync(own.All, cancellationToken).ConfigureAwait(false);

        var readable = new List<OwnMailbox>();
        var reader = new MailboxReader(graph, state, contacts, own, keys, frame);
        await foreach (var (mailbox, outcome) in ReadAsync(contacts.Count == 0 ? [] : own.All, reader, settings.Options.MailboxesAtOnce, cancellationToken).ConfigureAwait(false))
        {
            report.Count(outcome);
            if (outcome == MailboxOutcome.Read)
            {
                readable.Add(mailbox);
            }

            // A sign of life, and a place to go on from: what was read is in the storage.
            context.Report(new PluginProgress(report.Mailboxes, own.All.Count, "reading mailboxes"));
            yield return new PopulationCheckpoint("{}"u8.ToArray());
        }

        report.RequireSome();
        await state.PutRunAsync(frame.IsFull ? run with { LastFull = run.AsOf, From = frame.From.UtcTicks, People = contacts.Digest } : run, cancellationToken).ConfigureAwait(false);
        var counting = new Counting(contacts, own, frame, settings.Period);
        foreach (var mailbox in readable)
        {
            if (await state.MailboxAsync(mailbox, cancellationToken).ConfigureAwait(false) is { } read)
            {
                report.Looked(read.Messages, read.Meetings);
                counting.Add(read.Facts);
            }
        }

        counting.Count();
        var answers = new Answers(contacts, counting, settings, frame);
        await foreach (var batch in population.ReadAsync(After(resumeFrom), cancellationToken).ConfigureAwait(false))
        {
            yield return new AttributeBatch([.. batch.Select(answers.Of)]);
            foreach (var rows in batch.SelectMany(answers.Rows).Chunk(MostRows))
            {
                yield return new TableRows("engagement", rows);
            }

            yield return new PopulationCheckpoint(JsonSerializer.SerializeToUtf8Bytes(new RunPlace(batch[^1].ProfileId), RunJson.Default.RunPlace));
        }

        yield return report.Made(own, contacts, counting, frame, run);
    }

    /// <inheritdoc />
    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    private static async Task<StateKeys> KeysAsync(EngagementSettings settings, IPluginContext context, CancellationToken cancellationToken) =>
        new(await context.Secrets.RevealAsync(settings.Secret, cancellationToken).ConfigureAwait(false), $"{settings.Options.Tenant} {settings.Options.ClientId} {context.ConnectionId}");

    // Bounded: so many mailboxes at once; and told one by one, in the order in which they are done.
    private static async IAsyncEnumerable<(OwnMailbox Mailbox, MailboxOutcome Outcome)> ReadAsync(
        IReadOnlyList<OwnMailbox> mailboxes, MailboxReader reader, int atOnce, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        using var ending = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var done = Channel.CreateBounded<(OwnMailbox, MailboxOutcome)>(atOnce);
        var reading = ReadAllAsync();
        try
        {
            await foreach (var one in done.Reader.ReadAllAsync(cancellationToken).ConfigureAwait(false))
            {
                yield return one;
            }
        }
        finally
        {
            await ending.CancelAsync().ConfigureAwait(false);
            await reading.ConfigureAwait(false);
        }

        async Task ReadAllAsync()
        {
            try
            {
                await Parallel.ForEachAsync(
                    mailboxes,
                    new ParallelOptions { MaxDegreeOfParallelism = atOnce, CancellationToken = ending.Token },
                    async (mailbox, token) => await done.Writer.WriteAsync((mailbox, await reader.ReadAsync(mailbox, token).ConfigureAwait(false)), token).ConfigureAwait(false)).ConfigureAwait(false);
                done.Writer.Complete();
            }
            catch (Exception error)
            {
                done.Writer.Complete(error);
            }
        }
    }

    private static async Task<(Frame Frame, RunState Run)> FrameAsync(DateTimeOffset asOf, TimeSpan window, ContactBook contacts, EngagementState state, CancellationToken cancellationToken)
    {
        var to = DateTimeOffset.FromUnixTimeSeconds(asOf.ToUnixTimeSeconds());
        var last = await state.RunAsync(cancellationToken).ConfigureAwait(false);
        var from = to - window;

        // A run that comes again goes on as it began; a window that was widened cannot wait.
        var full = last is null || last.LastFull == 0 || from.UtcTicks < last.From
            || (last.AsOf == to.UtcTicks ? last.IsFull : last.People != contacts.Digest && to.UtcTicks - last.LastFull >= s_fullAtMost.Ticks);
        return (new Frame(from, to, full), new RunState(to.UtcTicks, full, last?.LastFull ?? 0, last?.From ?? 0, last?.People ?? contacts.Digest));
    }

    private static async Task TryAsync(OwnMailboxes own, GraphReader graph, DateTimeOffset now, CancellationToken cancellationToken)
    {
        // One mailbox after the other may be without Exchange or closed to the application; a few are enough to know.
        foreach (var mailbox in own.All.Take(5))
        {
            try
            {
                await graph.MeetingsAsync(mailbox.Id, now - TimeSpan.FromHours(1), now, null, cancellationToken).ConfigureAwait(false);
                await graph.MessagesAsync(mailbox.Id, now - TimeSpan.FromHours(1), now, null, cancellationToken).ConfigureAwait(false);
                return;
            }
            catch (GraphRefusal refusal) when (mailbox != own.All.Take(5).Last() && refusal.Status is 403 or 404)
            {
                // The next one.
            }
        }
    }

    private static string? After(ReadOnlyMemory<byte>? place)
    {
        try
        {
            return place is { } given ? JsonSerializer.Deserialize(given.Span, RunJson.Default.RunPlace)?.After : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }

    private static string Said(OwnMailboxes own) => $"{own.All.Count:N0} mailboxes: {string.Join(", ", own.Origins.Take(10).Select(origin => origin.Group is null ? $"{origin.Count:N0} named" : $"{origin.Count:N0} by {origin.Group}"))}.";
}
