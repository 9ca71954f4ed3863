using System.Security.Cryptography;

namespace CustomerInsights.Core.Unification.Linkage.Stored;

/// <summary>A model as bytes; docs/match-model.md draws it.</summary>
internal static class ModelFormat
{
    /// <summary>To be raised when the bytes change, or when a run would decide otherwise with the same model and <see cref="MatchKnowledge"/> does not show it.</summary>
    internal const byte Version = 1;

    private const int Head = 5;
    private const int Levels = 1 << PairLevels.Bits;
    private const int MostClasses = 64;
    private static ReadOnlySpan<byte> Magic => "CIMM"u8;

    internal static byte[] Write(MatchModel model)
    {
        var writer = new ByteWriter();
        writer.Bytes(Magic);
        writer.Byte(Version);
        writer.Hash(MatchKnowledge.Mark);
        writer.Text(model.Mark);
        writer.Number(model.Records);
        writer.Number(model.Fields.Count);
        for (var field = 0; field < model.Fields.Count; field++)
        {
            writer.Text(model.Fields[field].Name);
            writer.Byte((byte)model.Fields[field].Type);
            writer.Byte(model.Fields[field].Dates.ToByte());
            Array.ForEach(model.Levels[field], writer.Number);
            Write(writer, model.Facts[field]);
        }

        writer.Number(model.Keys.Length);
        foreach (var key in model.Keys)
        {
            writer.Text(key.First);
            writer.Text(key.Second ?? "");
            writer.Number(key.TooLarge.Count);
            foreach (var hash in key.TooLarge.Order())
            {
                writer.Hash(hash);
            }
        }

        Write(writer, model.Tables);
        writer.Bytes(SHA256.HashData(writer.Written));
        return writer.Written.ToArray();
    }

    internal static MatchModel? Read(ReadOnlySpan<byte> bytes, out string? reason)
    {
        if (bytes.Length < Head || !bytes.StartsWith(Magic))
        {
            reason = "It is no model.";
            return null;
        }

        if (bytes[Head - 1] != Version)
        {
            reason = $"It is of format {bytes[Head - 1]}; this version has format {Version}.";
            return null;
        }

        var end = bytes.Length - SHA256.HashSizeInBytes;
        if (end < Head || !SHA256.HashData(bytes[..end]).AsSpan().SequenceEqual(bytes[end..]))
        {
            reason = "It is damaged: the checksum does not agree.";
            return null;
        }

        try
        {
            var reader = new ByteReader(bytes[Head..end]);
            if (reader.LongHash() != MatchKnowledge.Mark)
            {
                reason = "It is of another version, which compared values in another way.";
                return null;
            }

            var model = Model(ref reader);
            reason = reader.IsAtEnd ? null : "It is damaged: there is more than belongs to it.";
            return reason is null ? model : null;
        }
        catch (FormatException error)
        {
            reason = $"It is damaged: {error.Message}";
            return null;
        }
    }

    private static MatchModel Model(ref ByteReader reader)
    {
        var (mark, records, count) = (reader.Text(), reader.Number(), reader.Count(Levels));
        if (count is 0 or > PairLevels.MostFields)
        {
            throw new FormatException("It has no field, or too many.");
        }

        var (fields, facts, levels) = (new ModelField[count], new FieldFacts[count], new long[count][]);
        for (var field = 0; field < count; field++)
        {
            fields[field] = new(reader.Text(), (MatchFieldType)reader.Byte()) { Dates = DateOrder.Of(reader.Byte()) };
            levels[field] = new long[Levels];
            for (var level = 0; level < Levels; level++)
            {
                levels[field][level] = reader.Number();
            }

            facts[field] = Facts(ref reader);
        }

        var keys = new ModelKey[reader.Count(3)];
        for (var key = 0; key < keys.Length; key++)
        {
            var (first, second) = (reader.Text(), reader.Text());
            var tooLarge = new HashSet<uint>();
            for (var left = reader.Count(4); left > 0; left--)
            {
                tooLarge.Add(reader.ShortHash());
            }

            keys[key] = new(first, second.Length == 0 ? null : second, tooLarge);
        }

        return new(mark, records, fields, facts, levels, keys, Tables(ref reader, count));
    }

    private static void Write(ByteWriter writer, FieldFacts facts)
    {
        writer.Number(facts.Steps.Count);
        foreach (var (hash, step) in facts.Steps.OrderBy(one => one.Key))
        {
            writer.Hash(hash);
            writer.Byte(step);
        }

        writer.Number(facts.Rarest);
        writer.Number(facts.Words.Count);
        foreach (var (hash, weight) in facts.Words.OrderBy(one => one.Key))
        {
            writer.Hash(hash);
            writer.Number(weight);
        }

        writer.Number(facts.Junk.Count);
        foreach (var hash in facts.Junk.Order())
        {
            writer.Hash(hash);
        }
    }

    private static FieldFacts Facts(ref ByteReader reader)
    {
        var (steps, words, junk) = (new Dictionary<ulong, byte>(), new Dictionary<ulong, long>(), new HashSet<ulong>());
        for (var left = reader.Count(9); left > 0; left--)
        {
            var (hash, step) = (reader.LongHash(), reader.Byte());
            steps[hash] = step < FieldFacts.VeryRare ? step : throw new FormatException("A step is too high.");
        }

        var rarest = reader.Number();
        for (var left = reader.Count(9); left > 0; left--)
        {
            var (hash, weight) = (reader.LongHash(), reader.Number());
            words[hash] = weight;
        }

        for (var left = reader.Count(8); left > 0; left--)
        {
            junk.Add(reader.LongHash());
        }

        return new(steps, words, rarest, junk);
    }

    private static void Write(ByteWriter writer, MixtureTables tables)
    {
        writer.Number(tables.Share.Length);
        Array.ForEach(tables.Leads, lead => writer.Number(lead));
        Array.ForEach(tables.Share, writer.Double);
        foreach (var table in tables.Log.SelectMany(ofClass => ofClass).Concat(tables.Chance))
        {
            writer.Number(table.Length);
            Array.ForEach(table, writer.Double);
        }
    }

    private static MixtureTables Tables(ref ByteReader reader, int fields)
    {
        var classes = reader.Count(9);
        if (classes is < 2 or > MostClasses)
        {
            throw new FormatException("It has no classes, or too many.");
        }

        var leads = new int[classes - 1];
        for (var i = 0; i < leads.Length; i++)
        {
            leads[i] = (int)reader.Number();
        }

        var share = Doubles(ref reader, classes);
        var log = new double[classes][][];
        for (var k = 0; k < classes; k++)
        {
            log[k] = Tables(ref reader, fields, Levels);
        }

        return new(leads, share, log, Tables(ref reader, fields, Levels));
    }

    private static double[][] Tables(ref ByteReader reader, int fields, int most)
    {
        var tables = new double[fields][];
        for (var field = 0; field < fields; field++)
        {
            var levels = reader.Count(8);
            tables[field] = levels <= most ? Doubles(ref reader, levels) : throw new FormatException("A field has too many levels.");
        }

        return tables;
    }

    private static double[] Doubles(ref ByteReader reader, int count)
    {
        var values = new double[count];
        for (var i = 0; i < count; i++)
        {
            values[i] = reader.Double();
        }

        return values;
    }
}
