using CustomerInsights.Connectors.Files;
using CustomerInsights.Sdk;

namespace CustomerInsights.Connectors.Csv;

/// <summary>A stream of CSV files: its columns over all files, their types, and how a file's columns map to them.</summary>
internal sealed class CsvStream(CsvStreamSettings settings, FileRoot root) : FileStreamSource(settings.Options.Name)
{
    private const int LeastRowsOfAFile = 100;
    private readonly Dictionary<string, CsvLayout> _layouts = new(StringComparer.Ordinal);
    private List<CsvColumn> _columns = [];
    private string[] _keyCandidates = [];
    private FieldNames _names = FieldNames.Of("-");

    public override string Settings => settings.Hash;

    public override bool CanAppend(string? traits) => true;

    public override KeyRule Keys => settings.Rule;

    public override FieldNames BatchNames => _names;

    public override IReadOnlyList<SavedField> Fields =>
        [.. _columns.Select(column => new SavedField { Name = column.Field, Kind = column.Types[0].Kind, Format = column.Types[0].Format })];

    public override StreamDescriptor Descriptor => new(
        Name,
        [.. _columns.Select(column => new FieldDescriptor(column.Field, column.Types[0].Kind) { Format = column.Types[0].Format })],
        [.. settings.Keys.Select(key => _columns.First(column => column.Name == key).Field)],
        settings.Modes)
    {
        HasSyntheticKey = settings.Rule == KeyRule.Synthetic,
        EmitsDeletes = settings.Options.DeletedColumn is not null,
        StateVersion = StreamBookmark.Version,
    };

    public override IReadOnlyList<string> KeyCandidates => _keyCandidates;

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
        var evidence = new Dictionary<string, KindEvidence>(StringComparer.Ordinal);
        var names = new List<string>();
        var left = settings.Options.SampleRows;
        foreach (var file in files)
        {
            var layout = await CsvLayout.LookAsync(file, settings, null, cancellationToken).ConfigureAwait(false);
            // The names are kept, not the quarter of a megabyte that was looked at.
            _layouts[file.Name] = layout with { Head = layout.Head with { Bytes = layout.Head.Bytes[..Math.Min(3, layout.Head.Bytes.Length)] } };
            warnings.AddRange(layout.Warnings);
            names.AddRange(layout.Columns.Where(name => evidence.TryAdd(name, new KindEvidence(name))));
            var missing = layout.Columns.Count == 0 ? null : settings.Keys.FirstOrDefault(key => !layout.Columns.Contains(key, StringComparer.Ordinal));
            if (missing is not null)
            {
                throw Missing(missing, settings.Pointer + "/key", layout.Columns, $"'{file.Name}'");
            }

            var quota = Math.Min(left, Math.Max(LeastRowsOfAFile, settings.Options.SampleRows / files.Count));
            left -= await SampleAsync(file, layout, evidence, quota, cancellationToken).ConfigureAwait(false);
        }

        if (names.Count == 0)
        {
            throw new PluginException(FailureKind.Data, $"Every file of '{settings.Options.Path}' is empty. Write a header, or wait for rows.") { Stream = Name };
        }

        foreach (var (column, pointer) in settings.NamedColumns().Where(named => !evidence.ContainsKey(named.Column)))
        {
            throw Missing(column, pointer, names, files.Count == 1 ? $"'{files[0].Name}'" : $"None of {files.Count} files of '{settings.Options.Path}'");
        }

        _keyCandidates = [.. names.Where(name => evidence[name].LooksLikeKey)];
        _columns = [.. names.Select(name => Column(name, evidence[name], saved, warnings)).Where(column => IsWanted(column, wanted))];
        var twice = _columns.GroupBy(column => column.Field, StringComparer.Ordinal).FirstOrDefault(group => group.Count() > 1);
        _names = twice is null
            ? new FieldNames(_columns.Select(column => column.Field))
            : throw settings.Wrong("/columns", $"Two columns become the field '{twice.Key}': {string.Join(" and ", twice.Select(column => $"'{column.Name}'"))}. Give one another 'name'.");
        return warnings;
    }

    public override async ValueTask<FileReader> OpenAsync(FileProgress progress, FilePosition from, KeyCheck keys, CancellationToken cancellationToken)
    {
        var layout = _layouts[progress.File.Name];
        if (progress.Traits is { } traits && traits != layout.Traits)
        {
            layout = await CsvLayout.LookAsync(progress.File, settings, traits, cancellationToken).ConfigureAwait(false);
        }

        var rows = await layout.OpenAsync(progress.File, from, settings, cancellationToken).ConfigureAwait(false);
        return new CsvFileReader(progress.File.Name, rows, layout, settings, _columns, keys, from);
    }

    private bool IsWanted(CsvColumn column, IReadOnlyList<string>? wanted) =>
        wanted is null || wanted.Contains(column.Field, StringComparer.Ordinal) || settings.Keys.Contains(column.Name, StringComparer.Ordinal);

    private CsvColumn Column(string name, KindEvidence evidence, IReadOnlyList<SavedField>? saved, List<string> warnings)
    {
        var field = settings.Options.Columns?.GetValueOrDefault(name)?.Name ?? name;
        if (settings.Types.TryGetValue(name, out var given) && given.Length > 0)
        {
            return new CsvColumn(name, field, given);
        }

        if (saved?.FirstOrDefault(before => before.Name == field) is { } known)
        {
            return new CsvColumn(name, field, [new ColumnType(known.Kind, known.Format)]);
        }

        var (type, warning) = evidence.Decide();
        if (warning is not null)
        {
            warnings.Add($"{Name}: {warning}");
        }

        return new CsvColumn(name, field, [type]);
    }

    private async ValueTask<int> SampleAsync(
        SourceFile file, CsvLayout layout, Dictionary<string, KindEvidence> evidence, int quota, CancellationToken cancellationToken)
    {
        if (quota <= 0 || layout.Columns.Count == 0)
        {
            return 0;
        }

        KindEvidence[] columns = [.. layout.Columns.Select(name => evidence[name])];
        using var rows = await layout.OpenAsync(file, FilePosition.Beginning, settings, cancellationToken).ConfigureAwait(false);
        var seen = 0;
        while (seen < quota && await CsvLayout.NextAsync(rows, cancellationToken).ConfigureAwait(false) is var step and not CsvStep.End)
        {
            if (step == CsvStep.Row && rows.FieldCount == columns.Length)
            {
                seen++;
                Note(rows, columns);
            }
        }

        return seen;
    }

    private void Note(CsvTokenizer rows, KindEvidence[] columns)
    {
        for (var i = 0; i < columns.Length; i++)
        {
            var cell = CsvCell.Text(rows, i, settings, out var isNull);
            if (isNull)
            {
                columns[i].AddNull();
            }
            else
            {
                columns[i].Add(cell);
            }
        }
    }

    private PluginException Missing(string column, string pointer, IReadOnlyList<string> found, string where) =>
        new(FailureKind.Configuration, $"{where} has no column '{column}'. Found: {Suggestion.List(found)}.{Suggestion.For(column, found)}")
        {
            ConfigurationPath = pointer,
            Stream = Name,
        };
}

/// <summary>A column of a stream.</summary>
/// <param name="Name">Its name in the files.</param>
/// <param name="Field">The field's name.</param>
/// <param name="Types">Its type, then further formats to try.</param>
internal sealed record CsvColumn(string Name, string Field, ColumnType[] Types);
