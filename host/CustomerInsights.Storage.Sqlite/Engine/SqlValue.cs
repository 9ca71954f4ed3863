using System.Runtime.InteropServices;
using CustomerInsights.Core.Model;

namespace CustomerInsights.Storage.Sqlite.Engine;

/// <summary>A value on its way into a statement. The conversions are implicit so that calls read like SQL.</summary>
[StructLayout(LayoutKind.Auto)]
internal readonly struct SqlValue
{
    private readonly long _bits;
    private readonly object? _reference;
    private readonly SqlKind _kind;

    private SqlValue(SqlKind kind, long bits, object? reference) => (_kind, _bits, _reference) = (kind, bits, reference);

    private enum SqlKind : byte
    {
        Null = 0,
        Integer = 1,
        Real = 2,
        Text = 3,
        Blob = 4,
    }

    public static implicit operator SqlValue(long value) => new(SqlKind.Integer, value, null);

    public static implicit operator SqlValue(long? value) => value is { } some ? some : default(SqlValue);

    public static implicit operator SqlValue(bool value) => value ? 1L : 0L;

    public static implicit operator SqlValue(double value) => new(SqlKind.Real, BitConverter.DoubleToInt64Bits(value), null);

    public static implicit operator SqlValue(string? value) => value is null ? default : new(SqlKind.Text, 0, value);

    public static implicit operator SqlValue(byte[]? value) => value is null ? default : new(SqlKind.Blob, 0, value);

    public static implicit operator SqlValue(DateTimeOffset value) => value.UtcTicks;

    public static implicit operator SqlValue(DateTimeOffset? value) => value is { } some ? some : default(SqlValue);

    // Big-endian, so that the order of the bytes is the order of the text.
    public static implicit operator SqlValue(ProfileId value) => value.Value.ToByteArray(bigEndian: true);

    public void Bind(SqlStatement statement, int index)
    {
        switch (_kind)
        {
            case SqlKind.Integer:
                statement.Bind(index, _bits);
                break;
            case SqlKind.Real:
                statement.Bind(index, BitConverter.Int64BitsToDouble(_bits));
                break;
            case SqlKind.Text:
                statement.Bind(index, (string)_reference!);
                break;
            case SqlKind.Blob:
                statement.Bind(index, ((byte[])_reference!).AsSpan());
                break;
            default:
                statement.BindNull(index);
                break;
        }
    }
}
