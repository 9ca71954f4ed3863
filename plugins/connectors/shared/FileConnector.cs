using System.Globalization;
using System.Runtime.CompilerServices;
using CustomerInsights.Sdk;

namespace CustomerInsights.Connectors.Files;

/// <summary>
/// What connectors of files have in common: the allowed folder, one stream per file or pattern, a check and a catalog of them, and reading them in
/// turn. A connector adds its options and its streams.
/// </summary>
/// <typeparam name="TOptions">The options' class.</typeparam>
/// <typeparam name="TStreamOptions">The options' class of one stream.</typeparam>
public abstract class FileConnector<TOptions, TStreamOptions> : SourceConnector<TOptions>
    where TOptions : class
{
    private const int MaxProposals = 500;

    /// <summary>The endings of files for which streams are proposed: <c>.csv</c>.</summary>
    protected abstract IReadOnlyList<string> Endings { get; }

    /// <summary>The folder that the options name; empty for the only grant.</summary>
    protected abstract string? RootOf(TOptions options);

    /// <summary>The streams that the options name; null or empty to have them proposed.</summary>
    protected abstract IReadOnlyList<TStreamOptions>? StreamsOf(TOptions options);

    /// <summary>Options of a stream of one file.</summary>
    protected abstract TStreamOptions Propose(string name, string path);

    /// <summary>Makes a stream of its options.</summary>
    /// <param name="options">The options.</param>
    /// <param name="pointer">JSON pointer of them; empty for a proposed one.</param>
    /// <param name="root">The folder.</param>
    /// <returns>The stream.</returns>
    /// <exception cref="PluginException">Configuration: a setting is wrong.</exception>
    private protected abstract FileStreamSource Open(TStreamOptions options, string pointer, FileRoot root);

    /// <inheritdoc />
    protected override async ValueTask<CheckResult> CheckAsync(TOptions options, IPluginContext context, CancellationToken cancellationToken)
    {
        var check = new ConnectionCheck();
        var root = check.Try("Folder can be read", () => FileRoot.Open(RootOf(options), context.Grants));
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
    protected override async ValueTask<SourceCatalog> DiscoverAsync(TOptions options, IPluginContext context, CancellationToken cancellationToken)
    {
        var root = FileRoot.Open(RootOf(options), context.Grants);
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
            catch (PluginException error) when (StreamsOf(options) is not { Count: > 0 } && error.Kind is FailureKind.Data or FailureKind.Configuration)
            {
                // A proposal: one file of another kind does not hide the others.
                warnings.Add($"Left out: {error.Message}");
            }
        }

        return new SourceCatalog(descriptors) { Warnings = [.. warnings.Select(text => text.Length <= 400 ? text : text[..399] + "…")] };
    }

    /// <inheritdoc />
    protected override async IAsyncEnumerable<SourceMessage> ReadAsync(
        TOptions options, ReadRequest request, IPluginContext context, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var root = FileRoot.Open(RootOf(options), context.Grants);
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

    private List<FileStreamSource> Streams(TOptions options, FileRoot root, List<string> warnings)
    {
        var proposed = StreamsOf(options) is not { Count: > 0 };
        var settings = proposed ? Proposals(root, warnings) : StreamsOf(options)!;
        var streams = settings
            .Select((stream, at) => Open(stream, proposed ? "" : string.Create(CultureInfo.InvariantCulture, $"/streams/{at}"), root))
            .ToList();
        var twice = streams.GroupBy(stream => stream.Name, StringComparer.Ordinal).FirstOrDefault(group => group.Count() > 1);
        return twice is null
            ? streams
            : throw new PluginException(FailureKind.Configuration, $"Two streams are called '{twice.Key}'. Give each a name of its own.") { ConfigurationPath = "/streams" };
    }

    private List<TStreamOptions> Proposals(FileRoot root, List<string> warnings)
    {
        var files = FileListing.FindAll(root, Endings);
        if (files.Count > MaxProposals)
        {
            warnings.Add($"{files.Count} files were found; streams are proposed for the first {MaxProposals}. Set 'streams' with patterns instead.");
        }

        var used = new HashSet<string>(StringComparer.Ordinal);
        return [.. files.Take(MaxProposals).Select(file => Propose(Unique(FileListing.StreamName(file.Name)), file.Name))];

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
