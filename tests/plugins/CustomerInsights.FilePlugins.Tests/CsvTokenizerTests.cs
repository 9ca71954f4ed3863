using CustomerInsights.Connectors.Csv;
using FsCheck;
using FsCheck.Fluent;

namespace CustomerInsights.FilePlugins.Tests;

public sealed class CsvTokenizerTests
{
    private static readonly string[] Pieces = ["", "a", "b c", ",", "\"", "\n", "\r\n", "\r", "ü", "漢字", "5\" pipe", " ", "x;y", "'", "\t", new string('z', 70)];
    private static readonly string[] Newlines = ["\n", "\r\n", "\r"];

    [Fact]
    public void Any_table_that_is_written_is_read_again_at_any_buffer_boundary()
    {
        var cell = Gen.Elements(Pieces).ListOf(3).Select(string.Concat);
        var table = from width in Gen.Choose(1, 6)
                    from rows in cell.ListOf(width).ListOf()
                    from newline in Gen.Elements(Newlines)
                    from chunk in Gen.Choose(1, 90)
                    from buffer in Gen.Choose(1, 130)
                    select (Rows: rows.Select(row => row.ToList()).ToList(), newline, chunk, buffer);

        Prop.ForAll(table.ToArbitrary(), t =>
        {
            // A row of one empty cell cannot be told from an empty line, unless it is quoted.
            var text = CsvText.Write(t.Rows, t.newline, cell => cell.Length == 0);
            var read = CsvText.TokenizeAsync(text, t.buffer, t.chunk).GetAwaiter().GetResult();
            return read.Count == t.Rows.Count && read.Zip(t.Rows).All(pair => pair.First.SequenceEqual(pair.Second, StringComparer.Ordinal));
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(1000));
    }

    [Fact]
    public void It_reads_what_CsvHelper_reads()
    {
        var cell = Gen.Elements(Pieces).ListOf(2).Select(string.Concat);
        var table = from width in Gen.Choose(2, 6)
                    from rows in cell.ListOf(width).ListOf()
                    from newline in Gen.Elements(Newlines)
                    from always in Gen.Elements(true, false)
                    from last in Gen.Elements(true, false)
                    select (Rows: rows, newline, always, last);

        Prop.ForAll(table.ToArbitrary(), t =>
        {
            var text = CsvText.Write(t.Rows, t.newline, _ => t.always);
            text = t.last ? text : text.TrimEnd('\r', '\n');
            var ours = CsvText.TokenizeAsync(text).GetAwaiter().GetResult();
            var theirs = CsvText.ReadWithCsvHelper(text);
            return ours.Count == theirs.Count && ours.Zip(theirs).All(pair => pair.First.SequenceEqual(pair.Second, StringComparer.Ordinal));
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(1000));
    }

    [Fact]
    public void Any_bytes_end_and_mean_the_same_at_every_buffer_boundary()
    {
        var text = Gen.Elements(Pieces.Concat([",", ",", "\"", "\n"])).ListOf().Select(string.Concat);
        var input = from t in text from chunk in Gen.Choose(1, 40) from buffer in Gen.Choose(1, 80) select (t, chunk, buffer);
        Prop.ForAll(input.ToArbitrary(), i =>
        {
            List<string> faults = [], cutFaults = [];
            var whole = CsvText.TokenizeAsync(i.t, faults: faults).GetAwaiter().GetResult();
            var cut = CsvText.TokenizeAsync(i.t, i.buffer, i.chunk, cutFaults).GetAwaiter().GetResult();
            return faults.SequenceEqual(cutFaults, StringComparer.Ordinal)
                && whole.Count == cut.Count && whole.Zip(cut).All(pair => pair.First.SequenceEqual(pair.Second, StringComparer.Ordinal));
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(1000));
    }

    [Fact]
    public async Task A_quote_that_is_never_closed_costs_its_own_row_only()
    {
        List<string> faults = [];
        var rows = await CsvText.TokenizeAsync("a,b\n1,\"open\n2,x\n3,y\n", faults: faults);

        Assert.Equal(["a,b", "2,x", "3,y"], rows.Select(row => string.Join(',', row)));
        Assert.Equal(["UnclosedQuote in line 2, column 2, row at 2-2"], faults);
    }

    [Fact]
    public async Task A_quote_closed_by_the_next_opening_one_costs_its_own_row_only()
    {
        List<string> faults = [];
        var rows = await CsvText.TokenizeAsync("1,\"open,x\n2,b,x\n3,\"c\",x\n4,d,x\n", faults: faults);

        Assert.Equal(["2,b,x", "3,c,x", "4,d,x"], rows.Select(row => string.Join(',', row)));
        Assert.Equal(["TextAfterQuote in line 1, column 2, row at 1-3"], faults);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_field_over_a_mebibyte_costs_its_own_row_only(bool quoted)
    {
        var huge = new string('x', CsvTokenizer.MaxFieldBytes + 1);
        List<string> faults = [];
        var rows = await CsvText.TokenizeAsync($"1,a\n2,{(quoted ? "\"" : "")}{huge}{(quoted ? "\"" : "")}\n3,c\n", faults: faults);

        Assert.Equal(["1,a", "3,c"], rows.Select(row => string.Join(',', row)));
        Assert.Equal([$"{(quoted ? "UnclosedQuote" : "TooLong")} in line 2, column 2, row at 2-2"], faults);
    }

    [Fact]
    public async Task A_gigabyte_of_one_line_is_skipped_in_bounded_memory()
    {
        await using var endless = new RepeatedStream(1L << 30, "\n1,2\n"u8.ToArray());
        using var rows = new CsvTokenizer(endless, (byte)',', (byte)'"', trim: false);

        Assert.Equal(CsvStep.Broken, await CsvLayout.NextAsync(rows, CancellationToken.None));
        Assert.Equal(CsvFault.TooLong, rows.Fault);
        Assert.Equal(CsvStep.Row, await CsvLayout.NextAsync(rows, CancellationToken.None));
        Assert.Equal((2, 2L), (rows.FieldCount, rows.RowLine));
        Assert.InRange(rows.BufferSize, 1, 16 << 20);
    }

    [Fact]
    public async Task Lines_and_offsets_are_those_of_the_file()
    {
        const string Text = "h1,h2\r\n\r\n\"a\r\nb\",1\n\n\"c\",2\r\"d\",3";
        using var rows = new CsvTokenizer(new ChunkStream(System.Text.Encoding.UTF8.GetBytes(Text), 3), (byte)',', (byte)'"', trim: false, bufferSize: 8);
        var seen = new List<(long, long, long, bool)>();
        while (await CsvLayout.NextAsync(rows, CancellationToken.None) == CsvStep.Row)
        {
            seen.Add((rows.RowLine, rows.RowLastLine, rows.RowOffset, rows.RowTerminated));
        }

        Assert.Equal([(1, 1, 0, true), (3, 4, 9, true), (6, 6, 19, true), (7, 7, 25, false)], seen);
    }
}

/// <summary>So many times one byte, then a tail; nothing of it in memory.</summary>
internal sealed class RepeatedStream(long length, byte[] tail) : Stream
{
    private long _position;

    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => false;

    public override long Length => length + tail.Length;

    public override long Position { get => _position; set => throw new NotSupportedException(); }

    public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) => ValueTask.FromResult(Take(buffer.Span));

    public override int Read(byte[] buffer, int offset, int count) => Take(buffer.AsSpan(offset, count));

    public override void Flush()
    {
    }

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    private int Take(Span<byte> target)
    {
        if (_position < length)
        {
            var count = (int)Math.Min(target.Length, length - _position);
            target[..count].Fill((byte)'x');
            _position += count;
            return count;
        }

        var rest = tail.AsSpan((int)(_position - length));
        var taken = Math.Min(rest.Length, target.Length);
        rest[..taken].CopyTo(target);
        _position += taken;
        return taken;
    }
}
