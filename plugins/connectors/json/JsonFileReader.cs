using System.Globalization;
using System.Text;
using CustomerInsights.Connectors.Files;
using CustomerInsights.Sdk;

namespace CustomerInsights.Connectors.Json;

/// <summary>Makes records of one file's JSON. One bad record is one rejected record.</summary>
internal sealed class JsonFileReader(
    string file, JsonCutter cutter, JsonLayout layout, JsonStreamSettings settings, JsonSchema schema, KeyCheck keys, FilePosition from) : FileReader
{
    private readonly JsonRecordReader _records = new(settings, schema);
    private long _row = from.Rows;
    private bool _again;
    private FilePosition _position = new(cutter.NextOffset, cutter.NextLine, from.Rows);

    public override FilePosition Position => _position;

    public override string Traits => layout.Traits;

    public override async ValueTask<bool> ReadAsync(RecordSink sink, CancellationToken cancellationToken)
    {
        while (!sink.IsFull)
        {
            // A record with a new field closed the batch before; it is still in the buffer.
            var step = _again ? JsonStep.Record : cutter.Read();
            switch (step)
            {
                case JsonStep.NeedData:
                    await cutter.FillAsync(cancellationToken).ConfigureAwait(false);
                    continue;
                case JsonStep.End:
                    return false;
                case JsonStep.TooLong:
                    _row++;
                    Reject(sink, "over 4 MiB in one record. Check the line breaks, the 'format' and the 'recordPath'", null, null);
                    break;
                default:
                    if (!Take(sink))
                    {
                        _again = true;
                        return true;
                    }

                    _again = false;
                    break;
            }

            if (cutter.Terminated)
            {
                _position = new FilePosition(cutter.NextOffset, cutter.NextLine, _row);
            }
        }

        return true;
    }

    protected override void Dispose(bool disposing) => cutter.Dispose();

    /// <summary>Makes a record. False: it has a new field, and the batch must end before it.</summary>
    private bool Take(RecordSink sink)
    {
        switch (_records.TryRead(cutter.Record, mayExtend: sink.IsEmpty, out var values))
        {
            case JsonRecordResult.NewField:
                return false;
            case JsonRecordResult.Bad:
                _row++;
                Reject(sink, _records.Problem, _records.ProblemField, null);
                return true;
        }

        _row++;
        if (Key(values) is not { } key)
        {
            Reject(sink, $"the key ({string.Join(", ", settings.Keys)}) is empty. Fill it, or choose a 'key' that every record has", settings.Keys[0], null);
        }
        else if (key.Length > 400)
        {
            Reject(sink, $"the key has {key.Length} characters, 400 are the most. Choose a shorter 'key'", settings.Keys[0], null);
        }
        else
        {
            Admit(sink, key, values);
        }

        return true;
    }

    private void Admit(RecordSink sink, string key, FieldValue[] values)
    {
        switch (keys.Note(key, cutter.Record, cutter.RecordLine, out var first))
        {
            case KeySeen.Same:
                sink.Drop();
                break;
            case KeySeen.Different:
                var shown = key.Length > 80 ? key[..80] + "…" : key;
                Reject(sink, $"the key '{shown}' was already read with other content at {first}; the first record stands. Remove one of them, choose a 'key' that is unique, or set 'duplicates' to 'last'", settings.Keys[0], key);
                break;
            default:
                sink.Add(IsDeleted(values) ? new Record(key, []) { Operation = RecordOperation.Delete } : new Record(key, values));
                break;
        }
    }

    private bool IsDeleted(FieldValue[] values) =>
        settings.Options.DeletedField is { } name && schema.Find(name) is { } field && field.Index < values.Length
        && values[field.Index].ToString().Equals(settings.Options.DeletedValue, StringComparison.OrdinalIgnoreCase);

    private string? Key(FieldValue[] values)
    {
        if (settings.Keys.Count == 0)
        {
            return keys.Make(cutter.Record);
        }

        var parts = new string[settings.Keys.Count];
        for (var i = 0; i < parts.Length; i++)
        {
            var text = schema.Find(settings.Keys[i]) is { } field && field.Index < values.Length ? values[field.Index].ToString() : "";
            if (text.Length == 0)
            {
                return null;
            }

            parts[i] = parts.Length == 1 ? text : text.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("|", "\\|", StringComparison.Ordinal);
        }

        return parts.Length == 1 ? parts[0] : string.Join('|', parts);
    }

    private void Reject(RecordSink sink, string problem, string? field, string? key)
    {
        var reason = string.Create(CultureInfo.InvariantCulture, $"Record {_row} (line {cutter.RecordLine}): {problem}.");
        var record = cutter.Record;
        sink.Reject(new RejectedRecord(settings.Options.Name, reason.Length <= 1000 ? reason : reason[..1000])
        {
            Location = file.Length <= 400 ? file : file[^400..],
            Line = cutter.RecordLine,
            Field = field,
            Key = key,
            Excerpt = Excerpt(record),
        });
    }

    private static string Excerpt(ReadOnlySpan<byte> record)
    {
        var text = Encoding.UTF8.GetString(record[..Math.Min(200, record.Length)]);
        return string.Concat((text.Length > 200 ? text[..200] : text).Select(c => char.IsControl(c) ? ' ' : c));
    }
}
