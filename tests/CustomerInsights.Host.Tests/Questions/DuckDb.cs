using System.ComponentModel;
using System.Diagnostics;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace CustomerInsights.Host.Tests.Questions;

/// <summary>DuckDB through node, from bench/peers; installed there the first time.</summary>
internal static class DuckDb
{
    private static readonly string s_peers = Path.Combine(RepositoryRoot.Path, "bench", "peers");

    // Two fixtures may want it at once.
    private static readonly Lazy<Task> s_installed = new(InstallAsync);

    /// <summary>The rows of each question, by its name.</summary>
    /// <param name="folder">Where the task may be written.</param>
    /// <param name="load">Statements that make the tables.</param>
    /// <param name="questions">One statement each.</param>
    public static async Task<IReadOnlyDictionary<string, JsonArray>> AskAsync(string folder, IEnumerable<string> load, IEnumerable<(string Name, string Sql)> questions)
    {
        await s_installed.Value;
        var task = Path.Combine(folder, "duckdb.json");
        await File.WriteAllTextAsync(task, JsonSerializer.Serialize(new
        {
            threads = 1,
            load,
            questions = questions.Select(question => new { name = question.Name, sql = new[] { question.Sql }, runs = 1 }),
        }));
        var answers = JsonNode.Parse(await RunAsync("node", [Path.Combine(s_peers, "duckdb.mjs"), task], s_peers))!["answers"]!.AsArray();
        return answers.ToDictionary(answer => answer!["name"]!.GetValue<string>(), answer => answer!["rows"]![0]!.AsArray(), StringComparer.Ordinal);
    }

    private static async Task InstallAsync()
    {
        // npm writes this file last.
        if (!File.Exists(Path.Combine(s_peers, "node_modules", ".package-lock.json")))
        {
            await RunAsync(OperatingSystem.IsWindows() ? "npm.cmd" : "npm", ["ci", "--no-audit", "--no-fund"], s_peers);
        }
    }

    private static async Task<string> RunAsync(string program, string[] arguments, string directory)
    {
        var start = new ProcessStartInfo(program, arguments) { WorkingDirectory = directory, RedirectStandardOutput = true, RedirectStandardError = true, UseShellExecute = false };
        try
        {
            using var process = Process.Start(start)!;
            var errors = process.StandardError.ReadToEndAsync();
            var output = await process.StandardOutput.ReadToEndAsync();
            await process.WaitForExitAsync();
            return process.ExitCode == 0
                ? output
                : throw new InvalidOperationException($"'{program} {string.Join(' ', arguments)}' in bench/peers ended with {process.ExitCode}: {await errors}");
        }
        catch (Win32Exception error)
        {
            throw new InvalidOperationException($"The twenty questions need DuckDB through node: '{program}' cannot be started. Install node 20 or newer with npm.", error);
        }
    }
}
