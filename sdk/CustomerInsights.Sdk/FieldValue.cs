using System.Globalization;
using System.Text;
using System.Text.Json;

namespace CustomerInsights.Sdk;

/// <summary>
/// One value of a record or of a profile. Integers, numbers, Booleans, dates and times are held unboxed; everything else
/// by reference. Immutable, safe for any thread. The default is <see cref="Null"/>.
/// </summary>
/// <remarks>Nothing but this type carries values over the border between host and plugin, so that a plugin can be unloaded.</remarks>
public readonly struct FieldValue : IEquatable<FieldValue>
{
    private readonly long _bits;
    private readonly object? _reference;

    private FieldValue(FieldKind kind, long bits, object? reference)
    {
        Kind = kind;
        _bits = bits;
        _reference = reference;
    }

    /// <summary>No value.</summary>
    public static FieldValue Null => default;

    /// <summary>What is held.</summary>
    public FieldKind Kind { get; }

    /// <summary>True when no value is held.</summary>
    public bool IsNull => Kind == FieldKind.Null;

    /// <summary>Text; a null string gives <see cref="Null"/>, an empty one stays a value.</summary>
    /// <param name="value">The text.</param>
    public static implicit operator FieldValue(string? value) => value is null ? default : new(FieldKind.Text, 0, value);

    /// <summary>An integer.</summary>
    /// <param name="value">The integer.</param>
    public static implicit operator FieldValue(long value) => new(FieldKind.Integer, value, null);

    /// <summary>A number. Throws <see cref="ArgumentOutOfRangeException"/> for NaN and infinities.</summary>
    /// <param name="value">The number, finite.</param>
    public static implicit operator FieldValue(double value) => double.IsFinite(value)
        ? new(FieldKind.Number, BitConverter.DoubleToInt64Bits(value), null)
        : throw new ArgumentOutOfRangeException(nameof(value), value, "A number must be finite; use FieldValue.Null for 'not known'.");

    /// <summary>A decimal.</summary>
    /// <param name="value">The decimal.</param>
    public static implicit operator FieldValue(decimal value) => new(FieldKind.Decimal, 0, value);

    /// <summary>A Boolean.</summary>
    /// <param name="value">The flag.</param>
    public static implicit operator FieldValue(bool value) => new(FieldKind.Boolean, value ? 1 : 0, null);

    /// <summary>A calendar day.</summary>
    /// <param name="value">The day.</param>
    public static implicit operator FieldValue(DateOnly value) => new(FieldKind.Date, value.DayNumber, null);

    /// <summary>An instant; its offset is dropped, the instant kept.</summary>
    /// <param name="value">The instant.</param>
    public static implicit operator FieldValue(DateTimeOffset value) => new(FieldKind.Time, value.UtcTicks, null);

    /// <summary>A list of texts. It is copied: a list may be of a type of the plugin, which must not cross the border.</summary>
    /// <param name="texts">The texts; null gives <see cref="Null"/>.</param>
    /// <returns>The value.</returns>
    public static FieldValue List(IReadOnlyList<string>? texts) => texts is null ? default : new(FieldKind.TextList, 0, texts.ToArray());

    /// <summary>A nested object or array. Not parsed here; the host rejects the record if it is not valid JSON.</summary>
    /// <param name="utf8">UTF-8 JSON text.</param>
    /// <returns>The value.</returns>
    public static FieldValue Json(ReadOnlyMemory<byte> utf8) => new(FieldKind.Json, 0, Encoding.UTF8.GetString(utf8.Span));

    /// <summary>The text of a <see cref="FieldKind.Text"/> or <see cref="FieldKind.Json"/> value.</summary>
    /// <returns>The text.</returns>
    /// <exception cref="InvalidOperationException">The value is of another kind.</exception>
    public string AsText() => Kind is FieldKind.Text or FieldKind.Json ? (string)_reference! : throw Wrong(FieldKind.Text);

    /// <summary>The integer.</summary>
    /// <returns>The integer.</returns>
    /// <exception cref="InvalidOperationException">The value is of another kind.</exception>
    public long AsInteger() => Kind == FieldKind.Integer ? _bits : throw Wrong(FieldKind.Integer);

    /// <summary>The number.</summary>
    /// <returns>The number, finite.</returns>
    /// <exception cref="InvalidOperationException">The value is of another kind.</exception>
    public double AsNumber() => Kind == FieldKind.Number ? BitConverter.Int64BitsToDouble(_bits) : throw Wrong(FieldKind.Number);

    /// <summary>The decimal.</summary>
    /// <returns>The decimal.</returns>
    /// <exception cref="InvalidOperationException">The value is of another kind.</exception>
    public decimal AsDecimal() => Kind == FieldKind.Decimal ? (decimal)_reference! : throw Wrong(FieldKind.Decimal);

    /// <summary>The Boolean.</summary>
    /// <returns>The flag.</returns>
    /// <exception cref="InvalidOperationException">The value is of another kind.</exception>
    public bool AsBoolean() => Kind == FieldKind.Boolean ? _bits != 0 : throw Wrong(FieldKind.Boolean);

    /// <summary>The day.</summary>
    /// <returns>The day.</returns>
    /// <exception cref="InvalidOperationException">The value is of another kind.</exception>
    public DateOnly AsDate() => Kind == FieldKind.Date ? DateOnly.FromDayNumber((int)_bits) : throw Wrong(FieldKind.Date);

    /// <summary>The instant, in UTC.</summary>
    /// <returns>The instant.</returns>
    /// <exception cref="InvalidOperationException">The value is of another kind.</exception>
    public DateTimeOffset AsTime() => Kind == FieldKind.Time ? new(_bits, TimeSpan.Zero) : throw Wrong(FieldKind.Time);

    /// <summary>The texts.</summary>
    /// <returns>The texts, in order.</returns>
    /// <exception cref="InvalidOperationException">The value is of another kind.</exception>
    public IReadOnlyList<string> AsList() => Kind == FieldKind.TextList ? (IReadOnlyList<string>)_reference! : throw Wrong(FieldKind.TextList);

    /// <summary>Equal when kind and content are; decimals by amount (1.0 equals 1.00), text by ordinal.</summary>
    /// <param name="other">The other value.</param>
    /// <returns>True when equal.</returns>
    public bool Equals(FieldValue other) => Kind == other.Kind && Kind switch
    {
        FieldKind.Text or FieldKind.Json => string.Equals((string)_reference!, (string)other._reference!, StringComparison.Ordinal),
        FieldKind.Decimal => (decimal)_reference! == (decimal)other._reference!,
        FieldKind.TextList => AsList().SequenceEqual(other.AsList(), StringComparer.Ordinal),
        _ => _bits == other._bits,
    };

    /// <inheritdoc />
    public override bool Equals(object? obj) => obj is FieldValue other && Equals(other);

    /// <inheritdoc />
    public override int GetHashCode() => Kind switch
    {
        FieldKind.Text or FieldKind.Json => ((string)_reference!).GetHashCode(StringComparison.Ordinal),
        FieldKind.Decimal => ((decimal)_reference!).GetHashCode(),
        FieldKind.TextList => AsList().Count,
        _ => HashCode.Combine(Kind, _bits),
    };

    /// <summary>Equality by kind and content.</summary>
    /// <param name="left">One value.</param>
    /// <param name="right">The other.</param>
    public static bool operator ==(FieldValue left, FieldValue right) => left.Equals(right);

    /// <summary>Inequality by kind and content.</summary>
    /// <param name="left">One value.</param>
    /// <param name="right">The other.</param>
    public static bool operator !=(FieldValue left, FieldValue right) => !left.Equals(right);

    /// <summary>Canonical text: invariant numbers, <c>true</c>/<c>false</c>, <c>yyyy-MM-dd</c>, ISO 8601 with <c>Z</c>, lists joined by <c>;</c>.</summary>
    /// <returns>The text; empty for <see cref="Null"/>.</returns>
    public override string ToString() => Kind switch
    {
        FieldKind.Text or FieldKind.Json => (string)_reference!,
        FieldKind.Integer => _bits.ToString(CultureInfo.InvariantCulture),
        FieldKind.Number => AsNumber().ToString("R", CultureInfo.InvariantCulture),
        FieldKind.Decimal => ((decimal)_reference!).ToString(CultureInfo.InvariantCulture),
        FieldKind.Boolean => _bits != 0 ? "true" : "false",
        FieldKind.Date => AsDate().ToString("yyyy-MM-dd", CultureInfo.InvariantCulture),
        FieldKind.Time => AsTime().UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.FFFFFFF'Z'", CultureInfo.InvariantCulture),
        FieldKind.TextList => string.Join(';', AsList()),
        _ => "",
    };

    /// <summary>
    /// Writes the value as JSON of its kind: null, a number, true or false, a list of texts; JSON as the same JSON, written anew, so that a line break within
    /// it breaks no line; dates, times and text as text.
    /// </summary>
    /// <param name="json">Where a value is expected.</param>
    /// <exception cref="JsonException">A value of kind <see cref="FieldKind.Json"/> is not JSON.</exception>
    public void WriteTo(Utf8JsonWriter json)
    {
        ArgumentNullException.ThrowIfNull(json);
        switch (Kind)
        {
            case FieldKind.Null:
                json.WriteNullValue();
                break;
            case FieldKind.Integer:
                json.WriteNumberValue(_bits);
                break;
            case FieldKind.Number:
                json.WriteNumberValue(AsNumber());
                break;
            case FieldKind.Decimal:
                json.WriteNumberValue(AsDecimal());
                break;
            case FieldKind.Boolean:
                json.WriteBooleanValue(AsBoolean());
                break;
            case FieldKind.TextList:
                json.WriteStartArray();
                foreach (var text in AsList())
                {
                    json.WriteStringValue(text);
                }

                json.WriteEndArray();
                break;
            case FieldKind.Json:
                using (var document = JsonDocument.Parse(AsText()))
                {
                    document.RootElement.WriteTo(json);
                }

                break;
            default:
                json.WriteStringValue(ToString());
                break;
        }
    }

    private InvalidOperationException Wrong(FieldKind asked) => new($"The value is {Kind}, not {asked}.");
}
