using System.Text.Json.Nodes;
using CustomerInsights.Plugins.Manifests;

namespace CustomerInsights.Sdk.Testing.Tests;

/// <summary>How a plugin is broken for a check to find it.</summary>
/// <param name="Check">The check that must fail.</param>
/// <param name="Component">The component that is broken; null where the package is.</param>
/// <param name="Name">The mutant's name, for its component; also the case's.</param>
/// <param name="Says">A word that the message must hold: the cause.</param>
/// <param name="Modes">Where it runs; in process when not said.</param>
/// <param name="Break">What else is done to the package or to test.json.</param>
internal sealed record MutantCase(string Check, string? Component, string Name, string Says, IsolationMode[]? Modes = null, Action<Mutant>? Break = null)
{
    public override string ToString() => $"{Check} {Component} {Name}";
}

/// <summary>A mutant, or several, for every check that there is.</summary>
internal static class MutantCases
{
    private static readonly IsolationMode[] Worker = [IsolationMode.Process];
    private static readonly IsolationMode[] Both = [IsolationMode.InProcess, IsolationMode.Process];

    internal static IReadOnlyList<MutantCase> All { get; } =
    [
        Rows("R01", "StreamEnded"),
        Rows("R01", "StreamEnded", Worker),
        Rows("R02", "without a record"),
        Rows("R03", "declares Decimal"),
        Rows("R04", "ghost"),
        new("R04", "rows", "R04.undeclared", "does not declare"),
        Rows("R05", "same primary key"),
        new("R05", "rows", "R05.key", "comes twice"),
        Rows("R06", "second read"),
        new("R06", "rows", "R06.mode", "other mode", Both),
        Rows("R07", "selected"),
        Rows("R08", "RecordLimit 1"),
        Rows("R09", "empty source"),
        Rows("R10", "are lost"),
        Rows("R11", "gave 6 records"),
        Rows("R12", "Memory grew"),
        Rows("R13", "9007199254740993"),
        Rows("R14", "does not delete"),
        Rows("R15", "BatchSize 2"),
        Rows("I01", "state is not used"),
        Rows("I02", "does not yield '1'"),
        Rows("I03", "are lost"),
        new("I03", "sum", "I03", "lost or changed"),
        Rows("I04", "killed after checkpoint", Worker),
        Rows("I05", "updated"),
        Rows("I06", "look back"),
        Rows("I07", "clock"),
        Rows("I08", "newer"),
        new("I09", "rows", "", "made version 1", Break: mutant => mutant.EditManifest(manifest => manifest["contributes"]![0]!["type"] = "Mutants.StuckRowsConnector")),
        Rows("I10", "cannot be read is FailureKind.Configuration"),
        Rows("I11", "secret"),
        Rows("I12", "after its last checkpoint"),
        Rows("X01", "did not stop within"),
        Rows("X01", "2 s are allowed", Worker),
        Rows("X02", "did not stop within"),
        Rows("X03", "ObjectDisposedException"),
        Rows("X04", "buffer without an end"),
        Rows("X05", "CheckAsync kept its caller"),
        Web("X06", "silent"),
        Rows("X07", "went on"),
        Web("E01", "wait as long"),
        Web("E02", "lost or changed"),
        Web("E03", "not complete"),
        Web("E04", "credentials"),
        Web("E05", "lost or changed"),
        Web("E06", "does not name it"),
        Web("E07", "lost or changed"),
        Web("E08", "failed as Bug"),
        Rows("E09", "go on"),
        new("E09", "rows", "E09.silent", "lost"),
        Web("E10", "again and again"),
        Web("E11", "went there"),
        Web("E12", "a minute", mutant => mutant.EditManifest(manifest => manifest["limits"]!["requestsPerMinute"] = 300)),
        Rows("E13", "lost"),
        new("G01", "rows", "G01.log", "the log"),
        new("G01", "rows", "G01.log", "the log", Worker),
        new("G01", "rows", "G01.failure", "a failure's message"),
        new("G01", "rows", "G01.state", "a state"),
        new("G01", "rows", "G01.storage", "storage"),
        new("G01", "rows", "G01.metric", "a metric"),
        new("G01", "web", "G01.url", "the address of a request"),
        Rows("G02", "192.0.2.1"),
        Web("G03", "169.254.169.254"),
        Rows("G04", "escaped.txt"),
        Rows("G05", "started a process", Worker),
        Rows("G07", "people.example"),
        new("G08", "greet", "", "capabilities.profileFields.read", Break: mutant => mutant.EditManifest(manifest => manifest["capabilities"]!["profileFields"]!["read"] = new JsonArray("name"))),
        Rows("G09", "logged"),
        Rows("G10", "as a bug"),
        new("N01", "greet", "N01", "result-order"),
        new("N01", "sum", "N01", "twice"),
        new("N02", "greet", "N02", "answers otherwise"),
        new("N02", "sum", "N02", "answers otherwise"),
        new("N03", "greet", "N03", "50 at a time"),
        new("N03", "sum", "N03", "DivideByZero"),
        new("N04", "greet", "N04", "undeclared"),
        new("N04", "sum", "N04", "undeclared"),
        new("N05", "greet", "N05", "null"),
        new("N05", "sum", "N05", "null"),
        new("N06", "greet", "N06", "NoMatch"),
        new("N06", "sum", "N06", "NoMatch"),
        new("N07", "greet", "N07", "Asked again"),
        new("N09", "sum", "", "answers 'regular', which the enrichment does not ask", Break: mutant => Answers(mutant, "regular")),
        new("N09", "sum", "", "no profile of test.json 'loyal' is true", Break: mutant => Answers(mutant, null)),
        new("W01", "file", "W01", "The folder is away"),
        new("W02", "file", "W02", "0 times"),
        new("W03", "file", "W03", "2 times"),
        new("W04", "file", "W04", "not at the target"),
        new("W05", "file", "W05", "Before the commit"),
        new("W06", "file", "W06", "came again"),
        new("W06", "file", "W06", "came again", Worker),
        new("W07", "file", "W07", "still at the target"),
        new("W07", "file", "W07", "MemberChange.Removed", Break: Difference),
        new("W08", "file", "W08", "MaxBatch"),
        new("W09", "file", "W09", "DryRun"),
        new("W09", "post", "W09", "DryRun"),
        new("W10", "post", "W10", "429"),
        new("W11", "file", "W11", "the change is not", Break: Difference),
        new("L01", null, "slow startup", "250 ms", Break: mutant => mutant.EditManifest(manifest => manifest["entry"]!["startup"] = "Mutants.SlowStartup")),
        Rows("L02", "first check"),
        Rows("L03", "16 MB"),
        Rows("L04", "static fields"),
        Rows("L05", "leave memory"),
        Rows("L06", "left"),
        Rows("L08", "both versions loaded"),
        Rows("L09", "in the middle of a read"),
        .. PackageMutants.All,
    ];

    private static MutantCase Rows(string check, string says, IsolationMode[]? modes = null) => new(check, "rows", check, says, modes);

    private static MutantCase Web(string check, string says, Action<Mutant>? more = null) => new(check, "web", check, says, Break: more);

    private static void Answers(Mutant mutant, string? condition) => mutant.EditTest(test =>
        test["components"]!["sum"]!["profiles"]![0]!["conditions"] = condition is null ? new JsonObject() : new JsonObject { [condition] = true });

    private static void Difference(Mutant mutant) => mutant.EditTest(test => test["components"]!["file"]!["config"]!["difference"] = true);
}
