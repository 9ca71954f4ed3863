using CustomerInsights.Plugins.Boundary;
using CustomerInsights.Sdk;

namespace CustomerInsights.Plugins.Workers.Protocol;

/// <summary>A value: a byte for its kind, then the value in as many bytes as it needs.</summary>
internal static class ValueCodec
{
    // The kinds of the SDK as they are numbered there, and one more, so that a boolean needs no second byte.
    private const byte True = 64;

    internal static void Write(WireWriter to, FieldValue value)
    {
        if (value is { Kind: FieldKind.Boolean } boolean && boolean.AsBoolean())
        {
            to.Byte(True);
            return;
        }

        to.Byte((byte)value.Kind);
        switch (value.Kind)
        {
            case FieldKind.Text or FieldKind.Json:
                to.Text(value.AsText());
                break;
            case FieldKind.Integer:
                to.Integer(value.AsInteger());
                break;
            case FieldKind.Number:
                to.Int64(BitConverter.DoubleToInt64Bits(value.AsNumber()));
                break;
            case FieldKind.Decimal:
                WriteDecimal(to, value.AsDecimal());
                break;
            case FieldKind.Date:
                to.Count((ulong)value.AsDate().DayNumber);
                break;
            case FieldKind.Time:
                to.Int64(value.AsTime().UtcTicks);
                break;
            case FieldKind.TextList:
                var texts = value.AsList();
                to.Count((ulong)texts.Count);
                foreach (var text in texts)
                {
                    to.Text(text ?? throw new RuleBrokenException("not-null", "A text of a list is null."));
                }

                break;
        }
    }

    internal static FieldValue Read(ref WireReader from)
    {
        var kind = from.Byte();
        return (FieldKind)kind switch
        {
            FieldKind.Null => default,
            FieldKind.Text => from.Text(),
            FieldKind.Json => FieldValue.Json(from.Bytes().ToArray()),
            FieldKind.Integer => from.Integer(),
            FieldKind.Number => BitConverter.Int64BitsToDouble(from.Int64()),
            FieldKind.Decimal => ReadDecimal(ref from),
            FieldKind.Boolean => false,
            (FieldKind)True => true,
            FieldKind.Date => ReadDate(ref from),
            FieldKind.Time => new DateTimeOffset(from.Int64(), TimeSpan.Zero),
            FieldKind.TextList => FieldValue.List(ReadTexts(ref from)),
            _ => throw new ProtocolException($"A value is of kind {kind}, which is not known."),
        };
    }

    private static void WriteDecimal(WireWriter to, decimal value)
    {
        Span<int> bits = stackalloc int[4];
        decimal.GetBits(value, bits);
        to.Int64((uint)bits[0] | ((long)bits[1] << 32)).Int64((uint)bits[2] | ((long)bits[3] << 32));
    }

    private static decimal ReadDecimal(ref WireReader from)
    {
        var (low, high) = (from.Int64(), from.Int64());
        return new decimal([(int)low, (int)(low >> 32), (int)high, (int)(high >> 32)]);
    }

    private static DateOnly ReadDate(ref WireReader from)
    {
        var day = from.Count();
        return day <= (ulong)DateOnly.MaxValue.DayNumber ? DateOnly.FromDayNumber((int)day) : throw new ProtocolException($"A date is day {day}, which does not exist.");
    }

    private static string[] ReadTexts(ref WireReader from)
    {
        var texts = new string[from.Items(int.MaxValue)];
        for (var i = 0; i < texts.Length; i++)
        {
            texts[i] = from.Text();
        }

        return texts;
    }
}
