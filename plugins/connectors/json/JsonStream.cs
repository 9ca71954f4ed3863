using CustomerInsights.Connectors.Files;
using CustomerInsights.Sdk;

namespace CustomerInsights.Connectors.Json;

/// <summary>A stream of JSON files: its fields over a sample of all files, and how a file of it is read.</summary>
internal sealed class JsonStream(JsonStreamSettings settings, FileRoot root) : FileStreamSource(settings.Options.Name)
{
    private const int LeastRecordsOfAFile = 100;
    private readonly Dictionary<string, JsonLayout> _layouts = new(StringComparer.Ordinal);
    private JsonSchema _schema = new(settings);

    public override string Settings => settings.Hash;

    public override KeyRule Keys => settings.Rule;

    public override FieldNames BatchNames => _schema.Names;

    public override int SchemaRevision => _schema.Revision;

    public override IReadOnlyList<SavedField> Fields =>
        [.. _schema.Fields.Select(found => new SavedField { Name = found.OutputName, Kind = found.Types[0].Kind, Format = found.Types[0].Format })];

    public override StreamDescriptor Descriptor => new(
        Name,
        [.. _schema.Fields.Select(found => new FieldDescriptor(found.OutputName, found.Types[0].Kind) { Format = found.Types[0].Format })],
        [.. settings.Keys.Select(key => _schema.Find(key)!.OutputName)],
        settings.Modes)
    {
        HasSyntheticKey = settings.Rule == KeyRule.Synthetic,
        EmitsDeletes = settings.Options.DeletedField is not null,
        StateVersion = StreamBookmark.Version,
    };

    public override IReadOnlyList<string> KeyCandidates => [.. _schema.Fields.Where(found => found.Evidence.LooksLikeKey).Select(found => found.Name)];

    // Behind the end of lines come further lines; a document that changed is another document.
    public override bool CanAppend(string? traits) => traits is not null && traits.EndsWith(nameof(JsonShape.Lines), StringComparison.Ordinal);

    public override IReadOnlyList<SourceFile> Find()
    {
        var files = FileListing.Find(root, settings.Options.Path, settings.Pointer + "/path");
        return files.Count > 0
            ? files
            : throw settings.Wrong("/path", $"No file matches '{settings.Options.Path}' in '{root.Path}'. Check the name, or wait until the file is there: an empty stream is not read as 'everything was deleted'.");
    }

    public override async ValueTask<IReadOnlyList<string>> LearnAsync(
        IReadOnlyList<SourceFile> files, IReadOnlyList<SavedField>? saved, IReadOnlyList<string>? wanted, CancellationToken cancellationToken)
    {
        var warnings = new List<string>();
        _schema = new JsonSchema(settings);
        var left = settings.Options.SampleRecords;
        foreach (var file in files)
        {
            var layout = _layouts[file.Name] = await JsonLayout.LookAsync(file, settings, cancellationToken).ConfigureAwait(false);
            var quota = Math.Min(left, Math.Max(LeastRecordsOfAFile, settings.Options.SampleRecords / files.Count));
            using var cutter = await layout.OpenAsync(file, FilePosition.Beginning, cancellationToken).ConfigureAwait(false);
            for (; quota > 0 && await NextAsync(cutter, cancellationToken).ConfigureAwait(false) is var step and not JsonStep.End; quota--, left--)
            {
                if (step == JsonStep.Record)
                {
                    _schema.Learn(cutter.Record);
                }
            }
        }

        _schema.Settle(saved, warnings);
        if (_schema.Fields.Count == 0)
        {
            throw new PluginException(FailureKind.Data, $"The files of '{settings.Options.Path}' hold no records with fields. Check the 'recordPath' and the 'format', or wait for records.") { Stream = Name };
        }

        foreach (var (field, pointer) in settings.NamedFields())
        {
            if (_schema.Find(field) is null)
            {
                List<string> found = [.. _schema.Fields.Select(known => known.Name)];
                throw new PluginException(FailureKind.Configuration, $"No record in the sample of '{settings.Options.Path}' has a field '{field}'. Found: {Suggestion.List(found)}.{Suggestion.For(field, found)}")
                {
                    ConfigurationPath = pointer,
                    Stream = Name,
                };
            }
        }

        return warnings;
    }

    public override async ValueTask<FileReader> OpenAsync(FileProgress progress, FilePosition from, KeyCheck keys, CancellationToken cancellationToken)
    {
        var layout = _layouts[progress.File.Name];
        var cutter = await layout.OpenAsync(progress.File, from, cancellationToken).ConfigureAwait(false);
        return new JsonFileReader(progress.File.Name, cutter, layout, settings, _schema, keys, from);
    }

    private static async ValueTask<JsonStep> NextAsync(JsonCutter cutter, CancellationToken cancellationToken)
    {
        JsonStep step;
        while ((step = cutter.Read()) == JsonStep.NeedData)
        {
            await cutter.FillAsync(cancellationToken).ConfigureAwait(false);
        }

        return step;
    }
}
