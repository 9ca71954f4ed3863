using CustomerInsights.Sdk;

namespace CustomerInsights.Enrichments.Office365Engagement;

/// <summary>What a mailbox has given so far.</summary>
/// <param name="UpTo">Until when it was read, in UTC ticks.</param>
/// <param name="Messages">Messages looked at in the run that read it last.</param>
/// <param name="Meetings">Meetings looked at in that run.</param>
/// <param name="Facts">What counts, oldest run first.</param>
internal sealed record MailboxState(long UpTo, int Messages, int Meetings, IReadOnlyList<Fact> Facts);

/// <summary>A page that was read, and where its slice goes on.</summary>
/// <param name="From">The beginning of the slice, in UTC ticks.</param>
/// <param name="To">Its end.</param>
/// <param name="Next">The link to the next page, or null at the end.</param>
/// <param name="Seen">Items looked at on this page.</param>
/// <param name="Facts">What counts of them.</param>
internal sealed record PageState(long From, long To, string? Next, int Seen, IReadOnlyList<Fact> Facts);

/// <summary>Which runs there were.</summary>
/// <param name="AsOf">The moment of the run that was begun last, in UTC ticks.</param>
/// <param name="IsFull">Whether that run reads the whole window anew.</param>
/// <param name="LastFull">The moment of the last run that did, or 0.</param>
/// <param name="From">The beginning of the window that it read.</param>
/// <param name="People">A digest of all own mailboxes and addresses of contacts that it knew.</param>
internal sealed record RunState(long AsOf, bool IsFull, long LastFull, long From, KeyedHash People);

/// <summary>
/// The plugin's storage: <c>run</c>, <c>consent</c>, <c>m/{mailbox}</c> with what a mailbox has given, and <c>p/{mailbox}/{slice}/{page}</c> with pages of
/// a mailbox that is being read. All of it encrypted; mailboxes are named by keyed hashes; everything expires with the window.
/// </summary>
internal sealed class EngagementState(IPluginStorage storage, StateKeys keys, TimeSpan window)
{
    private const byte Form = 1;
    private const string Run = "run";

    /// <summary>The last run, or null.</summary>
    public ValueTask<RunState?> RunAsync(CancellationToken cancellationToken) => ReadAsync(
        Run, reader => new RunState(reader.ReadInt64(), reader.ReadBoolean(), reader.ReadInt64(), reader.ReadInt64(), new KeyedHash(reader.ReadUInt64(), reader.ReadUInt64())), cancellationToken);

    /// <summary>Notes a run.</summary>
    public ValueTask PutRunAsync(RunState run, CancellationToken cancellationToken) => WriteAsync(
        Run,
        writer =>
        {
            writer.Write(run.AsOf);
            writer.Write(run.IsFull);
            writer.Write(run.LastFull);
            writer.Write(run.From);
            writer.Write(run.People.High);
            writer.Write(run.People.Low);
        },
        cancellationToken);

    /// <summary>When which permissions were first seen, as text; null where not yet.</summary>
    public ValueTask<string?> ConsentAsync(CancellationToken cancellationToken) => ReadAsync("consent", reader => reader.ReadString(), cancellationToken);

    /// <summary>Notes the permissions.</summary>
    public ValueTask PutConsentAsync(string consent, CancellationToken cancellationToken) => WriteAsync("consent", writer => writer.Write(consent), cancellationToken);

    /// <summary>What a mailbox has given, or null.</summary>
    public ValueTask<MailboxState?> MailboxAsync(OwnMailbox mailbox, CancellationToken cancellationToken) => ReadAsync(
        Name(mailbox), reader => new MailboxState(reader.ReadInt64(), reader.ReadInt32(), reader.ReadInt32(), FactCodec.Read(reader)), cancellationToken);

    /// <summary>Keeps what a mailbox has given, and forgets the pages that it was made of.</summary>
    public async ValueTask PutMailboxAsync(OwnMailbox mailbox, MailboxState state, CancellationToken cancellationToken)
    {
        await WriteAsync(
            Name(mailbox),
            writer =>
            {
                writer.Write(state.UpTo);
                writer.Write(state.Messages);
                writer.Write(state.Meetings);
                FactCodec.Write(writer, [.. state.Facts]);
            },
            cancellationToken).ConfigureAwait(false);
        await ForgetPagesAsync(mailbox, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Forgets all of a mailbox.</summary>
    public async ValueTask ForgetAsync(OwnMailbox mailbox, CancellationToken cancellationToken)
    {
        await storage.DeleteAsync(Name(mailbox), cancellationToken).ConfigureAwait(false);
        await ForgetPagesAsync(mailbox, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Forgets mailboxes that are not read any more.</summary>
    public async ValueTask ForgetOthersAsync(IEnumerable<OwnMailbox> mailboxes, CancellationToken cancellationToken)
    {
        var known = mailboxes.Select(mailbox => mailbox.Person.ToString()).ToHashSet(StringComparer.Ordinal);
        foreach (var prefix in new[] { "m/", "p/" })
        {
            foreach (var key in await KeysAsync(prefix, cancellationToken).ConfigureAwait(false))
            {
                if (!known.Contains(key.Split('/')[1]))
                {
                    await storage.DeleteAsync(key, cancellationToken).ConfigureAwait(false);
                }
            }
        }
    }

    /// <summary>A page that was read before a break, or null.</summary>
    public ValueTask<PageState?> PageAsync(OwnMailbox mailbox, string slice, int page, CancellationToken cancellationToken) => ReadAsync(
        Name(mailbox, slice, page),
        reader =>
        {
            var (from, to, next, seen) = (reader.ReadInt64(), reader.ReadInt64(), reader.ReadString(), reader.ReadInt32());
            return new PageState(from, to, next.Length == 0 ? null : next, seen, FactCodec.Read(reader));
        },
        cancellationToken);

    /// <summary>Keeps a page: its facts and the link to the next one in one value, so that a break between them cannot be.</summary>
    public ValueTask PutPageAsync(OwnMailbox mailbox, string slice, int page, PageState state, CancellationToken cancellationToken) => WriteAsync(
        Name(mailbox, slice, page),
        writer =>
        {
            writer.Write(state.From);
            writer.Write(state.To);
            writer.Write(state.Next ?? "");
            writer.Write(state.Seen);
            FactCodec.Write(writer, [.. state.Facts]);
        },
        cancellationToken);

    private static string Name(OwnMailbox mailbox) => $"m/{mailbox.Person}";

    private static string Name(OwnMailbox mailbox, string slice, int page) => $"p/{mailbox.Person}/{slice}/{page:000000}";

    private async ValueTask ForgetPagesAsync(OwnMailbox mailbox, CancellationToken cancellationToken)
    {
        foreach (var key in await KeysAsync($"p/{mailbox.Person}/", cancellationToken).ConfigureAwait(false))
        {
            await storage.DeleteAsync(key, cancellationToken).ConfigureAwait(false);
        }
    }

    private async Task<List<string>> KeysAsync(string prefix, CancellationToken cancellationToken)
    {
        var found = new List<string>();
        await foreach (var key in storage.ListAsync(prefix, cancellationToken).ConfigureAwait(false))
        {
            found.Add(key);
        }

        return found;
    }

    // What was written with another secret, in another form, or is damaged counts as not there: it is read from Graph again.
    private async ValueTask<T?> ReadAsync<T>(string name, Func<BinaryReader, T> read, CancellationToken cancellationToken)
        where T : class
    {
        if (await storage.GetAsync(name, cancellationToken).ConfigureAwait(false) is not { } stored || keys.Open(name, stored.Value.Span) is not { } plain || plain is not [Form, ..])
        {
            return null;
        }

        using var reader = new BinaryReader(new MemoryStream(plain, 1, plain.Length - 1));
        return read(reader);
    }

    private async ValueTask WriteAsync(string name, Action<BinaryWriter> write, CancellationToken cancellationToken)
    {
        var plain = FactCodec.Bytes(writer =>
        {
            writer.Write(Form);
            write(writer);
        });
        await storage.PutAsync(name, keys.Seal(name, plain), null, window, cancellationToken).ConfigureAwait(false);
    }
}
