using CustomerInsights.Bench;
using CustomerInsights.Bench.Fuzz;

switch (args)
{
    case ["csv", .. var rest]:
        await CsvBench.RunAsync(rest is [var rows, ..] ? int.Parse(rows, System.Globalization.CultureInfo.InvariantCulture) : 1_000_000);
        return 0;
    case ["contoso", var data]:
        await ContosoBench.RunAsync(data);
        return 0;
    case ["contoso-once", var data, var directory]:
        await ContosoBench.OnceAsync(data, directory);
        return 0;
    case ["fuzz", "packages", var package, .. var rest]:
        var folder = Directory.CreateTempSubdirectory("ci-fuzz-").FullName;
        var fuzz = new PackageFuzz(await File.ReadAllBytesAsync(package), Path.Combine(folder, "out"));
        await FuzzRun.RunAsync("packages", (seed, round) => fuzz.RoundAsync(seed, round, CancellationToken.None), () => fuzz.Refused, FuzzSeed(rest), FuzzMinutes(rest));
        Directory.Delete(folder, recursive: true);
        return 0;
    case ["unify", .. var rest]:
        UnifyBench.Run(rest is [var count, ..] ? int.Parse(count, System.Globalization.CultureInfo.InvariantCulture) : 100_000);
        return 0;
    case ["worker", .. var rest]:
        await WorkerBench.RunAsync(rest is [var read, ..] ? int.Parse(read, System.Globalization.CultureInfo.InvariantCulture) : 2_000_000);
        return 0;
    default:
        await Console.Error.WriteLineAsync(
            """
            csv [ROWS]        ingestion of a generated CSV file (default 1,000,000 rows), beside CsvHelper reading it
            contoso FOLDER    the whole refresh of Microsoft's lab data from empty: wall time and peak memory
            fuzz packages FILE [MINUTES [SEED]]   mutated packages against the reader (default 10 minutes, seed 1)
            worker [RECORDS]  a plugin in process and in a worker: 10-field records (default 2,000,000), round trip, start, memory
            unify [RECORDS]   rule-based unification in memory (default 100,000 records)
            """);
        return 2;
}

static double FuzzMinutes(string[] rest) => rest is [var minutes, ..] ? double.Parse(minutes, System.Globalization.CultureInfo.InvariantCulture) : 10;

static int FuzzSeed(string[] rest) => rest is [_, var seed, ..] ? int.Parse(seed, System.Globalization.CultureInfo.InvariantCulture) : 1;
