using System.Globalization;
using CsvHelper;
using CustomerInsights.Sdk;

namespace CustomerInsights.Bench;

/// <summary>The peer, alone: nothing is stored, checked for duplicate keys or inferred.</summary>
internal static class CsvHelperRead
{
    /// <summary>Every field of every row as text.</summary>
    public static string Texts(string path)
    {
        using var csv = CsvReader.Create(File.OpenRead(path), new CsvReaderOptions { Separator = ',' });
        var characters = 0L;
        while (csv.Read())
        {
            for (var i = 0; i < csv.FieldCount; i++)
            {
                characters += csv.GetString(i).Length;
            }
        }

        return string.Create(CultureInfo.InvariantCulture, $"{characters:N0} characters");
    }

    /// <summary>A typed row of ten values, the types told in advance: what a connector has to make of a row at the least.</summary>
    public static string Typed(string path)
    {
        using var csv = CsvReader.Create(File.OpenRead(path), new CsvReaderOptions { Separator = ',' });
        var rows = 0L;
        while (csv.Read())
        {
            var values = new FieldValue[10];
            for (var i = 0; i < 10; i++)
            {
                values[i] = i switch
                {
                    5 => DateOnly.FromDateTime(csv.ParseExact<DateTime>(i, "yyyy-MM-dd", CultureInfo.InvariantCulture)),
                    7 => csv.Parse<decimal>(i),
                    8 => csv.Parse<DateTimeOffset>(i),
                    _ => csv.GetString(i),
                };
            }

            rows += values.Length / 10;
        }

        return string.Create(CultureInfo.InvariantCulture, $"{rows:N0} rows");
    }
}
