namespace CustomerInsights.PluginTool;

/// <summary>What the program ends with; README.md tells people.</summary>
internal static class ExitCodes
{
    internal const int Done = 0;

    /// <summary>Not done, or a check failed; what was printed says what to do.</summary>
    internal const int Failed = 1;

    internal const int WrongCommandLine = 2;

    /// <summary>As a shell counts Ctrl+C.</summary>
    internal const int Cancelled = 130;
}
