using System.ComponentModel;
using System.Diagnostics;

namespace CustomerInsights.DynamicsPlugins.Tests;

/// <summary>A published client through node, from tests/emulators/client; installed there the first time.</summary>
internal static class PublishedClient
{
    private static readonly string s_folder = Path.Combine(RepositoryRoot.Path, "tests", "emulators", "client");

    /// <summary>Runs a script and gives what it prints.</summary>
    public static async Task<string> RunAsync(string script, params string[] arguments)
    {
        // npm writes this file last.
        if (!File.Exists(Path.Combine(s_folder, "node_modules", ".package-lock.json")))
        {
            await StartAsync(OperatingSystem.IsWindows() ? "npm.cmd" : "npm", ["ci", "--no-audit", "--no-fund", "--ignore-scripts"]);
        }

        return await StartAsync("node", [Path.Combine(s_folder, script), .. arguments]);
    }

    private static async Task<string> StartAsync(string program, string[] arguments)
    {
        var start = new ProcessStartInfo(program, arguments) { WorkingDirectory = s_folder, RedirectStandardOutput = true, RedirectStandardError = true, UseShellExecute = false };
        try
        {
            using var process = Process.Start(start)!;
            var errors = process.StandardError.ReadToEndAsync();
            var output = await process.StandardOutput.ReadToEndAsync();
            await process.WaitForExitAsync();
            return process.ExitCode == 0
                ? output
                : throw new InvalidOperationException($"'{program}' in tests/emulators/client ended with {process.ExitCode}: {await errors}");
        }
        catch (Win32Exception error)
        {
            throw new InvalidOperationException($"The client is run by node: '{program}' cannot be started. Install node 20 or newer with npm.", error);
        }
    }
}
