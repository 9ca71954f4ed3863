using System.Buffers.Binary;
using System.Diagnostics.CodeAnalysis;

namespace CustomerInsights.Bench.Fuzz;

/// <summary>Changes bytes by a seed: the same seed and number give the same change on every machine.</summary>
[SuppressMessage("Security", "CA5394", Justification = "A generator of test data must be repeatable, not secret.")]
internal static class Mutations
{
    private static readonly byte[][] s_words =
    [
        [0x50, 0x4B, 0x05, 0x06], [0x50, 0x4B, 0x01, 0x02], [0x50, 0x4B, 0x03, 0x04], [0x50, 0x4B, 0x06, 0x07],
        "../"u8.ToArray(), "..\\"u8.ToArray(), "/etc/"u8.ToArray(), "null"u8.ToArray(), "{}"u8.ToArray(), "1e999"u8.ToArray(), "\0"u8.ToArray(), "\uFEFF"u8.ToArray(),
    ];

    internal static byte[] Apply(byte[] source, Random random)
    {
        var bytes = source.ToList();
        for (var times = random.Next(1, 6); times > 0 && bytes.Count > 8; times--)
        {
            One(bytes, random);
        }

        return [.. bytes];
    }

    private static void One(List<byte> bytes, Random random)
    {
        // The end of a zip is its directory: most of its rules are about what stands there.
        var at = random.Next(3) == 0 ? random.Next(bytes.Count) : bytes.Count - 1 - random.Next(Math.Min(bytes.Count, 2048));
        switch (random.Next(8))
        {
            case 0:
                bytes[at] ^= (byte)(1 << random.Next(8));
                break;
            case 1:
                bytes[at] = (byte)random.Next(256);
                break;
            case 2:
                Overwrite(bytes, at, s_words[random.Next(s_words.Length)]);
                break;
            case 3:
                var number = new byte[4];
                BinaryPrimitives.WriteUInt32LittleEndian(number, random.Next(3) switch { 0 => uint.MaxValue, 1 => (uint)random.Next(70000), _ => 0x7FFFFFFF });
                Overwrite(bytes, at, number);
                break;
            case 4:
                bytes.RemoveRange(at, Math.Min(random.Next(1, 64), bytes.Count - at));
                break;
            case 5:
                bytes.InsertRange(at, s_words[random.Next(s_words.Length)]);
                break;
            case 6:
                var from = random.Next(bytes.Count);
                bytes.InsertRange(at, bytes.GetRange(from, Math.Min(random.Next(1, 200), bytes.Count - from)));
                break;
            default:
                bytes.RemoveRange(at, bytes.Count - at);
                break;
        }
    }

    private static void Overwrite(List<byte> bytes, int at, byte[] word)
    {
        for (var i = 0; i < word.Length && at + i < bytes.Count; i++)
        {
            bytes[at + i] = word[i];
        }
    }
}
