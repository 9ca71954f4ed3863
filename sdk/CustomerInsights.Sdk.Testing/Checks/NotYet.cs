namespace CustomerInsights.Sdk.Testing.Checks;

/// <summary>The numbers that this release of the kit does not run, and why.</summary>
internal static class NotYet
{
    private const string Later = "The group comes with a later release of the kit.";
    private const string LaterStatic = "The static scan comes with a later release of the kit; the link check to the SDK is the host's already.";

    internal static IReadOnlyList<ConformanceCheck> All { get; } =
    [
        Of("L07", "On a failed unload the path to what holds it is printed", "It needs a debugger's library in the process; the docs say what to look for."),
        Of("C01", "The schema in the package is the one that the options' type gives", "A schema may be written by hand, and says more than a type can."),
        Of("G06", "No environment variable is read", "Reading leaves no trace that another process could see; a worker has nothing of the host's environment."),
        Of("N08", "The lifetime of cached answers is kept", "The host keeps it, not the plugin."),
        .. Group("S", LaterStatic,
            "Every member of the SDK that is used exists", "Named types exist and can be constructed", "No static host events", "No dynamic", "No DispatchProxy", "No process-wide listeners", "No GCHandle",
            "No threads and timers of its own", "No reflection JSON", "No TypeDescriptor", "No new HttpClient and no new Meter", "No exit, no forced collection, no change of the thread pool or culture",
            "No files, sockets, processes, environment without the capability", "No P/Invoke without nativeCode", "No async void", "No package with a known weakness"),
        .. Group("K", Later,
            "Good settings pass", "Wrong credentials are Authentication", "A host that does not answer is Transient", "A TLS error is told", "A check answers within 30 s", "A check changes nothing at the source", "Messages are for people"),
        .. Group("D", Later,
            "There is a stream", "Names are unique", "Descriptions are valid", "Key and cursor are fields", "Discovery is stable", "Streams without permission are reported"),
        .. Group("T", Later,
            "A run has spans for its requests", "Records, bytes and retries are counted", "Progress only grows", "The log's scope has plugin, version, connection and run"),
        .. Group("B", "It compares with the package before, with settings and states of it; it comes with a later release of the kit.",
            "Old settings are valid or migrated", "No stream, field or key is removed without a breaking entry", "Old states are readable", "Upgrade, run, roll back, run loses nothing", "The capabilities that changed are printed"),
        .. Group("Q", "Budgets are measured on a quiet machine; they come with a later release of the kit.",
            "20,000 records a second", "Processor time for each record", "The slowest checks", "The start of a worker", "No slower than before"),
    ];

    private static IEnumerable<ConformanceCheck> Group(string letter, string why, params string[] titles) =>
        titles.Select((title, i) => Of(FormattableString.Invariant($"{letter}{i + 1:00}"), title, why));

    private static ConformanceCheck Of(string id, string title, string why) => new(id, title, ConformanceCheckStatus.NotYet) { Note = why };
}
