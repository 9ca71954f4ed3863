using CustomerInsights.Plugins.Trust;

namespace CustomerInsights.Plugins.Marks;

/// <summary>What the remains of the host's last life say: whether it died, and of whom.</summary>
/// <param name="Records">The versions that are not to run in process again until a person says so.</param>
/// <param name="Told">A sentence on how it died; null when it ended as it should, or nothing is known.</param>
internal sealed record CrashVerdict(IReadOnlyList<CrashRecord> Records, string? Told)
{
    internal static CrashVerdict None { get; } = new([], null);

    /// <summary>Judges.</summary>
    /// <param name="left">The marks that were left.</param>
    /// <param name="note">The last words, where there were any: an unhandled exception leaves them; a stack overflow, FailFast, an exit and a signal do not.</param>
    /// <param name="boot">Which start of the machine this is.</param>
    /// <param name="wasEnding">Whether the host was being stopped.</param>
    /// <param name="now">The time of the judgement.</param>
    internal static CrashVerdict Of(IReadOnlyList<Mark> left, FatalNote? note, string? boot, bool wasEnding, DateTimeOffset now)
    {
        if (note is not null)
        {
            return OfNote(left, note, now);
        }

        // The machine went down, or somebody had asked the host to stop and lost patience: no plugin's doing.
        var here = left.Where(mark => mark.Boot == boot).ToList();
        if (wasEnding || here.Count == 0)
        {
            return None;
        }

        // Without a word left, who makes the host is not suspected: a signal leaves none either, and its plugins are always there.
        var strangers = here.Where(mark => mark.Trust != PackageTrust.FirstParty).ToList();
        var busy = strangers.Where(mark => mark.IsBusy).ToList();
        var suspects = busy.Count > 0 ? busy : strangers;
        const string how = "The host's process ended without a word, as by a stack overflow, FailFast, an exit or a signal.";
        var scene = $"In its process: {string.Join("; ", here.Select(mark => mark.Told))}.";
        return new(
            [.. suspects.Select(mark => new CrashRecord(mark.Id, mark.Version, now, $"{how} {mark.Told}.{Others(suspects, mark)}", scene)).DistinctBy(record => (record.Id, record.Version))],
            suspects.Count > 0 ? $"{how} {scene}" : null);
    }

    private static CrashVerdict OfNote(IReadOnlyList<Mark> left, FatalNote note, DateTimeOffset now)
    {
        var how = $"The host's process was ended by an exception that nobody caught. {note.Message}";
        var records = note.Culprits
            .Select(name => name.Split(' '))
            .Where(parts => parts.Length == 2)
            .Select(parts => new CrashRecord(
                parts[0], parts[1], now,
                $"{how} Its code is on the stack.{(left.FirstOrDefault(mark => mark.Id == parts[0] && mark.Version == parts[1]) is { } mark ? $" {mark.Told}." : "")}",
                note.Detail));

        // An exception without a plugin on its stack is the host's own: nobody else is made to pay for it.
        return new([.. records], how);
    }

    private static string Others(List<Mark> suspects, Mark mark) =>
        suspects.Count > 1 ? $" It may have been another: {string.Join(", ", suspects.Where(other => other != mark).Select(other => $"{other.Id} {other.Version}"))}." : "";
}
