using CsvHelper;

namespace CustomerInsights.Host.Tests.Kit;

/// <summary>Reads CSV with CsvHelper, so that nothing of ours judges itself.</summary>
internal static class CsvFile
{
    public static List<Dictionary<string, string>> Read(string path) => Read(File.ReadAllBytes(path));

    public static List<Dictionary<string, string>> Read(byte[] content)
    {
        using var reader = CsvReader.Create(content, new CsvReaderOptions { HasHeader = false, Separator = ',' });
        string[]? header = null;
        var rows = new List<Dictionary<string, string>>();
        while (reader.Read())
        {
            string[] cells = [.. Enumerable.Range(0, reader.FieldCount).Select(reader.GetString)];
            if (header is null)
            {
                header = cells;
            }
            else
            {
                Assert.Equal(header.Length, cells.Length);
                rows.Add(header.Zip(cells).ToDictionary(pair => pair.First, pair => pair.Second, StringComparer.Ordinal));
            }
        }

        return rows;
    }
}
