using System.Runtime.CompilerServices;
using System.Text;
using System.Text.Json.Serialization.Metadata;
using CustomerInsights.Sdk;
using Microsoft.Extensions.Logging;

namespace Healthy;

/// <summary>Yields numbered rows.</summary>
public sealed partial class HealthySource(Greeter greeter) : SourceConnector<HealthyOptions>
{
    private const int BatchSize = 10;
    private static readonly FieldNames Names = FieldNames.Of("id", "name", "tags");

    protected override JsonTypeInfo<HealthyOptions> OptionsType => HealthyJson.Default.HealthyOptions;

    protected override async ValueTask<CheckResult> CheckAsync(HealthyOptions options, IPluginContext context, CancellationToken cancellationToken)
    {
        // A registration on the host's token and a meter: both must not keep the plugin in memory.
        context.Stopping.Register(static () => { });
        context.Meters.Create(new("test.healthy")).CreateObservableGauge("rows", () => options.Rows);
        if (options.Token is { } token)
        {
            var secret = await context.Secrets.RevealAsync(token, cancellationToken).ConfigureAwait(false);
            LogSecret(context.Log, secret);
        }

        return new CheckResult([new CheckItem(greeter.Greet("source"), Ok: true)]);
    }

    protected override async ValueTask<SourceCatalog> DiscoverAsync(HealthyOptions options, IPluginContext context, CancellationToken cancellationToken)
    {
        await context.Storage.PutAsync("seen", "yes"u8.ToArray(), null, null, cancellationToken).ConfigureAwait(false);
        return new SourceCatalog(
        [
            new StreamDescriptor(
                "rows",
                [new FieldDescriptor("id", FieldKind.Integer), new FieldDescriptor("name", FieldKind.Text), new FieldDescriptor("tags", FieldKind.TextList)],
                ["id"],
                [SyncMode.Full, SyncMode.Incremental]),
        ]);
    }

    protected override async IAsyncEnumerable<SourceMessage> ReadAsync(
        HealthyOptions options, ReadRequest request, IPluginContext context, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        for (var start = 0; start < options.Rows; start += BatchSize)
        {
            if (start >= options.FailAfter)
            {
                throw new RowFailure($"Row {start} could not be read.");
            }

            if (start >= options.PauseAfter)
            {
                await Task.Delay(Timeout.InfiniteTimeSpan, context.Clock, cancellationToken).ConfigureAwait(false);
            }

            var first = start;
            yield return new RecordBatch("rows", Names, [.. Enumerable.Range(first, Math.Min(BatchSize, options.Rows - first)).Select(Row)]);
            yield return new Checkpoint("rows", new StreamState(1, Encoding.UTF8.GetBytes($$"""{"next":{{first + BatchSize}}}""")));
            context.Report(new PluginProgress(first, options.Rows));
        }

        yield return new StreamEnded("rows", StreamOutcome.Complete);
    }

    private static Record Row(int i) => new($"{i}", [(long)i, $"Row {i}", FieldValue.List(["a", "b"])]);

    [LoggerMessage(2, LogLevel.Warning, "The secret is {Secret}.")]
    private static partial void LogSecret(ILogger logger, string secret);

    private sealed class RowFailure(string message) : PluginException(FailureKind.Transient, message);
}
