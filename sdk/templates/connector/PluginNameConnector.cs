using System.Runtime.CompilerServices;
using System.Text.Json.Serialization.Metadata;
using CustomerInsights.Sdk;

namespace PublisherName.PluginName;

/// <summary>Reads contacts, all of them or what changed since the last time.</summary>
public sealed class PluginNameConnector : SourceConnector<PluginNameOptions>
{
    /// <inheritdoc />
    protected override JsonTypeInfo<PluginNameOptions> OptionsType => PluginNameJson.Default.PluginNameOptions;

    /// <inheritdoc />
    protected override async ValueTask<CheckResult> CheckAsync(PluginNameOptions options, IPluginContext context, CancellationToken cancellationToken)
    {
        var read = await CheckItem.TryAsync(
            "Contacts can be read",
            async token =>
            {
                using var api = await ContactsApi.ConnectAsync(options, context, token).ConfigureAwait(false);
                await api.GetPageAsync(since: null, page: null, size: 1, token).ConfigureAwait(false);
            },
            cancellationToken).ConfigureAwait(false);
        return new CheckResult([read]);
    }

    /// <inheritdoc />
    protected override ValueTask<SourceCatalog> DiscoverAsync(PluginNameOptions options, IPluginContext context, CancellationToken cancellationToken) =>
        ValueTask.FromResult(new SourceCatalog([Contact.Stream]));

    /// <inheritdoc />
    protected override async IAsyncEnumerable<SourceMessage> ReadAsync(
        PluginNameOptions options, ReadRequest request, IPluginContext context, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        using var api = await ContactsApi.ConnectAsync(options, context, cancellationToken).ConfigureAwait(false);
        foreach (var selection in request.Streams)
        {
            if (selection.Stream != Contact.Stream.Name)
            {
                throw new PluginException(FailureKind.Configuration, $"There is no stream '{selection.Stream}'; there is '{Contact.Stream.Name}'.");
            }

            await foreach (var message in ReadContactsAsync(api, options, selection, request, context, cancellationToken).ConfigureAwait(false))
            {
                yield return message;
            }
        }
    }

    private static async IAsyncEnumerable<SourceMessage> ReadContactsAsync(
        ContactsApi api, PluginNameOptions options, StreamSelection selection, ReadRequest request, IPluginContext context, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var stream = selection.Stream;
        var bookmark = Bookmark.StartOf(selection);
        var read = 0L;
        await foreach (var page in api.GetPagesAsync(bookmark.UpdatedAt, Math.Min(options.PageSize, request.BatchSize), cancellationToken).ConfigureAwait(false))
        {
            var records = new List<Record>(page.Items.Count);
            foreach (var item in page.Items)
            {
                if (!Contact.TryRead(item, out var contact, out var problem))
                {
                    // One that cannot be read is told, and the others go on.
                    yield return new RejectedRecord(stream, problem) { Location = page.Name, Excerpt = Contact.Excerpt(item) };
                }
                else if (!bookmark.Covers(contact))
                {
                    records.Add(contact.Record);
                    bookmark = bookmark.After(contact);
                    if (++read == request.RecordLimit)
                    {
                        break;
                    }
                }
            }

            if (records.Count > 0)
            {
                yield return new RecordBatch(stream, Contact.Names, records);
            }

            if (read == request.RecordLimit)
            {
                yield return new StreamEnded(stream, StreamOutcome.Incomplete, "As many as were asked for.");
                yield break;
            }

            // It covers all that was yielded before it, and nothing after: a run that breaks off goes on from here.
            yield return new Checkpoint(stream, bookmark.ToState());
            context.Report(new PluginProgress(read, page.Total));
        }

        yield return new StreamEnded(stream, StreamOutcome.Complete);
    }
}
