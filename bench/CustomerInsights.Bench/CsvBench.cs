using System.Globalization;
using System.Text;
using CustomerInsights.Connectors.Csv;
using CustomerInsights.Sdk;

namespace CustomerInsights.Bench;

/// <summary>CSV ingestion, piece by piece: CsvHelper alone, our reader alone, everything up to durable records.</summary>
internal static class CsvBench
{
    public static async Task RunAsync(int rows)
    {
        Measure.Machine();
        var folder = Directory.CreateTempSubdirectory("ci-bench-").FullName;
        try
        {
            var path = Path.Combine(folder, "people.csv");
            Generate(path, rows);
            var mib = new FileInfo(path).Length / 1048576.0;
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{rows:N0} rows of 10 columns, {mib:0.0} MiB, seed 1"));
            string Rate(double seconds) => string.Create(CultureInfo.InvariantCulture, $"{rows / seconds:N0} records/s, {mib / seconds:0.0} MiB/s");

            var texts = await Measure.SecondsAsync("CsvHelper alone, every field as text", 3, () => Task.FromResult(CsvHelperRead.Texts(path)));
            Console.WriteLine($"  {Rate(texts)}");
            var typed = await Measure.SecondsAsync("CsvHelper alone, typed rows", 3, () => Task.FromResult(CsvHelperRead.Typed(path)));
            Console.WriteLine($"  {Rate(typed)}");
            var ours = await Measure.SecondsAsync("csv connector, typed records, types inferred", 3, () => ReadAsync(folder, rows));
            Console.WriteLine($"  {Rate(ours)}");
            var whole = await Measure.SecondsAsync("into the store, durable (whole ingest job)", 3, () => HostRun.IngestAsync(path, rows));
            Console.WriteLine($"  {Rate(whole)}");
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static async Task<string> ReadAsync(string root, int rows)
    {
        var configuration = """{"streams":[{"name":"people","path":"people.csv","key":["id"]}]}"""u8.ToArray();
        await using var connector = new CsvConnector();
        var read = 0L;
        await foreach (var message in ((ISourceConnector)connector).ReadAsync(
            configuration, new ReadRequest("bench", [new StreamSelection("people", SyncMode.Full)]), new BenchContext(root), CancellationToken.None))
        {
            read += message is RecordBatch batch ? batch.Records.Count : 0;
        }

        return read == rows ? "" : throw new InvalidOperationException($"{read} of {rows} records were read.");
    }

    // A fixed generator of our own, so that the file is the same on every machine and runtime.
    private static void Generate(string path, int rows)
    {
        var state = 1UL;
        uint Next(uint below)
        {
            state ^= state << 13;
            state ^= state >> 7;
            state ^= state << 17;
            return (uint)(state % below);
        }

        string[] first = ["Ann", "Bashir", "Chloé", "Dmitri", "Emeka", "Farah", "Goran", "Hiroko", "Inés", "Jonas"];
        string[] last = ["Abara", "Brandt", "Costa", "Dubois", "Eriksen", "Fofanah", "Grünwald", "Haddad", "Ito", "Jansen"];
        string[] cities = ["London", "Paris", "Köln", "Lagos", "Osaka", "São Paulo", "Oslo", "Cairo"];
        using var writer = new StreamWriter(path, append: false, new UTF8Encoding(false), 1 << 16);
        writer.Write("id,first_name,last_name,email,phone,birth_date,city,amount,updated_at,note\n");
        for (var i = 0; i < rows; i++)
        {
            var (f, l) = (first[Next(10)], last[Next(10)]);
            writer.Write(string.Create(
                CultureInfo.InvariantCulture,
                $"C{i:D8},{f},{l},{f}.{l}{i}@example.com,+44 20 7946 {Next(10000):D4},{1940 + Next(70)}-{1 + Next(12):D2}-{1 + Next(28):D2},{cities[Next(8)]},{Next(1000000) / 100m:0.00},2026-{1 + Next(11):D2}-{1 + Next(28):D2}T{Next(24):D2}:{Next(60):D2}:00Z,\"said \"\"{Next(100)}\"\", then left\"\n"));
        }
    }
}
