using System.Text.Json;
using System.Text.Json.Nodes;

namespace CustomerInsights.Host.Tests.Questions;

/// <summary>DuckDB through node, from bench/peers.</summary>
internal static class DuckDb
{
    private static readonly NodePackage s_peers = new("bench/peers", "The twenty questions are answered by DuckDB", scripts: true);

    /// <summary>The rows of each question, by its name.</summary>
    /// <param name="folder">Where the task may be written.</param>
    /// <param name="load">Statements that make the tables.</param>
    /// <param name="questions">One statement each.</param>
    public static async Task<IReadOnlyDictionary<string, JsonArray>> AskAsync(string folder, IEnumerable<string> load, IEnumerable<(string Name, string Sql)> questions)
    {
        var task = Path.Combine(folder, "duckdb.json");
        await File.WriteAllTextAsync(task, JsonSerializer.Serialize(new
        {
            threads = 1,
            load,
            questions = questions.Select(question => new { name = question.Name, sql = new[] { question.Sql }, runs = 1 }),
        }));
        var answers = JsonNode.Parse(await s_peers.RunAsync("duckdb.mjs", [task]))!["answers"]!.AsArray();
        return answers.ToDictionary(answer => answer!["name"]!.GetValue<string>(), answer => answer!["rows"]![0]!.AsArray(), StringComparer.Ordinal);
    }
}
