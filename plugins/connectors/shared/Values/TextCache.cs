using System.Buffers.Binary;
using System.Text;

namespace CustomerInsights.Connectors.Files;

/// <summary>
/// Hands out one string for a short text that comes often in a column (a country, a tier). Gives itself up where values
/// rarely repeat, so that names and e-mails do not pay for it.
/// </summary>
internal sealed class TextCache
{
    private const int MaxLength = 32;
    private const int Trial = 1024;
    private readonly string?[] _texts = new string?[256];
    private int _asked;
    private int _found;
    private bool _off;

    /// <summary>The text of UTF-8 bytes.</summary>
    public string Get(ReadOnlySpan<byte> utf8)
    {
        if (_off || utf8.Length is 0 or > MaxLength)
        {
            return Encoding.UTF8.GetString(utf8);
        }

        if (++_asked == Trial)
        {
            _off = _found * 4 < _asked;
            _asked = 0;
            _found = 0;
        }

        ref var place = ref _texts[Place(utf8)];
        if (place is { } text && text.Length == utf8.Length && Ascii.Equals(utf8, text))
        {
            _found++;
            return text;
        }

        return place = Encoding.UTF8.GetString(utf8);
    }

    private static byte Place(ReadOnlySpan<byte> utf8)
    {
        ulong mixed;
        if (utf8.Length >= 8)
        {
            mixed = BinaryPrimitives.ReadUInt64LittleEndian(utf8) ^ (BinaryPrimitives.ReadUInt64LittleEndian(utf8[^8..]) * 31);
        }
        else
        {
            mixed = (ulong)utf8.Length;
            foreach (var value in utf8)
            {
                mixed = (mixed << 8) ^ value;
            }
        }

        return (byte)((mixed * 0x9e3779b97f4a7c15) >> 56);
    }
}
