using System.Globalization;
using CustomerInsights.Sdk;

namespace CustomerInsights.Exports.Webhook;

/// <summary>One run. Deliveries go one after the other, so that a receiver sees a profile's changes in their order.</summary>
internal sealed class WebhookSession(WebhookOptions options, Payload payload, Receiver receiver, ExportJob job, IPluginContext context) : IExportSession
{
    private readonly int _most = options.MaxKilobytes * 1024;
    private long _deliveries;
    private long _told;
    private long _refused;

    /// <inheritdoc />
    public async ValueTask<IReadOnlyList<MemberOutcome>> WriteAsync(string batchId, IReadOnlyList<ExportMember> members, CancellationToken cancellationToken)
    {
        var all = members as ExportMember[] ?? [.. members];
        var outcomes = new MemberOutcome[all.Length];
        var waiting = new Stack<Delivery>();
        for (var first = 0; first < all.Length; first += options.BatchSize)
        {
            waiting.Push(new Delivery(job, batchId, first, new ArraySegment<ExportMember>(all, first, Math.Min(options.BatchSize, all.Length - first))));
            while (waiting.TryPop(out var delivery))
            {
                await OneAsync(delivery, waiting, outcomes, cancellationToken).ConfigureAwait(false);
            }
        }

        context.Report(new PluginProgress(_told + _refused, job.MemberCount, "posting"));
        return outcomes;
    }

    /// <inheritdoc />
    public ValueTask<ExportReceipt> CommitAsync(CancellationToken cancellationToken) => ValueTask.FromResult(
        new ExportReceipt(string.Create(CultureInfo.InvariantCulture, $"{(job.DryRun ? "Dry run: " : "")}{_told:N0} members {(job.DryRun ? "would be" : "were")} told to {options.Url.Host} in {_deliveries:N0} deliveries; {_refused:N0} were refused."))
        {
            Details = new Dictionary<string, string>(StringComparer.Ordinal)
            {
                ["deliveries"] = _deliveries.ToString(CultureInfo.InvariantCulture),
                ["members"] = _told.ToString(CultureInfo.InvariantCulture),
                ["refused"] = _refused.ToString(CultureInfo.InvariantCulture),
            },
        });

    /// <inheritdoc />
    public ValueTask AbortAsync(CancellationToken cancellationToken) => ValueTask.CompletedTask;

    /// <inheritdoc />
    public ValueTask DisposeAsync()
    {
        receiver.Dispose();
        return ValueTask.CompletedTask;
    }

    private async Task OneAsync(Delivery delivery, Stack<Delivery> waiting, MemberOutcome[] outcomes, CancellationToken cancellationToken)
    {
        if (payload.Write(delivery, _most) is not { } body)
        {
            if (delivery.Members.Count > 1)
            {
                // The second below the first, which comes first.
                var (first, second) = delivery.Halves();
                waiting.Push(second);
                waiting.Push(first);
                return;
            }

            Set(new MemberOutcome(MemberResult.RejectedPermanent, $"Alone it is larger than {options.MaxKilobytes:N0} KB, which is the largest delivery. Export fewer or shorter fields, or raise the setting."));
            _refused++;
            return;
        }

        // A dry run goes all the way, but for the sending.
        var refused = job.DryRun ? null : await receiver.DeliverAsync(delivery.Id, payload.ContentType, body, cancellationToken).ConfigureAwait(false);
        Set(refused is null ? MemberOutcome.Accepted with { RemoteId = delivery.Id } : new MemberOutcome(MemberResult.RejectedRetryable, refused));
        _deliveries += refused is null ? 1 : 0;
        _told += refused is null ? delivery.Members.Count : 0;
        _refused += refused is null ? 0 : delivery.Members.Count;

        void Set(MemberOutcome outcome) => Array.Fill(outcomes, outcome, delivery.First, delivery.Members.Count);
    }
}
