using System.Diagnostics;
using System.Text;

namespace CustomerInsights.PluginTool.Projects;

/// <summary>Runs <c>dotnet</c>, or another program that developers have, and takes what it prints.</summary>
internal static class DotNet
{
    internal sealed record Outcome(int ExitCode, string Output, string Errors)
    {
        /// <summary>All that was printed.</summary>
        internal string All => string.Join('\n', new[] { Output.Trim(), Errors.Trim() }.Where(text => text.Length > 0));
    }

    internal static Task<Outcome> RunAsync(IEnumerable<string> arguments, string folder, CancellationToken cancellationToken) =>
        RunAsync(Environment.GetEnvironmentVariable("DOTNET_HOST_PATH") is { Length: > 0 } path ? path : "dotnet", arguments, folder, cancellationToken);

    /// <summary>Runs a program to its end.</summary>
    /// <exception cref="ToolException">There is no such program.</exception>
    internal static async Task<Outcome> RunAsync(string program, IEnumerable<string> arguments, string folder, CancellationToken cancellationToken)
    {
        var start = new ProcessStartInfo(program, arguments)
        {
            WorkingDirectory = folder,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            UseShellExecute = false,
            StandardOutputEncoding = Encoding.UTF8,
            StandardErrorEncoding = Encoding.UTF8,
        };
        start.Environment["DOTNET_CLI_UI_LANGUAGE"] = "en";
        start.Environment["DOTNET_NOLOGO"] = "1";
        using var process = Start(start);
        try
        {
            var output = process.StandardOutput.ReadToEndAsync(cancellationToken);
            var errors = process.StandardError.ReadToEndAsync(cancellationToken);
            await process.WaitForExitAsync(cancellationToken);
            return new(process.ExitCode, await output, await errors);
        }
        catch (OperationCanceledException)
        {
            process.Kill(entireProcessTree: true);
            throw;
        }
    }

    private static Process Start(ProcessStartInfo start)
    {
        try
        {
            return Process.Start(start)!;
        }
        catch (System.ComponentModel.Win32Exception error)
        {
            throw new ToolException($"'{start.FileName}' cannot be started: {error.Message}. Is it installed and on the PATH?");
        }
    }
}
