using System.Diagnostics;
using System.Globalization;
using System.Text.Json;

namespace CustomerInsights.Bench.Questions;

/// <summary>What a peer took for one question.</summary>
/// <param name="Milliseconds">Each timed run.</param>
/// <param name="Rows">The rows of the last run, one list a statement.</param>
internal sealed record PeerAnswer(double[] Milliseconds, IReadOnlyList<IReadOnlyList<string?[]>> Rows);

/// <summary>DuckDB through node, and PostgreSQL through its own tools, on the CSV files of a folder; both with two cores and all data warm.</summary>
internal static class Peers
{
    private const int Warm = 3;

    public static async Task<(string Version, Dictionary<string, PeerAnswer> Answers)> DuckDbAsync(string files, string peers, int runs)
    {
        var task = Path.Combine(files, "duckdb.json");
        await File.WriteAllTextAsync(task, JsonSerializer.Serialize(new
        {
            threads = Environment.ProcessorCount,
            load = Tables().Select(table => $"CREATE TABLE \"{table.Name}\" AS SELECT * FROM read_csv('{Path.Combine(files, table.Name + ".csv")}', header=true, nullstr='', columns={{{string.Join(',', table.Columns.Select(column => $"'{column.Name}':'{SqlType(column.Type, duckDb: true)}'"))}}})"),
            questions = Question.All.Select(question => new { name = question.Name, sql = question.Sql, runs = runs + Warm }),
        }));
        using var result = JsonDocument.Parse(await RunAsync("node", [Path.Combine(peers, "duckdb.mjs"), task]));
        var answers = new Dictionary<string, PeerAnswer>(StringComparer.Ordinal);
        foreach (var answer in result.RootElement.GetProperty("answers").EnumerateArray())
        {
            answers.Add(
                answer.GetProperty("name").GetString()!,
                new PeerAnswer(
                    [.. answer.GetProperty("milliseconds").EnumerateArray().Skip(Warm).Select(time => time.GetDouble())],
                    [.. answer.GetProperty("rows").EnumerateArray().Select(rows => (IReadOnlyList<string?[]>)[.. rows.EnumerateArray().Select(Row)])]));
        }

        return ("DuckDB " + result.RootElement.GetProperty("version").GetString(), answers);
    }

    /// <summary>Null, with a line that says why, where PostgreSQL is not installed.</summary>
    public static async Task<(string Version, Dictionary<string, PeerAnswer> Answers)?> PostgresAsync(string files, int runs)
    {
        var bin = new DirectoryInfo("/usr/lib/postgresql") is { Exists: true } root
            ? root.GetDirectories().OrderByDescending(version => int.Parse(version.Name, CultureInfo.InvariantCulture)).Select(version => Path.Combine(version.FullName, "bin")).FirstOrDefault()
            : null;
        if (bin is null)
        {
            Console.WriteLine("PostgreSQL is not installed: its column stays empty. Install postgresql-15 from the distribution's packages.");
            return null;
        }

        await using var server = await PostgresServer.StartAsync(bin, files);
        await server.ExecuteAsync(string.Join('\n', Tables().SelectMany(Load)));
        await server.ExecuteAsync("VACUUM ANALYZE");
        var answers = new Dictionary<string, PeerAnswer>(StringComparer.Ordinal);
        foreach (var question in Question.All)
        {
            var times = new List<double>();
            IReadOnlyList<IReadOnlyList<string?[]>> rows = [];
            for (var run = 0; run < runs + Warm; run++)
            {
                (var took, rows) = await server.AskAsync(question.Sql);
                if (run >= Warm)
                {
                    times.Add(took);
                }
            }

            answers.Add(question.Name, new PeerAnswer([.. times], rows));
        }

        return (server.Version, answers);
    }

    public static async Task<string> RunAsync(string program, IReadOnlyList<string> arguments, string? input = null)
    {
        var start = new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true, RedirectStandardError = true, RedirectStandardInput = input is not null, UseShellExecute = false };
        using var process = Process.Start(start)!;
        var errors = process.StandardError.ReadToEndAsync();
        if (input is not null)
        {
            await process.StandardInput.WriteAsync(input);
            process.StandardInput.Close();
        }

        var output = await process.StandardOutput.ReadToEndAsync();
        await process.WaitForExitAsync();
        return process.ExitCode == 0 ? output : throw new InvalidOperationException($"{program} ended with {process.ExitCode}: {await errors}");
    }

    private static IEnumerable<string> Load((string Name, IReadOnlyList<(string Name, Core.Model.DataType Type)> Columns) table)
    {
        yield return $"CREATE UNLOGGED TABLE \"{table.Name}\" ({string.Join(", ", table.Columns.Select(column => $"{column.Name} {SqlType(column.Type, duckDb: false)}"))});";
        yield return $"\\copy \"{table.Name}\" FROM '{table.Name}.csv' WITH (FORMAT csv, HEADER true)";

        // Sensible indexes: the key, what is filtered by, and for activities what lets an index-only scan answer.
        yield return table.Name switch
        {
            "profiles" => "ALTER TABLE profiles ADD PRIMARY KEY (profile); CREATE INDEX ON profiles (country, age, lifetime_spend); CREATE INDEX ON profiles (last_seen); CREATE INDEX ON profiles (signup_date);",
            "order" => """CREATE INDEX ON "order" (profile, happened) INCLUDE (amount, category); CREATE INDEX ON "order" (happened, amount) INCLUDE (profile);""",
            "page_view" => "CREATE INDEX ON page_view (profile, happened) INCLUDE (seconds); CREATE INDEX ON page_view (page) INCLUDE (profile);",
            _ => """CREATE INDEX ON "case" (profile) INCLUDE (status, priority); CREATE INDEX ON "case" (status, priority) INCLUDE (profile);""",
        };
    }

    // An activity's time is called "happened" there: DuckDB keeps "at" for itself.
    private static IEnumerable<(string Name, IReadOnlyList<(string Name, Core.Model.DataType Type)> Columns)> Tables() =>
    [
        ("profiles", [("profile", Core.Model.DataType.Integer), .. GeneratedPeople.Attributes]),
        .. GeneratedPeople.Activities.Select(activity => (
            activity.Type,
            (IReadOnlyList<(string, Core.Model.DataType)>)[("profile", Core.Model.DataType.Integer), ("id", Core.Model.DataType.Text), ("happened", Core.Model.DataType.Time), .. activity.Fields])),
    ];

    private static string SqlType(Core.Model.DataType type, bool duckDb) => type switch
    {
        Core.Model.DataType.Integer => "BIGINT",
        Core.Model.DataType.Decimal => "DECIMAL(12,2)",
        Core.Model.DataType.Number => duckDb ? "DOUBLE" : "DOUBLE PRECISION",
        Core.Model.DataType.Boolean => "BOOLEAN",
        Core.Model.DataType.Date => "DATE",
        Core.Model.DataType.Time => "TIMESTAMP",
        _ => duckDb ? "VARCHAR" : "TEXT",
    };

    private static string?[] Row(JsonElement row) => [.. row.EnumerateArray().Select(cell => cell.ValueKind == JsonValueKind.Null ? null : cell.ToString())];
}
