using System.Diagnostics;
using System.Text;

namespace CustomerInsights.Acceptance.Tests.Kit;

/// <summary>What a program that ran to its end has printed.</summary>
/// <param name="ExitCode">How it ended.</param>
/// <param name="Output">Standard output.</param>
/// <param name="Errors">Standard error.</param>
internal sealed record Ran(int ExitCode, string Output, string Errors)
{
    // No command of these tests needs so long; one that does hangs.
    private static readonly TimeSpan Longest = TimeSpan.FromMinutes(4);

    /// <summary>Runs a program.</summary>
    public static async Task<Ran> ToEndAsync(ProcessStartInfo start)
    {
        (start.RedirectStandardOutput, start.RedirectStandardError, start.UseShellExecute) = (true, true, false);
        (start.StandardOutputEncoding, start.StandardErrorEncoding) = (Encoding.UTF8, Encoding.UTF8);
        using var process = Process.Start(start)!;
        using var limit = new CancellationTokenSource(Longest);
        try
        {
            var output = process.StandardOutput.ReadToEndAsync(limit.Token);
            var errors = process.StandardError.ReadToEndAsync(limit.Token);
            await process.WaitForExitAsync(limit.Token);
            return new Ran(process.ExitCode, await output, await errors);
        }
        catch (OperationCanceledException error)
        {
            process.Kill(entireProcessTree: true);
            throw new TimeoutException($"{start.FileName} {string.Join(' ', start.ArgumentList)} has not ended.", error);
        }
    }

    /// <summary>Fails the test with what was printed unless it ended so.</summary>
    public Ran Ended(int exitCode)
    {
        Assert.True(ExitCode == exitCode, $"It ended with {ExitCode}; {exitCode} was expected.\n{Output}\n{Errors}");
        return this;
    }

    /// <summary>Fails the test unless this was printed.</summary>
    public Ran Said(string text)
    {
        Assert.True(Output.Contains(text, StringComparison.Ordinal) || Errors.Contains(text, StringComparison.Ordinal), $"'{text}' was not printed, but\n{Output}\n{Errors}");
        return this;
    }
}
