namespace CustomerInsights.Host;

/// <summary>Where the host keeps things and listens.</summary>
internal sealed record HostSettings
{
    /// <summary>The data directory; made if absent. One host owns it.</summary>
    public required string DataDirectory { get; init; }

    /// <summary>Folders of plugins that come with the program unpacked and run without a signature. Default: none, see <see cref="PluginsFeed"/>.</summary>
    public IReadOnlyList<string> PluginRoots { get; init; } = [];

    /// <summary>The catalog of built-in plugins; by default <c>plugins-feed</c> beside the program. Need not exist.</summary>
    public string PluginsFeed { get; init; } = Path.Combine(AppContext.BaseDirectory, "plugins-feed");

    /// <summary>Folders whose plugins run without a signature: for who develops one. Default: none.</summary>
    public IReadOnlyList<string> DevelopmentRoots { get; init; } = [];

    /// <summary>What a matcher may take of memory where its policy does not say, in MiB; null for no bound but the machine's.</summary>
    public int? MatcherMegabytes { get; init; }

    /// <summary>What columns of profiles may take of memory, in MiB; past it they stay in mapped files. Null for a quarter of the machine's.</summary>
    public int? ColumnMegabytes { get; init; }

    /// <summary>What the index that profiles are searched by may take of memory, in MiB; past it they are searched in the store. Null for an eighth of the machine's.</summary>
    public int? SearchMegabytes { get; init; }

    /// <summary>True starts only the plugins that come with the program.</summary>
    public bool SafeMode { get; init; }

    /// <summary>The address to listen at; port 0 takes a free one.</summary>
    public string Url { get; init; } = "http://127.0.0.1:5080";

    /// <summary>The largest request body, in bytes; 1 MiB.</summary>
    public long MaxRequestBytes { get; init; } = 1024 * 1024;

    /// <summary>How many events may wait to be projected before the door says "later".</summary>
    public long MostEventsBehind { get; init; } = 200_000;

    /// <summary>For how many days it is remembered what became of an event, and an event that comes again is known as such; 1 to 365.</summary>
    public int EventFateDays { get; init; } = 7;

    /// <summary>For how many hours events stay in the log after they were processed.</summary>
    public int EventLogHours { get; init; } = 24;

    /// <summary>Sites that may put cards into frames of theirs: <c>https://crm.example</c>. Default: none.</summary>
    public IReadOnlyList<string> FrameAncestors { get; init; } = [];

    /// <summary>Days after which a segment that nothing builds on and nobody looks at becomes inactive; null: never.</summary>
    public int? ExpireSegmentsAfterDays { get; init; }

    /// <summary>For how many days an export of a person's data can be downloaded.</summary>
    public int PrivacyExportDays { get; init; } = 7;

    /// <summary>For how many days it is kept who read whose data.</summary>
    public int ReadAuditDays { get; init; } = 365;

    /// <summary>How many days back the history of measures goes, 1 to 36,500.</summary>
    public int MeasureHistoryDays { get; init; } = 400;
}
