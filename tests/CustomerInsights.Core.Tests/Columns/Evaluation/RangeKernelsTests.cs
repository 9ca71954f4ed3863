using CustomerInsights.Core.Columns.Evaluation;

namespace CustomerInsights.Core.Tests.Columns.Evaluation;

/// <summary>Each kernel against a plain loop, at every length up to some words and with bounds at the ends of the type.</summary>
public sealed class RangeKernelsTests
{
    [Fact]
    public void Bytes_are_compared_as_by_a_plain_loop() =>
        Check(random => (sbyte)random.Next(-128, 128), sbyte.MinValue, sbyte.MaxValue, (numbers, low, high, words) =>
            RangeKernels.InRange<byte>([.. numbers.Select(n => (byte)n)], (byte)low, (byte)(high - low), words));

    [Fact]
    public void Two_bytes_are_compared_as_by_a_plain_loop() =>
        Check(random => (short)random.Next(short.MinValue, short.MaxValue + 1), short.MinValue, short.MaxValue, (numbers, low, high, words) =>
            RangeKernels.InRange<ushort>([.. numbers.Select(n => (ushort)n)], (ushort)low, (ushort)(high - low), words));

    [Fact]
    public void Four_bytes_are_compared_as_by_a_plain_loop() =>
        Check(random => random.Next(int.MinValue, int.MaxValue), int.MinValue, int.MaxValue, (numbers, low, high, words) =>
            RangeKernels.InRange<uint>([.. numbers.Select(n => (uint)n)], (uint)low, (uint)(high - low), words));

    [Fact]
    public void Eight_bytes_are_compared_as_by_a_plain_loop() =>
        Check(random => random.NextInt64(long.MinValue, long.MaxValue), long.MinValue, long.MaxValue, (numbers, low, high, words) =>
            RangeKernels.InRange<ulong>([.. numbers.Select(n => (ulong)n)], (ulong)low, (ulong)high - (ulong)low, words));

    [Fact]
    public void Doubles_are_compared_as_by_a_plain_loop_and_both_zeros_are_one()
    {
        var random = new Random(5);
        for (var length = 1; length < 200; length++)
        {
            double[] numbers = [.. Enumerable.Range(0, length).Select(_ => random.Next(6) switch { 0 => 0.0, 1 => -0.0, 2 => double.Epsilon, _ => random.NextDouble() - 0.5 })];
            foreach (var (low, high) in ((double, double)[])[(0, 0), (double.NegativeInfinity, 0.1), (-0.0, double.PositiveInfinity), (Math.BitIncrement(0.0), 1)])
            {
                var words = new ulong[(length + 63) / 64];
                RangeKernels.InRange(numbers, low, high, words);
                Equal(numbers.Select(n => n >= low && n <= high), words);
            }
        }
    }

    [Fact]
    public void Codes_are_looked_up_as_by_a_plain_loop()
    {
        var random = new Random(6);
        for (var length = 1; length < 200; length++)
        {
            var used = 1 + random.Next(256);
            var table = new byte[256];
            for (var code = 0; code < used; code++)
            {
                table[code] = random.Next(2) == 0 ? (byte)255 : (byte)0;
            }

            byte[] codes = [.. Enumerable.Range(0, length).Select(_ => (byte)random.Next(used))];
            ulong[] words = new ulong[(length + 63) / 64], wide = new ulong[words.Length];
            RangeKernels.InTable(codes, table, used, words);
            RangeKernels.InTable<ushort>([.. codes.Select(code => (ushort)code)], table, wide);
            Equal(codes.Select(code => table[code] != 0), words);
            Equal(codes.Select(code => table[code] != 0), wide);
        }
    }

    private static void Check(Func<Random, long> make, long least, long most, Action<long[], long, long, ulong[]> kernel)
    {
        var random = new Random(4);
        for (var length = 1; length < 200; length++)
        {
            long[] numbers = [.. Enumerable.Range(0, length).Select(_ => random.Next(10) switch { 0 => least, 1 => most, 2 => 0, _ => make(random) })];
            long a = numbers[random.Next(length)], b = numbers[random.Next(length)];
            foreach (var (low, high) in ((long, long)[])[(Math.Min(a, b), Math.Max(a, b)), (a, a), (least, a), (a, most), (least, most)])
            {
                var words = new ulong[(length + 63) / 64];
                kernel(numbers, low, high, words);
                Equal(numbers.Select(n => n >= low && n <= high), words);
            }
        }
    }

    private static void Equal(IEnumerable<bool> expected, ulong[] words)
    {
        var i = 0;
        foreach (var holds in expected)
        {
            Assert.Equal(holds, ((words[i >> 6] >> (i & 63)) & 1) != 0);
            i++;
        }

        Assert.True((i & 63) == 0 || words[^1] >> (i & 63) == 0, "a bit behind the last row");
    }
}
