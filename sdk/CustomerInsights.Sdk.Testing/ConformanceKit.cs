using CustomerInsights.Sdk.Testing.Running;

namespace CustomerInsights.Sdk.Testing;

/// <summary>
/// Checks a plugin against the contract of the SDK with the code of the host: the same loading, the same boundary, the same
/// worker. Needs no network and no running host. Runs of several plugins may go side by side, but checks that measure memory or watch
/// for connections see the whole process: leave such tests to run alone.
/// </summary>
public static class ConformanceKit
{
    /// <summary>Runs the checks.</summary>
    /// <param name="package">A <c>.ciplugin</c>, or the folder of a package with its <c>plugin.json</c>.</param>
    /// <param name="options">What to check, and how.</param>
    /// <param name="cancellationToken">Ends the run; nothing is left behind.</param>
    /// <returns>What was found. A plugin that does not conform is a result, not an exception.</returns>
    /// <exception cref="ConformanceException">No check could run: there is no package, or <c>test.json</c> cannot be used; says the place.</exception>
    public static Task<ConformanceReport> RunAsync(string package, ConformanceOptions options, CancellationToken cancellationToken)
    {
        ArgumentException.ThrowIfNullOrEmpty(package);
        ArgumentNullException.ThrowIfNull(options);

        // On the pool, away from the synchronisation context of a test framework.
        return Task.Run(() => ConformanceRun.RunAsync(package, options, cancellationToken), cancellationToken);
    }

    /// <summary>The one line of an author's test: runs all checks in process and in a worker.</summary>
    /// <param name="package">As for <see cref="RunAsync"/>.</param>
    /// <param name="testFile">The author's <c>test.json</c>.</param>
    /// <param name="cancellationToken">Ends the run.</param>
    /// <returns>The report of a plugin that conforms.</returns>
    /// <exception cref="ConformanceException">A check failed, or none could run; the message is a table of what was found.</exception>
    public static async Task<ConformanceReport> VerifyAsync(string package, string testFile, CancellationToken cancellationToken)
    {
        ArgumentException.ThrowIfNullOrEmpty(testFile);
        var report = await RunAsync(package, new ConformanceOptions { TestFile = testFile }, cancellationToken).ConfigureAwait(false);
        return report.Passed ? report : throw new ConformanceException(report.ToText(), report);
    }
}
