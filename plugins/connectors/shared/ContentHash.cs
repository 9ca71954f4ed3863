using System.Buffers.Binary;
using System.Security.Cryptography;

namespace CustomerInsights.Connectors.Files;

/// <summary>Hashes: a quick one of 64 bits for keys and rows, and a fingerprint of a file's head and tail.</summary>
internal static class ContentHash
{
    private const ulong First = 0xa0761d6478bd642f;
    private const ulong Second = 0xe7037ed1a0b428db;
    private const int FingerprintPart = 4096;

    /// <summary>
    /// 64 bits by wide multiplication (the mixing of wyhash, github.com/wangyi-fudan/wyhash). Stable for ever: synthetic keys
    /// are made of it. Not for secrets.
    /// </summary>
    public static ulong Of(ReadOnlySpan<byte> bytes, ulong seed = 0)
    {
        var hash = seed ^ First;
        var rest = bytes;
        while (rest.Length >= 16)
        {
            hash = Mix(BinaryPrimitives.ReadUInt64LittleEndian(rest) ^ Second, BinaryPrimitives.ReadUInt64LittleEndian(rest[8..]) ^ hash);
            rest = rest[16..];
        }

        Span<byte> tail = stackalloc byte[16];
        tail.Clear();
        rest.CopyTo(tail);
        hash = Mix(BinaryPrimitives.ReadUInt64LittleEndian(tail) ^ Second, BinaryPrimitives.ReadUInt64LittleEndian(tail[8..]) ^ hash);
        return Mix(hash ^ First, (ulong)bytes.Length ^ Second);
    }

    /// <summary>
    /// The first and the last 4 KiB of the file's first <paramref name="size"/> bytes. A file that only grew keeps it.
    /// </summary>
    /// <returns>16 hexadecimal digits.</returns>
    public static string Fingerprint(string path, long size)
    {
        using var file = File.OpenHandle(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
        Span<byte> bytes = stackalloc byte[FingerprintPart * 2];
        var head = RandomAccess.Read(file, bytes[..(int)Math.Min(FingerprintPart, size)], 0);
        var tailFrom = Math.Max(head, size - FingerprintPart);
        var tail = RandomAccess.Read(file, bytes.Slice(head, (int)Math.Max(0, size - tailFrom)), tailFrom);
        return Convert.ToHexStringLower(SHA256.HashData(bytes[..(head + tail)]).AsSpan(0, 8));
    }

    private static ulong Mix(ulong a, ulong b)
    {
        var high = Math.BigMul(a, b, out var low);
        return high ^ low;
    }
}
