using System.Globalization;

namespace CustomerInsights.Core.Model;

/// <summary>
/// One value of the data model, or <see cref="Missing"/>. A small struct: integers, numbers, Booleans, dates and times are
/// held unboxed; text, decimals and lists by reference.
/// </summary>
/// <remarks>
/// Equality is by type and content: integer 1 does not equal decimal 1. Two decimals are equal when their amounts are
/// (1.0 equals 1.00). Missing equals missing here, because this is the equality of the store ("has anything changed?");
/// in the rules language every comparison with a missing value is false.
/// </remarks>
public readonly struct Value : IEquatable<Value>
{
    private readonly long _bits;
    private readonly object? _reference;
    private readonly DataType _type; // 0 = missing

    private Value(DataType type, long bits, object? reference)
    {
        _type = type;
        _bits = bits;
        _reference = reference;
    }

    /// <summary>No value. The default of the struct.</summary>
    public static Value Missing => default;

    /// <summary>True when there is no value.</summary>
    public bool IsMissing => _type == default;

    /// <summary>The type, or null when missing.</summary>
    public DataType? Type => _type == default ? null : _type;

    /// <summary>Text; null gives missing, empty text stays a value.</summary>
    public static Value Of(string? text) => text is null ? default : new Value(DataType.Text, 0, text);

    /// <summary>A 64-bit integer.</summary>
    public static Value Of(long integer) => new(DataType.Integer, integer, null);

    /// <summary>A decimal.</summary>
    public static Value Of(decimal amount) => new(DataType.Decimal, 0, amount);

    /// <summary>A double; NaN and infinities give missing.</summary>
    public static Value Of(double number) =>
        double.IsFinite(number) ? new Value(DataType.Number, BitConverter.DoubleToInt64Bits(number), null) : default;

    /// <summary>A Boolean.</summary>
    public static Value Of(bool flag) => new(DataType.Boolean, flag ? 1 : 0, null);

    /// <summary>A calendar day.</summary>
    public static Value Of(DateOnly date) => new(DataType.Date, date.DayNumber, null);

    /// <summary>An instant; kept in UTC.</summary>
    public static Value Of(DateTimeOffset instant) => new(DataType.Time, instant.UtcTicks, null);

    /// <summary>A list of texts; null gives missing.</summary>
    public static Value Of(IReadOnlyList<string>? texts) =>
        texts is null ? default : new Value(DataType.TextList, 0, texts);

    /// <summary>The text. Throws <see cref="InvalidOperationException"/> for another type.</summary>
    public string AsText() => _type == DataType.Text ? (string)_reference! : throw Wrong(DataType.Text);

    /// <summary>The integer. Throws <see cref="InvalidOperationException"/> for another type.</summary>
    public long AsInteger() => _type == DataType.Integer ? _bits : throw Wrong(DataType.Integer);

    /// <summary>The decimal. An integer widens; any other type throws <see cref="InvalidOperationException"/>.</summary>
    public decimal AsDecimal() => _type switch
    {
        DataType.Decimal => (decimal)_reference!,
        DataType.Integer => _bits,
        _ => throw Wrong(DataType.Decimal),
    };

    /// <summary>The double. Integers and decimals widen; any other type throws <see cref="InvalidOperationException"/>.</summary>
    public double AsNumber() => _type switch
    {
        DataType.Number => BitConverter.Int64BitsToDouble(_bits),
        DataType.Integer => _bits,
        DataType.Decimal => (double)(decimal)_reference!,
        _ => throw Wrong(DataType.Number),
    };

    /// <summary>The Boolean. Throws <see cref="InvalidOperationException"/> for another type.</summary>
    public bool AsBoolean() => _type == DataType.Boolean ? _bits != 0 : throw Wrong(DataType.Boolean);

    /// <summary>The day. Throws <see cref="InvalidOperationException"/> for another type.</summary>
    public DateOnly AsDate() => _type == DataType.Date ? DateOnly.FromDayNumber((int)_bits) : throw Wrong(DataType.Date);

    /// <summary>The instant, in UTC. Throws <see cref="InvalidOperationException"/> for another type.</summary>
    public DateTimeOffset AsTime() => _type == DataType.Time ? new DateTimeOffset(_bits, TimeSpan.Zero) : throw Wrong(DataType.Time);

    /// <summary>The texts. Throws <see cref="InvalidOperationException"/> for another type.</summary>
    public IReadOnlyList<string> AsTextList() =>
        _type == DataType.TextList ? (IReadOnlyList<string>)_reference! : throw Wrong(DataType.TextList);

    /// <inheritdoc />
    public bool Equals(Value other)
    {
        if (_type != other._type)
        {
            return false;
        }

        return _type switch
        {
            DataType.Text => string.Equals((string)_reference!, (string)other._reference!, StringComparison.Ordinal),
            DataType.Decimal => (decimal)_reference! == (decimal)other._reference!,
            DataType.TextList => ((IReadOnlyList<string>)_reference!).SequenceEqual(
                (IReadOnlyList<string>)other._reference!, StringComparer.Ordinal),
            _ => _bits == other._bits,
        };
    }

    /// <inheritdoc />
    public override bool Equals(object? obj) => obj is Value other && Equals(other);

    /// <inheritdoc />
    public override int GetHashCode() => _type switch
    {
        DataType.Text => HashCode.Combine(_type, ((string)_reference!).GetHashCode(StringComparison.Ordinal)),
        DataType.Decimal => HashCode.Combine(_type, ((decimal)_reference!).GetHashCode()),
        DataType.TextList => HashCode.Combine(_type, ((IReadOnlyList<string>)_reference!).Count),
        _ => HashCode.Combine(_type, _bits),
    };

    /// <summary>Equality by type and content.</summary>
    public static bool operator ==(Value left, Value right) => left.Equals(right);

    /// <summary>Inequality by type and content.</summary>
    public static bool operator !=(Value left, Value right) => !left.Equals(right);

    /// <summary>
    /// The canonical text: invariant numbers, <c>true</c>/<c>false</c>, <c>yyyy-MM-dd</c>, ISO 8601 with <c>Z</c>,
    /// lists joined by <c>;</c>, and an empty string when missing.
    /// </summary>
    public override string ToString() => _type switch
    {
        DataType.Text => (string)_reference!,
        DataType.Integer => _bits.ToString(CultureInfo.InvariantCulture),
        DataType.Decimal => ((decimal)_reference!).ToString(CultureInfo.InvariantCulture),
        DataType.Number => AsNumber().ToString("R", CultureInfo.InvariantCulture),
        DataType.Boolean => _bits != 0 ? "true" : "false",
        DataType.Date => AsDate().ToString("yyyy-MM-dd", CultureInfo.InvariantCulture),
        DataType.Time => AsTime().UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.FFFFFFF'Z'", CultureInfo.InvariantCulture),
        DataType.TextList => string.Join(';', AsTextList()),
        _ => "",
    };

    private InvalidOperationException Wrong(DataType asked) =>
        new($"The value is {(_type == default ? "missing" : _type.ToString())}, not {asked}.");
}
