using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using CustomerInsights.Plugins.Components;
using CustomerInsights.Sdk.Testing.Checks;
using CustomerInsights.Sdk.Testing.Fixtures;

namespace CustomerInsights.Sdk.Testing.Running;

/// <summary>Calls an export target as the host does, and looks at what it wrote.</summary>
internal static class ExportProbe
{
    private static readonly DateTimeOffset Started = new(2026, 6, 1, 12, 0, 0, TimeSpan.Zero);

    internal static ValueTask<PluginExport> OpenTargetAsync(this Trial trial, byte[] config, CancellationToken cancellationToken) =>
        trial.Bench.Host.OpenExportAsync(trial.Bench.PluginId, trial.Component.Contribution.Id, "kit", config, cancellationToken);

    /// <summary>The fields that every member carries.</summary>
    internal static IReadOnlyList<FieldDescriptor> Fields(this Trial trial) =>
    [
        .. (trial.Component.Test.Fields ?? throw Expect.NotHere("test.json gives no fields for this export."))
            .Select(pair => new FieldDescriptor(pair.Key, Enum.Parse<FieldKind>((string)pair.Value!, ignoreCase: true))),
    ];

    internal static IReadOnlyList<TestMember> TestMembers(this Trial trial) =>
        trial.Component.Test.Members is { Count: >= 2 } members ? members : throw Expect.NotHere("test.json gives no members for this export (two or more).");

    /// <summary>The members that the target takes.</summary>
    internal static IReadOnlyList<TestMember> Accepted(this Trial trial) => [.. trial.TestMembers().Where(member => !member.Rejected)];

    internal static ExportMember Member(this Trial trial, TestMember member, MemberChange change = MemberChange.Added) =>
        new(member.Id, change, [.. trial.Fields().Select(field => JsonValues.Of(member.Values[field.Name], field.Kind))]);

    internal static ExportJob Job(this Trial trial, string runId, int members, long generation = 1) =>
        new(runId, "kit-export", "kit-segment", trial.Fields(), generation, Started) { MemberCount = members };

    /// <summary>One run: opens, writes, commits.</summary>
    internal static async Task<IReadOnlyList<MemberOutcome>> ExportAsync(this Trial trial, byte[] config, ExportJob job, IReadOnlyList<ExportMember> members, CancellationToken cancellationToken)
    {
        await using var target = await trial.OpenTargetAsync(config, cancellationToken);
        var most = (await target.DescribeAsync(cancellationToken)).MaxBatch;
        await using var session = await target.OpenAsync(job, cancellationToken);
        var outcomes = new List<MemberOutcome>();
        var batch = 0;
        foreach (var some in members.Chunk(Math.Min(most, 2)))
        {
            outcomes.AddRange(await session.WriteAsync($"batch-{++batch}", some, cancellationToken));
        }

        await session.CommitAsync(cancellationToken);
        return outcomes;
    }

    /// <summary>The value by which a member is known at the target.</summary>
    internal static string Token(this Trial trial, TestMember member)
    {
        var field = trial.Component.Test.Identify ?? trial.Fields()[0].Name;
        return member.Values[field] is JsonValue value && value.ToString() is { Length: >= 3 } text
            ? text
            : throw Expect.NotHere($"Member '{member.Id}' has no value of three characters or more in '{field}' by which to find it at the target; name a field in 'identify'.");
    }

    /// <summary>How often a text is visible at the target. A hidden or temporary file is not.</summary>
    internal static int Visible(this Trial trial, string text)
    {
        // JSON may write letters beyond ASCII as they are or by their numbers.
        string[] forms = [.. new[] { text, JsonEncodedText.Encode(text).Value, JsonEncodedText.Encode(text, JavaScriptEncoder.UnsafeRelaxedJsonEscaping).Value }.Distinct(StringComparer.Ordinal)];
        if (trial.Component.Test.Http is not null)
        {
            return forms.Sum(trial.Bench.Server.Truth.Count);
        }

        return trial.Manifest.Capabilities.Filesystem
            ? Directory.EnumerateFiles(trial.Bench.Granted, "*", SearchOption.AllDirectories).Where(IsVisible).Sum(file => forms.Sum(form => File.ReadAllText(file).Split(form).Length - 1))
            : throw Expect.NotHere("The target is neither the server nor the granted folder of the kit, so what is visible there cannot be seen.");
    }

    /// <summary>Everything at the target that a run could change, hidden files too.</summary>
    internal static string Snapshot(this Trial trial) =>
        trial.Bench.Server.Truth.Snapshot() + string.Join('\n', FileSnapshot.Of(trial.Bench.Granted, SearchOption.AllDirectories).Select(pair => $"{pair.Key} {pair.Value}"));

    private static bool IsVisible(string file) => Path.GetFileName(file) is var name && !name.StartsWith('.') && !name.EndsWith(".tmp", StringComparison.OrdinalIgnoreCase);
}
