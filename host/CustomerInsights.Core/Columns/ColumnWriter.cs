using System.Buffers;
using System.Numerics;
using System.Runtime.InteropServices;
using System.Text;
using CustomerInsights.Core.Model;

namespace CustomerInsights.Core.Columns;

/// <summary>Takes a column's values row by row and encodes them. For one thread.</summary>
internal abstract class ColumnWriter
{
    private readonly List<ulong> _present = [];
    private int _missing;

    /// <summary>Rows so far.</summary>
    public int Rows { get; private set; }

    /// <summary>How many of them have a value.</summary>
    public int Count => Rows - _missing;

    public static ColumnWriter For(DataType type) => type switch
    {
        DataType.Text => new TextWriter(),
        DataType.TextList => new TextListWriter(),
        DataType.Boolean => new BooleanWriter(),
        DataType.Number => new NumberWriter(),
        DataType.Decimal => new DecimalWriter(),
        _ => new WholeWriter(type),
    };

    /// <summary>Adds a row. A value of another type is missing, but integers and decimals widen.</summary>
    public void Add(Value value)
    {
        var there = Put(value);
        if ((Rows & 63) == 0)
        {
            _present.Add(0);
        }

        if (there)
        {
            CollectionsMarshal.AsSpan(_present)[^1] |= 1UL << (Rows & 63);
        }
        else
        {
            _missing++;
        }

        Rows++;
    }

    /// <summary>The column. The writer is used up.</summary>
    public abstract Column Build();

    /// <summary>Takes the value, or a filler when it is not of the column's type; tells which.</summary>
    protected abstract bool Put(Value value);

    protected ReadOnlyMemory<byte> Present() => _missing == 0 ? default : Sections.Of<ulong>(CollectionsMarshal.AsSpan(_present));

    protected bool IsPresent(int row) => ((_present[row >> 6] >> (row & 63)) & 1) != 0;

    /// <summary>Writes scaled numbers in the narrowest width; missing rows do not widen it.</summary>
    protected ScaledColumn Scaled(DataType type, ReadOnlySpan<long> scaled, int digits, ReadOnlyMemory<byte> scales)
    {
        long least = long.MaxValue, most = long.MinValue;
        for (var row = 0; row < scaled.Length; row++)
        {
            if (IsPresent(row))
            {
                least = Math.Min(least, scaled[row]);
                most = Math.Max(most, scaled[row]);
            }
        }

        if (least > most)
        {
            least = most = 0;
        }

        var encoding = ScaledEncoding.Of(least, most, Step(scaled, least), digits);
        var data = new byte[scaled.Length * encoding.Width];
        for (var row = 0; row < scaled.Length && encoding.Width > 0; row++)
        {
            var stored = IsPresent(row) ? (long)(((Int128)scaled[row] - encoding.Base) / encoding.Step) : 0;
            switch (encoding.Width)
            {
                case 1:
                    data[row] = (byte)(sbyte)stored;
                    break;
                case 2:
                    MemoryMarshal.Cast<byte, short>(data.AsSpan())[row] = (short)stored;
                    break;
                case 4:
                    MemoryMarshal.Cast<byte, int>(data.AsSpan())[row] = (int)stored;
                    break;
                default:
                    MemoryMarshal.Cast<byte, long>(data.AsSpan())[row] = stored;
                    break;
            }
        }

        return new ScaledColumn(type, scaled.Length, Present(), encoding, data, scales);
    }

    private long Step(ReadOnlySpan<long> scaled, long least)
    {
        UInt128 step = 0;
        for (var row = 0; row < scaled.Length && step != 1; row++)
        {
            if (IsPresent(row))
            {
                step = Divisor(step, (UInt128)((Int128)scaled[row] - least));
            }
        }

        return step == 0 || step > long.MaxValue ? 1 : (long)step;
    }

    private static UInt128 Divisor(UInt128 a, UInt128 b)
    {
        while (b != 0)
        {
            (a, b) = (b, a % b);
        }

        return a;
    }

    private sealed class WholeWriter(DataType type) : ColumnWriter
    {
        private readonly List<long> _numbers = [];

        public override Column Build() => Scaled(type, CollectionsMarshal.AsSpan(_numbers), 0, default);

        protected override bool Put(Value value)
        {
            var there = value.Type == type;
            _numbers.Add(!there ? 0 : type switch
            {
                DataType.Integer => value.AsInteger(),
                DataType.Date => value.AsDate().DayNumber,
                _ => value.AsTime().UtcTicks,
            });
            return there;
        }
    }

    private sealed class DecimalWriter : ColumnWriter
    {
        private readonly List<decimal> _amounts = [];
        private int _digits;
        private bool _mixed;

        public override Column Build()
        {
            var scaled = new long[_amounts.Count];
            for (var row = 0; row < scaled.Length; row++)
            {
                if (!Decimals.TryScale(_amounts[row], _digits, out scaled[row]))
                {
                    return new WideDecimalColumn(Rows, Present(), Sections.Of<decimal>(CollectionsMarshal.AsSpan(_amounts)));
                }
            }

            var scales = _mixed ? _amounts.Select(amount => amount.Scale).ToArray() : [];
            return Scaled(DataType.Decimal, scaled, _digits, scales);
        }

        protected override bool Put(Value value)
        {
            var there = value.Type is DataType.Decimal or DataType.Integer;
            var amount = there ? value.AsDecimal() : 0;
            _amounts.Add(amount);
            if (there)
            {
                _mixed |= Count > 0 && amount.Scale != _digits;
                _digits = Math.Max(_digits, amount.Scale);
            }

            return there;
        }
    }

    private sealed class NumberWriter : ColumnWriter
    {
        private readonly List<double> _numbers = [];

        public override Column Build() => new NumberColumn(Rows, Present(), Sections.Of<double>(CollectionsMarshal.AsSpan(_numbers)));

        protected override bool Put(Value value)
        {
            var there = value.Type is DataType.Number or DataType.Decimal or DataType.Integer;
            _numbers.Add(there ? value.AsNumber() : 0);
            return there;
        }
    }

    private sealed class BooleanWriter : ColumnWriter
    {
        private readonly List<ulong> _flags = [];

        public override Column Build() => new BooleanColumn(Rows, Present(), Sections.Of<ulong>(CollectionsMarshal.AsSpan(_flags)));

        protected override bool Put(Value value)
        {
            if ((Rows & 63) == 0)
            {
                _flags.Add(0);
            }

            if (value.Type == DataType.Boolean && value.AsBoolean())
            {
                CollectionsMarshal.AsSpan(_flags)[^1] |= 1UL << (Rows & 63);
            }

            return value.Type == DataType.Boolean;
        }
    }

    private sealed class TextWriter : ColumnWriter
    {
        private readonly Dictionary<string, int> _codes = new(StringComparer.Ordinal);
        private readonly List<int> _rows = [];

        // A dictionary that is half as long as the column would only be in the way.
        private bool Plain => _codes.Count > 65_536 && _codes.Count > Rows / 2;

        public override Column Build() => Plain ? BuildPlain() : Coded(Present());

        public TextColumn Coded(ReadOnlyMemory<byte> present)
        {
            if (_codes.Count == 0)
            {
                _codes.Add("", 0);
            }

            return new TextColumn(_rows.Count, present, Sections.CodeWidth(_codes.Count), Sections.Codes(CollectionsMarshal.AsSpan(_rows), _codes.Count), Sections.Texts(_codes.Keys));
        }

        public void PutText(string text)
        {
            ref var code = ref CollectionsMarshal.GetValueRefOrAddDefault(_codes, text, out var known);
            code = known ? code : _codes.Count - 1;
            _rows.Add(code);
        }

        protected override bool Put(Value value)
        {
            if (value.Type != DataType.Text)
            {
                _rows.Add(0);
                return false;
            }

            PutText(value.AsText());
            return true;
        }

        private PlainTextColumn BuildPlain()
        {
            string[] texts = [.. _codes.Keys];
            return new PlainTextColumn(Rows, Present(), Sections.Texts(_rows.Select((code, row) => IsPresent(row) ? texts[code] : "")));
        }
    }

    private sealed class TextListWriter : ColumnWriter
    {
        private readonly TextWriter _items = new();
        private readonly List<int> _starts = [0];
        private int _itemCount;

        public override Column Build() =>
            new TextListColumn(Rows, Present(), Sections.Of<int>(CollectionsMarshal.AsSpan(_starts)), _items.Coded(default));

        protected override bool Put(Value value)
        {
            var there = value.Type == DataType.TextList;
            if (there)
            {
                foreach (var item in value.AsTextList())
                {
                    _items.PutText(item);
                    _itemCount++;
                }
            }

            _starts.Add(_itemCount);
            return there;
        }
    }
}

/// <summary>Makes sections.</summary>
internal static class Sections
{
    public static byte[] Of<T>(ReadOnlySpan<T> items)
        where T : unmanaged => MemoryMarshal.AsBytes(items).ToArray();

    public static int CodeWidth(int count) => count <= 256 ? 1 : count <= 65_536 ? 2 : 4;

    public static byte[] Codes(ReadOnlySpan<int> codes, int count)
    {
        switch (CodeWidth(count))
        {
            case 1:
                var bytes = new byte[codes.Length];
                for (var i = 0; i < bytes.Length; i++)
                {
                    bytes[i] = (byte)codes[i];
                }

                return bytes;
            case 2:
                var shorts = new ushort[codes.Length];
                for (var i = 0; i < shorts.Length; i++)
                {
                    shorts[i] = (ushort)codes[i];
                }

                return Of<ushort>(shorts);
            default:
                return Of(codes);
        }
    }

    /// <exception cref="OverflowException">The texts take more than 2 GiB.</exception>
    public static TextSection Texts(IEnumerable<string> texts)
    {
        var starts = new List<int> { 0 };
        var bytes = new ArrayBufferWriter<byte>();
        foreach (var text in texts)
        {
            Encoding.UTF8.GetBytes(text, bytes);
            starts.Add(checked((int)bytes.WrittenCount));
        }

        return new TextSection(Of<int>(CollectionsMarshal.AsSpan(starts)), bytes.WrittenSpan.ToArray());
    }
}
