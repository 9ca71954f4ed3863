using System.Text;
using CsvHelper;

namespace CustomerInsights.Host.Commands.Unify;

/// <summary>Some thousand rows of a file as text, held in two arrays and used again: a row is no object.</summary>
/// <param name="wanted">The places of the columns to keep; negative for one that this file does not have.</param>
internal sealed class RowBatch(int[] wanted)
{
    private const int MostRows = 8192;

    private readonly int[] _ends = new int[MostRows * wanted.Length];
    private char[] _text = new char[1 << 16];

    internal int Rows { get; private set; }

    /// <summary>A value; empty where the row is too short.</summary>
    internal ReadOnlySpan<char> this[int row, int column]
    {
        get
        {
            var at = (row * wanted.Length) + column;
            var start = at == 0 ? 0 : _ends[at - 1];
            return _text.AsSpan(start, _ends[at] - start);
        }
    }

    /// <summary>Takes the next rows in the place of those that it held; none at the end.</summary>
    internal void Fill(CsvReader csv)
    {
        (Rows, var (at, end)) = (0, (0, 0));
        while (Rows < MostRows && csv.Read())
        {
            foreach (var column in wanted)
            {
                if (column >= 0 && column < csv.FieldCount)
                {
                    var bytes = csv.GetSpan(column);
                    if (_text.Length - end < bytes.Length)
                    {
                        Array.Resize(ref _text, Math.Max(2 * _text.Length, end + bytes.Length));
                    }

                    end += Encoding.UTF8.GetChars(bytes, _text.AsSpan(end));
                }

                _ends[at++] = end;
            }

            Rows++;
        }
    }
}
