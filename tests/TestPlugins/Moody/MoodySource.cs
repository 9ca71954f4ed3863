using System.Globalization;
using System.Runtime.CompilerServices;
using System.Text;
using System.Text.Json;
using CustomerInsights.Sdk;

namespace Moody;

/// <summary>
/// Good in one version and bad in another, as its settings say; each record tells which version gave it, and from which bookmark. But for
/// <c>tryout</c> nothing goes wrong while it is only tried. The format of its bookmarks is the first number of its version.
/// </summary>
public sealed class MoodySource : ISourceConnector
{
    private const string TryOut = "preflight";
    private static readonly FieldNames Names = FieldNames.Of("id", "version", "bookmark");

    private string _version = "1.0.0";

    private int Format => int.Parse(_version.Split('.')[0], CultureInfo.InvariantCulture);

    public ValueTask<CheckResult> CheckAsync(ReadOnlyMemory<byte> configuration, IPluginContext context, CancellationToken cancellationToken)
    {
        using var settings = JsonDocument.Parse(configuration);

        // A try-out is in a worker always; in the host's own process this is not one.
        var bad = Fault(settings, context) == "check" && context.Plugin.Isolation == "inProcess";
        return new(new CheckResult([new CheckItem("Mood", !bad, bad ? "Not today." : null)]));
    }

    public ValueTask<SourceCatalog> DiscoverAsync(ReadOnlyMemory<byte> configuration, IPluginContext context, CancellationToken cancellationToken)
    {
        _version = context.Plugin.Version;
        var fields = new[] { new FieldDescriptor("id", FieldKind.Text), new FieldDescriptor("version", FieldKind.Text), new FieldDescriptor("bookmark", FieldKind.Text) };
        return new(new SourceCatalog([new StreamDescriptor("rows", fields, ["id"], [SyncMode.Full, SyncMode.Incremental]) { StateVersion = Format }]));
    }

    public ValueTask<StreamState> UpgradeStateAsync(string stream, StreamState state, CancellationToken cancellationToken) =>
        new(new StreamState(Format, Encoding.UTF8.GetBytes($"\"{_version} made of {Encoding.UTF8.GetString(state.Utf8Json.Span).Trim('"')}\"")));

    public async IAsyncEnumerable<SourceMessage> ReadAsync(
        ReadOnlyMemory<byte> configuration, ReadRequest request, IPluginContext context, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        using var settings = JsonDocument.Parse(configuration);
        var fault = Fault(settings, context);
        var tried = request.RunId == TryOut;
        if (fault == (tried ? "tryout" : "throw"))
        {
            throw new InvalidOperationException($"{_version} is in no mood to read.");
        }

        var rows = settings.RootElement.TryGetProperty("rows", out var count) ? count.GetInt32() : 30;
        var bookmark = request.Streams[0].State is { } state ? $"{state.Version}: {Encoding.UTF8.GetString(state.Utf8Json.Span).Trim('"')}" : "none";
        await context.Storage.PutAsync("read", Encoding.UTF8.GetBytes(_version), null, null, cancellationToken).ConfigureAwait(false);
        for (var i = 0; i < rows && (tried || fault != "zero"); i++)
        {
            if (!tried && fault == "reject" && i % 2 == 0)
            {
                yield return new RejectedRecord("rows", "Not in the mood for this one.");
                continue;
            }

            yield return new RecordBatch("rows", Names, [new Record(i.ToString(CultureInfo.InvariantCulture), [i.ToString(CultureInfo.InvariantCulture), _version, bookmark])]);
            if (i == 0 && !tried && settings.RootElement.TryGetProperty("gate", out var gate))
            {
                while (!File.Exists(gate.GetString()))
                {
                    await Task.Delay(20, cancellationToken).ConfigureAwait(false);
                }
            }
        }

        yield return new Checkpoint("rows", new StreamState(Format, Encoding.UTF8.GetBytes($"\"by {_version}\"")));
        yield return new StreamEnded("rows", StreamOutcome.Complete);
    }

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    private string Fault(JsonDocument settings, IPluginContext context)
    {
        _version = context.Plugin.Version;
        return settings.RootElement.TryGetProperty("faults", out var faults) && faults.TryGetProperty(_version, out var fault) ? fault.GetString()! : "none";
    }
}
