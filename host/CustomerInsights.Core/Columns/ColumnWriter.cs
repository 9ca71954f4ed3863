using System.Runtime.InteropServices;
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

    /// <summary>A writer of a type.</summary>
    /// <param name="type">The type.</param>
    /// <param name="capacity">How many rows will come, when that is known: nothing has to grow then.</param>
    public static ColumnWriter For(DataType type, int capacity = 0) => type switch
    {
        DataType.Text => new TextWriter(capacity: capacity),
        DataType.TextList => new TextListWriter(),
        DataType.Boolean => new BooleanWriter(),
        DataType.Number => new NumberWriter(capacity),
        DataType.Decimal => new DecimalWriter(capacity),
        _ => new WholeWriter(type, capacity),
    };

    /// <summary>Adds a row. A value of another type is missing, but integers and decimals widen.</summary>
    public void Add(Value value) => End(Put(value));

    /// <summary>Adds a row from a value document; as <see cref="Add(Value)"/>.</summary>
    /// <exception cref="FormatException">It is not a value.</exception>
    public void Add(DocumentValue value) => End(Put(value));

    /// <summary>Adds the row of another column.</summary>
    public void Add(Column column, int row) => End(column.IsPresent(row) ? PutFrom(column, row) : Put(default(Value)));

    /// <summary>Puts the rows in another order: row <c>i</c> becomes what row <c>order[i]</c> is. Rows can only be read and built after it.</summary>
    public void Arrange(ReadOnlySpan<int> order)
    {
        if (_missing > 0)
        {
            Arranged.Bits(_present, order);
        }

        Move(order);
    }

    /// <summary>The column. The writer is used up.</summary>
    public abstract Column Build();

    /// <summary>Takes the value, or a filler when it is not of the column's type; tells which.</summary>
    protected abstract bool Put(Value value);

    protected abstract bool Put(DocumentValue value);

    protected virtual bool PutFrom(Column column, int row) => Put(column.ValueAt(row));

    /// <summary>Puts the values in another order, see <see cref="Arrange"/>.</summary>
    protected abstract void Move(ReadOnlySpan<int> order);

    protected ReadOnlyMemory<byte> Present() => _missing == 0 ? default : Sections.Of<ulong>(CollectionsMarshal.AsSpan(_present));

    protected bool IsPresent(int row) => ((_present[row >> 6] >> (row & 63)) & 1) != 0;

    protected void End(bool there)
    {
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
}

/// <summary>Doubles.</summary>
internal sealed class NumberWriter(int capacity = 0) : ColumnWriter
{
    private readonly List<double> _numbers = new(capacity);

    public override Column Build() => new NumberColumn(Rows, Present(), Sections.Of<double>(CollectionsMarshal.AsSpan(_numbers)));

    protected override void Move(ReadOnlySpan<int> order) => Arranged.Items(_numbers, order);

    protected override bool Put(Value value)
    {
        var there = value.Type is DataType.Number or DataType.Decimal or DataType.Integer;
        _numbers.Add(there ? value.AsNumber() : 0);
        return there;
    }

    protected override bool Put(DocumentValue value)
    {
        var number = value.Kind switch
        {
            DocumentValueKind.Number => value.AsDouble(),
            DocumentValueKind.Integer => value.AsLong(),
            DocumentValueKind.Decimal => (double)value.AsDecimal(),
            _ => double.NaN,
        };
        var there = double.IsFinite(number);
        _numbers.Add(there ? number : 0);
        return there;
    }
}

/// <summary>Booleans.</summary>
internal sealed class BooleanWriter : ColumnWriter
{
    private readonly List<ulong> _flags = [];

    public override Column Build() => new BooleanColumn(Rows, Present(), Sections.Of<ulong>(CollectionsMarshal.AsSpan(_flags)));

    protected override void Move(ReadOnlySpan<int> order) => Arranged.Bits(_flags, order);

    protected override bool Put(Value value) => Flag(value.Type == DataType.Boolean, value.Type == DataType.Boolean && value.AsBoolean());

    protected override bool Put(DocumentValue value) =>
        Flag(value.Kind is DocumentValueKind.True or DocumentValueKind.False, value.Kind == DocumentValueKind.True);

    private bool Flag(bool there, bool set)
    {
        if ((Rows & 63) == 0)
        {
            _flags.Add(0);
        }

        if (set)
        {
            CollectionsMarshal.AsSpan(_flags)[^1] |= 1UL << (Rows & 63);
        }

        return there;
    }
}
