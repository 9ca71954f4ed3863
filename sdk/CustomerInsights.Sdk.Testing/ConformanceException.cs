namespace CustomerInsights.Sdk.Testing;

/// <summary>A plugin does not conform. The message is a table of what failed, for the output of any test framework.</summary>
public sealed class ConformanceException : Exception
{
    /// <summary>Makes the exception.</summary>
    /// <param name="message">The table, or why no check could run.</param>
    /// <param name="report">The report; null when no check could run.</param>
    /// <param name="innerException">The cause, where there is one.</param>
    public ConformanceException(string message, ConformanceReport? report = null, Exception? innerException = null)
        : base(message, innerException) => Report = report;

    /// <summary>Everything that was found; null when no check could run.</summary>
    public ConformanceReport? Report { get; }
}
