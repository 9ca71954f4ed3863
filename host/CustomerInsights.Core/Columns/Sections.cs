using System.Runtime.InteropServices;

namespace CustomerInsights.Core.Columns;

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
}
