using System.Globalization;
using System.Runtime.CompilerServices;
using System.Text.Json.Serialization.Metadata;
using CustomerInsights.Connectors.Files;
using CustomerInsights.Sdk;

namespace CustomerInsights.Connectors.Json;

/// <summary>Reads JSON and JSON lines files below an allowed folder.</summary>
public sealed class JsonConnector : SourceConnector<JsonOptions>
{
    private const int MaxProposals = 500;
    private static readonly string[] Endings = [".json", ".jsonl", ".ndjson"];

    /// <inheritdoc />
    protected override JsonTypeInfo<JsonOptions> OptionsType => JsonConnectorJson.Default.JsonOptions;

    /// <inheritdoc />
    protected override async ValueTask<CheckResult> CheckAsync(JsonOptions options, IPluginContext context, CancellationToken cancellationToken)
    {
        var check = new ConnectionCheck();
        var root = check.Try("Folder can be read", () => FileRoot.Open(options.Root, context.Grants));
        if (root is null)
        {
            return check.Result;
        }

        var streams = check.Try("Settings are right", () => Streams(options, root, []));
        foreach (var stream in streams ?? [])
        {
            var files = check.Try($"Stream '{stream.Name}' has files", stream.Find);
            if (files is not null)
            {
                await check.TryAsync($"Stream '{stream.Name}' can be read", () => stream.LearnAsync(files, null, null, cancellationToken)).ConfigureAwait(false);
            }
        }

        return check.Result;
    }

    /// <inheritdoc />
    protected override async ValueTask<SourceCatalog> DiscoverAsync(JsonOptions options, IPluginContext context, CancellationToken cancellationToken)
    {
        var root = FileRoot.Open(options.Root, context.Grants);
        var warnings = new List<string>();
        var descriptors = new List<StreamDescriptor>();
        foreach (var stream in Streams(options, root, warnings))
        {
            try
            {
                warnings.AddRange(await stream.LearnAsync(stream.Find(), null, null, cancellationToken).ConfigureAwait(false));
                descriptors.Add(stream.Descriptor);
                if (stream.Keys == KeyRule.Synthetic && stream.KeyCandidates.Count > 0)
                {
                    warnings.Add($"{stream.Name}: no key is set, so a changed record counts as a new one. In the sample every record has its own '{stream.KeyCandidates[0]}': name it as 'key' if that is right.");
                }
            }
            catch (PluginException error) when (options.Streams is not { Count: > 0 } && error.Kind is FailureKind.Data or FailureKind.Configuration)
            {
                // A proposal: one file that is not JSON does not hide the others.
                warnings.Add($"Left out: {error.Message}");
            }
        }

        return new SourceCatalog(descriptors) { Warnings = [.. warnings.Select(text => text.Length <= 400 ? text : text[..399] + "…")] };
    }

    /// <inheritdoc />
    protected override async IAsyncEnumerable<SourceMessage> ReadAsync(
        JsonOptions options, ReadRequest request, IPluginContext context, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var root = FileRoot.Open(options.Root, context.Grants);
        var streams = Streams(options, root, []);
        foreach (var selection in request.Streams)
        {
            var stream = streams.FirstOrDefault(stream => stream.Name == selection.Stream)
                ?? throw new PluginException(FailureKind.Configuration, $"There is no stream '{selection.Stream}'. There are: {Suggestion.List([.. streams.Select(stream => stream.Name)])}.") { Stream = selection.Stream };
            await foreach (var message in new StreamRun(stream, selection, request, context).ReadAsync(cancellationToken).ConfigureAwait(false))
            {
                yield return message;
            }
        }
    }

    private static List<JsonStream> Streams(JsonOptions options, FileRoot root, List<string> warnings)
    {
        var proposed = options.Streams is not { Count: > 0 };
        var settings = proposed ? Propose(root, warnings) : options.Streams!;
        var streams = settings
            .Select((stream, at) => new JsonStream(new JsonStreamSettings(stream, proposed ? "" : string.Create(CultureInfo.InvariantCulture, $"/streams/{at}"), root), root))
            .ToList();
        var twice = streams.GroupBy(stream => stream.Name, StringComparer.Ordinal).FirstOrDefault(group => group.Count() > 1);
        return twice is null
            ? streams
            : throw new PluginException(FailureKind.Configuration, $"Two streams are called '{twice.Key}'. Give each a name of its own.") { ConfigurationPath = "/streams" };
    }

    private static List<JsonStreamOptions> Propose(FileRoot root, List<string> warnings)
    {
        var files = FileListing.FindAll(root, Endings);
        if (files.Count > MaxProposals)
        {
            warnings.Add($"{files.Count} files were found; streams are proposed for the first {MaxProposals}. Set 'streams' with patterns instead.");
        }

        var used = new HashSet<string>(StringComparer.Ordinal);
        return [.. files.Take(MaxProposals).Select(file => new JsonStreamOptions { Name = Unique(FileListing.StreamName(file.Name)), Path = file.Name })];

        string Unique(string name)
        {
            var free = name;
            for (var n = 2; !used.Add(free); n++)
            {
                free = string.Create(CultureInfo.InvariantCulture, $"{(name.Length > 95 ? name[..95] : name)}-{n}");
            }

            return free;
        }
    }
}
