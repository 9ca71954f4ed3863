using System.Text;
using System.Text.Json;
using CustomerInsights.Core.Model;

namespace CustomerInsights.Core.Columns;

/// <summary>Columns by name, filled from value documents without a dictionary a row. For one thread.</summary>
internal sealed class DocumentColumns
{
    private readonly string[] _names;
    private readonly ColumnWriter[] _writers;
    private readonly byte[][] _quoted; // As they stand in a document mostly: in quotes, with the colon. Empty where a name would need escapes.
    private readonly Utf8Dictionary _byName = new();
    private readonly int[] _next;
    private readonly Place[] _places;

    /// <summary>For columns of these names and types.</summary>
    /// <param name="columns">The columns.</param>
    /// <param name="capacity">How many rows will come, when that is known.</param>
    public DocumentColumns(IReadOnlyDictionary<string, DataType> columns, int capacity = 0)
    {
        _names = [.. columns.Keys];
        _writers = [.. columns.Values.Select(type => ColumnWriter.For(type, capacity))];
        foreach (var name in _names)
        {
            _byName.Add(Encoding.UTF8.GetBytes(name));
        }

        _quoted = [.. _names.Select(name => JsonEncodedText.Encode(name).EncodedUtf8Bytes.SequenceEqual(Encoding.UTF8.GetBytes(name)) ? Encoding.UTF8.GetBytes($"\"{name}\":") : [])];
        _next = new int[_names.Length + 1];
        _places = new Place[_names.Length];
    }

    /// <summary>Adds a row; of a name that is in both documents the second's value counts.</summary>
    /// <exception cref="FormatException">A document is none.</exception>
    public void Add(ReadOnlySpan<byte> first, ReadOnlySpan<byte> second)
    {
        Array.Clear(_places);
        byte[]? slowFirst = null, slowSecond = null;
        if (!Scan(first, 1))
        {
            slowFirst = Normal(first);
            Scan(slowFirst, 1);
        }

        if (!second.IsEmpty && !Scan(second, 2))
        {
            slowSecond = Normal(second);
            Scan(slowSecond, 2);
        }

        var one = slowFirst is null ? first : slowFirst;
        var two = slowSecond is null ? second : slowSecond;
        for (var i = 0; i < _writers.Length; i++)
        {
            var place = _places[i];
            _writers[i].Add(place.Document == 0 ? default : new DocumentValue(place.Kind, (place.Document == 1 ? one : two).Slice(place.Start, place.Length)));
        }
    }

    /// <summary>Adds a row value by value.</summary>
    public void Add(Func<string, Value> value)
    {
        for (var i = 0; i < _writers.Length; i++)
        {
            _writers[i].Add(value(_names[i]));
        }
    }

    /// <summary>Adds a row of other columns.</summary>
    public void Add(IReadOnlyDictionary<string, Column> columns, int row)
    {
        for (var i = 0; i < _writers.Length; i++)
        {
            if (columns.TryGetValue(_names[i], out var column))
            {
                _writers[i].Add(column, row);
            }
            else
            {
                _writers[i].Add(default(DocumentValue));
            }
        }
    }

    /// <summary>Columns that have any value.</summary>
    public Dictionary<string, Column> Build() => _names.Zip(_writers).Where(pair => pair.Second.Count > 0).ToDictionary(pair => pair.First, pair => pair.Second.Build(), StringComparer.Ordinal);

    /// <summary>Columns that have any value, with the rows in another order: row <c>i</c> is what row <c>order[i]</c> was.</summary>
    public Dictionary<string, Column> Build(ReadOnlySpan<int> order)
    {
        foreach (var writer in _writers)
        {
            if (writer.Count > 0)
            {
                writer.Arrange(order);
            }
        }

        return Build();
    }

    // Documents name their values in one order mostly: what followed last time is tried first.
    private bool Scan(ReadOnlySpan<byte> document, byte which)
    {
        var scanner = new DocumentScanner(document);
        var last = _names.Length;
        while (true)
        {
            var index = _next[last];
            if (!scanner.Next(index < _quoted.Length ? _quoted[index] : default))
            {
                return scanner.AtEnd;
            }

            if (!scanner.AsExpected)
            {
                var name = document.Slice(scanner.NameStart, scanner.NameLength);
                index = scanner.NameEscaped ? _byName.Find(new DocumentValue(DocumentValueKind.EscapedText, name).Unescape()) : _byName.Find(name);
                if (index < 0)
                {
                    continue;
                }

                _next[last] = index;
            }

            _places[index] = new Place(which, scanner.Kind, scanner.Start, scanner.Length);
            last = index;
        }
    }

    // Another form of JSON: read as such, and written as we write it.
    private static byte[] Normal(ReadOnlySpan<byte> document) => ValueDocument.Write([.. ValueDocument.Read(document)]);

    private readonly record struct Place(byte Document, DocumentValueKind Kind, int Start, int Length);
}
