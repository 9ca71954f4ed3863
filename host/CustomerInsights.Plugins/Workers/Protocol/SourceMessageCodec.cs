using CustomerInsights.Plugins.Boundary;
using CustomerInsights.Sdk;

namespace CustomerInsights.Plugins.Workers.Protocol;

/// <summary>The messages of one read. Record batches are binary, with the column names sent only when they change; the rest is JSON. One instance per read and side.</summary>
internal sealed class SourceMessageCodec
{
    private const byte Batch = 1;
    private const byte Checkpoint = 2;
    private const byte Rejected = 3;
    private const byte Ended = 4;
    private const byte Waiting = 5;
    private const byte Schema = 6;

    private const byte IsDelete = 1;
    private const byte HasLocation = 2;

    // A batch is cut when it is this long: two halves of a batch mean the same as the whole.
    private const int CutAt = 4 * 1024 * 1024;

    private FieldNames? _names;

    /// <summary>Puts a checked message into frames; nearly always one.</summary>
    internal IEnumerable<WireWriter> Write(SourceMessage message) => message is RecordBatch batch ? WriteBatch(batch) : [WriteOther(message)];

    /// <summary>Reads one frame's message.</summary>
    /// <exception cref="ProtocolException">It is none.</exception>
    internal SourceMessage Read(ReadOnlySpan<byte> body)
    {
        var from = new WireReader(body);
        var kind = from.Byte();
        return kind switch
        {
            Batch => ReadCheckedBatch(from),
            Checkpoint => WireJson.Read(from.Rest, WireJson.Default.Checkpoint),
            Rejected => WireJson.Read(from.Rest, WireJson.Default.RejectedRecord),
            Ended => WireJson.Read(from.Rest, WireJson.Default.StreamEnded),
            Waiting => WireJson.Read(from.Rest, WireJson.Default.StreamWaiting),
            Schema => new SchemaFound(WireJson.Read(from.Rest, WireJson.Default.StreamDescriptor)),
            _ => throw new ProtocolException($"A message of a read is of kind {kind}, which is not known."),
        };
    }

    private static WireWriter WriteOther(SourceMessage message) => message switch
    {
        Checkpoint checkpoint => WireJson.Write(new WireWriter().Byte(Checkpoint), checkpoint, WireJson.Default.Checkpoint),
        RejectedRecord rejected => WireJson.Write(new WireWriter().Byte(Rejected), rejected, WireJson.Default.RejectedRecord),
        StreamEnded ended => WireJson.Write(new WireWriter().Byte(Ended), ended, WireJson.Default.StreamEnded),
        StreamWaiting waiting => WireJson.Write(new WireWriter().Byte(Waiting), waiting, WireJson.Default.StreamWaiting),
        SchemaFound found => WireJson.Write(new WireWriter().Byte(Schema), found.Descriptor, WireJson.Default.StreamDescriptor),
        _ => throw new RuleBrokenException("message", $"A message of type {message.GetType().Name} is not known."),
    };

    private IEnumerable<WireWriter> WriteBatch(RecordBatch batch)
    {
        // The number of records is not known before the end: each begins with a 1, and a 0 ends them.
        var to = Begin(batch);
        foreach (var record in batch.Records)
        {
            if (to.BodyLength > CutAt)
            {
                yield return to.Byte(0);
                to = Begin(batch);
            }

            WriteRecord(to.Byte(1), record);
        }

        yield return to.Byte(0);
    }

    private WireWriter Begin(RecordBatch batch)
    {
        var to = new WireWriter().Byte(Batch).Text(batch.Stream);
        if (ReferenceEquals(batch.Names, _names))
        {
            return to.Count(0);
        }

        _names = batch.Names;
        to.Count((ulong)_names.Count);
        foreach (var name in _names.All)
        {
            to.Text(name);
        }

        return to;
    }

    private static void WriteRecord(WireWriter to, Record record)
    {
        to.Byte((byte)((record.Operation == RecordOperation.Delete ? IsDelete : 0) | (record.Location is null ? 0 : HasLocation))).Text(record.Key);
        if (record.Location is { } location)
        {
            to.Text(location);
        }

        to.Count((ulong)record.Values.Length);
        foreach (var value in record.Values)
        {
            ValueCodec.Write(to, value);
        }
    }

    // Bits that are no decimal, ticks that are no time, a number that is not finite: the values' own types refuse them.
    private RecordBatch ReadCheckedBatch(WireReader from)
    {
        try
        {
            return ReadBatch(from);
        }
        catch (ArgumentException error)
        {
            throw new ProtocolException($"A batch holds a value that cannot be: {error.Message}");
        }
    }

    private RecordBatch ReadBatch(WireReader from)
    {
        var stream = from.Text();
        var count = from.Items(Rules.MaxFields);
        if (count > 0)
        {
            var names = new string[count];
            for (var i = 0; i < count; i++)
            {
                names[i] = from.Text();
            }

            _names = Names(names);
        }

        var records = new List<Record>();
        while (from.Byte() is var more && more != 0)
        {
            if (more != 1 || records.Count == Rules.MaxBatch)
            {
                throw new ProtocolException("A batch holds something other than at most 10,000 records.");
            }

            records.Add(ReadRecord(ref from));
        }

        from.End();
        return new RecordBatch(stream, _names ?? throw new ProtocolException("The first batch of a read brings no column names."), records);
    }

    private static Record ReadRecord(ref WireReader from)
    {
        var flags = from.Byte();
        var key = from.Text();
        var location = (flags & HasLocation) != 0 ? from.Text() : null;
        var values = new FieldValue[from.Items(Rules.MaxFields)];
        for (var i = 0; i < values.Length; i++)
        {
            values[i] = ValueCodec.Read(ref from);
        }

        return new Record(key, values) { Operation = (flags & IsDelete) != 0 ? RecordOperation.Delete : RecordOperation.Upsert, Location = location };
    }

    private static FieldNames Names(string[] names)
    {
        try
        {
            return new FieldNames(names);
        }
        catch (ArgumentException error)
        {
            throw new ProtocolException($"A batch's column names cannot be used: {error.Message}");
        }
    }
}
