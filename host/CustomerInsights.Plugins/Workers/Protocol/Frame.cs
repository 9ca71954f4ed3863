using System.Buffers;
using System.Buffers.Binary;

namespace CustomerInsights.Plugins.Workers.Protocol;

/// <summary>A frame that was read: <c>u32 length of the body | u8 kind | u32 stream | body</c>, little-endian. Dispose gives the buffer back.</summary>
/// <param name="Kind">What it is.</param>
/// <param name="Stream">The exchange that it belongs to.</param>
/// <param name="Buffer">Holds the body; may be longer.</param>
/// <param name="Length">Length of the body.</param>
internal readonly record struct Frame(FrameKind Kind, uint Stream, byte[] Buffer, int Length) : IDisposable
{
    internal const int HeaderSize = 9;

    /// <summary>Room for the header included, a frame stays within 16 MiB.</summary>
    internal const int MaxBody = (16 * 1024 * 1024) - HeaderSize;

    internal ReadOnlyMemory<byte> Body => Buffer.AsMemory(0, Length);

    public void Dispose()
    {
        if (Buffer is { Length: > 0 })
        {
            ArrayPool<byte>.Shared.Return(Buffer);
        }
    }

    internal static void WriteHeader(Span<byte> target, FrameKind kind, uint stream, int length)
    {
        BinaryPrimitives.WriteUInt32LittleEndian(target, (uint)length);
        target[4] = (byte)kind;
        BinaryPrimitives.WriteUInt32LittleEndian(target[5..], stream);
    }
}
