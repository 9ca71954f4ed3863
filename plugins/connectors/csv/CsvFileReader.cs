using System.Text.Unicode;
using CustomerInsights.Connectors.Files;
using CustomerInsights.Sdk;

namespace CustomerInsights.Connectors.Csv;

/// <summary>Makes records of one file's rows. One bad row is one rejected record.</summary>
internal sealed class CsvFileReader : FileReader
{
    private readonly CsvTokenizer _rows;
    private readonly CsvLayout _layout;
    private readonly CsvStreamSettings _settings;
    private readonly KeyCheck _keys;
    private readonly CsvRejection _rejection;
    private readonly Slot[] _slots;
    private readonly int[] _keySlots;
    private readonly int _deleted;
    private readonly int _width;
    private long _row;
    private FilePosition _position;

    public CsvFileReader(
        string file, CsvTokenizer rows, CsvLayout layout, CsvStreamSettings settings, IReadOnlyList<CsvColumn> columns, KeyCheck keys, FilePosition from)
    {
        _rows = rows;
        _layout = layout;
        _settings = settings;
        _keys = keys;
        _row = from.Rows;
        _position = new FilePosition(rows.NextOffset, rows.NextLine, from.Rows);
        _width = columns.Count;
        _slots = new Slot[layout.Columns.Count];
        for (var i = 0; i < _slots.Length; i++)
        {
            var target = columns.Select((column, at) => (column, at)).FirstOrDefault(pair => pair.column.Name == layout.Columns[i], (null!, -1)).at;
            _slots[i] = new Slot(target, target < 0 ? [ColumnType.Text] : columns[target].Types);
        }

        _keySlots = [.. settings.Keys.Select(key => _slots[IndexOf(key)].Target)];
        _deleted = settings.Options.DeletedColumn is { } deleted ? IndexOf(deleted) : -1;
        _rejection = new CsvRejection(settings.Options.Name, file, layout);
    }

    public override FilePosition Position => _position;

    public override string Traits => _layout.Traits;

    public override async ValueTask<bool> ReadAsync(RecordSink sink, CancellationToken cancellationToken)
    {
        while (true)
        {
            switch (ReadBuffered(sink))
            {
                case CsvStep.Row:
                    return true;
                case CsvStep.End:
                    return false;
                default:
                    await _rows.FillAsync(cancellationToken).ConfigureAwait(false);
                    break;
            }
        }
    }

    protected override void Dispose(bool disposing) => _rows.Dispose();

    /// <summary>Takes the rows that are in memory. Gives Row when the sink is full.</summary>
    private CsvStep ReadBuffered(RecordSink sink)
    {
        // Behind a broken row there is no place to go on from: the batch ends with the next good one.
        while (!sink.IsFull || _rows.Skipping)
        {
            switch (_rows.Read())
            {
                case CsvStep.Row:
                    _row++;
                    Take(sink);
                    if (_rows.RowTerminated)
                    {
                        _position = new FilePosition(_rows.NextOffset, _rows.NextLine, _row);
                    }

                    break;
                case CsvStep.Broken:
                    _row++;
                    sink.Reject(_rejection.Broken(_rows, _row));
                    break;
                case var step:
                    return step;
            }
        }

        return CsvStep.Row;
    }

    private void Take(RecordSink sink)
    {
        var row = _rows.Row;
        if (_rows.FieldCount != _slots.Length)
        {
            sink.Reject(_rejection.WrongCount(_rows, _row));
            return;
        }

        if (!Utf8.IsValid(row) || row.Contains((byte)0))
        {
            sink.Reject(_rejection.NotText(_rows, _row));
            return;
        }

        var values = new FieldValue[_width];
        for (var i = 0; i < _slots.Length; i++)
        {
            ref readonly var slot = ref _slots[i];
            if (slot.Target < 0)
            {
                continue;
            }

            var text = CsvCell.Text(_rows, i, _settings, out var isNull);
            if (isNull)
            {
                continue;
            }

            if (slot.Cache is { } cache)
            {
                values[slot.Target] = cache.Get(text);
            }
            else if (!TryRead(text, slot.Types, out values[slot.Target]))
            {
                sink.Reject(_rejection.WrongType(_rows, _row, i, text, slot.Types));
                return;
            }
        }

        if (Key(values, row) is not { } key)
        {
            sink.Reject(_rejection.NoKey(_rows, _row, _settings.Keys));
            return;
        }

        if (key.Length > 400)
        {
            sink.Reject(_rejection.LongKey(_rows, _row, _settings.Keys, key.Length));
            return;
        }

        switch (_keys.Note(key, row, _rows.RowLine, out var first))
        {
            case KeySeen.Same:
                sink.Drop();
                break;
            case KeySeen.Different:
                sink.Reject(_rejection.Duplicate(_rows, _row, _settings.Keys, key, first!));
                break;
            default:
                sink.Add(IsDeleted() ? new Record(key, []) { Operation = RecordOperation.Delete } : new Record(key, values));
                break;
        }
    }

    private static bool TryRead(ReadOnlySpan<byte> text, ColumnType[] types, out FieldValue value)
    {
        // A quoted number may have blanks inside its quotes.
        text = text.Trim((byte)' ');
        foreach (var type in types)
        {
            if (CellReader.TryRead(text, type, out value))
            {
                return true;
            }
        }

        value = default;
        return false;
    }

    private bool IsDeleted() =>
        _deleted >= 0 && System.Text.Encoding.UTF8.GetString(CsvCell.Text(_rows, _deleted, _settings, out _))
            .Equals(_settings.Options.DeletedValue, StringComparison.OrdinalIgnoreCase);

    private string? Key(FieldValue[] values, ReadOnlySpan<byte> row)
    {
        if (_keySlots.Length == 0)
        {
            return _keys.Make(row);
        }

        if (_keySlots.Length == 1)
        {
            return values[_keySlots[0]] is { IsNull: false } value ? NullIfEmpty(value.ToString()) : null;
        }

        var parts = new string[_keySlots.Length];
        for (var i = 0; i < parts.Length; i++)
        {
            if (values[_keySlots[i]].IsNull)
            {
                return null;
            }

            parts[i] = values[_keySlots[i]].ToString().Replace("\\", "\\\\", StringComparison.Ordinal).Replace("|", "\\|", StringComparison.Ordinal);
        }

        return string.Join('|', parts);
    }

    private static string? NullIfEmpty(string text) => text.Length == 0 ? null : text;

    private int IndexOf(string column)
    {
        for (var i = 0; i < _layout.Columns.Count; i++)
        {
            if (_layout.Columns[i] == column)
            {
                return i;
            }
        }

        return -1;
    }

    /// <summary>Where a file's column goes and how it is read.</summary>
    private readonly struct Slot(int target, ColumnType[] types)
    {
        public readonly int Target = target;
        public readonly ColumnType[] Types = types;
        public readonly TextCache? Cache = types[0].Kind == FieldKind.Text ? new TextCache() : null;
    }
}
