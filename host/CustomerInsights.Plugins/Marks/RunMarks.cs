using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using System.Runtime.Loader;
using System.Text.Json;
using CustomerInsights.Plugins.Boundary;
using CustomerInsights.Plugins.Context;
using CustomerInsights.Plugins.Loading;
using CustomerInsights.Plugins.Packaging;
using CustomerInsights.Plugins.Trust;

namespace CustomerInsights.Plugins.Marks;

/// <summary>
/// The folder of marks: one for each version whose code is in this process, the last words when an unhandled exception ends it,
/// and the records of versions that have ended it before. Safe for any thread.
/// </summary>
internal sealed class RunMarks : IDisposable
{
    private const string BootId = "/proc/sys/kernel/random/boot_id";
    private const int LargestFile = 256 * 1024;

    private readonly string _folder;
    private readonly TimeProvider _clock;
    private readonly Func<string, string> _redact;
    private readonly string? _boot = File.Exists(BootId) ? File.ReadAllText(BootId).Trim() : null;
    private readonly ConcurrentDictionary<RunMark, byte> _live = [];
    private int _last;

    /// <param name="folder">The folder; made when it is not there.</param>
    /// <param name="clock">The clock.</param>
    /// <param name="redact">Cuts out of a text all that plugins have been shown of secrets.</param>
    internal RunMarks(string folder, TimeProvider clock, Func<string, string> redact)
    {
        (_folder, _clock, _redact) = (folder, clock, redact);
        AppDomain.CurrentDomain.UnhandledException += OnUnhandled;
    }

    private string NotePath => Path.Combine(_folder, "fatal.json");

    private string EndingPath => Path.Combine(_folder, "ending");

    /// <summary>Marks that code of a version is about to run in this process.</summary>
    internal RunMark Begin(string id, string version, PackageTrust trust)
    {
        Directory.CreateDirectory(_folder);
        var name = string.Create(CultureInfo.InvariantCulture, $"{id}.{Interlocked.Increment(ref _last)}.mark");
        var mark = new RunMark(Path.Combine(_folder, name), new Mark(id, version, trust, MarkPhase.Loading, _clock.GetUtcNow(), _boot), _clock, over => _live.TryRemove(over, out _));
        _live.TryAdd(mark, 0);
        return mark;
    }

    /// <summary>Notes that the host is being ended by who may: what dies from now on died of that.</summary>
    internal void NoteEnding()
    {
        if (Directory.Exists(_folder))
        {
            File.WriteAllText(EndingPath, "");
        }
    }

    /// <summary>Looks at what the last life left, keeps whom it speaks against, and clears it away.</summary>
    internal async Task<CrashVerdict> JudgeLastLifeAsync(CancellationToken cancellationToken)
    {
        if (!Directory.Exists(_folder))
        {
            return CrashVerdict.None;
        }

        var left = Directory.EnumerateFiles(_folder, "*.mark").Order(StringComparer.Ordinal).ToList();
        var verdict = CrashVerdict.Of(
            [.. left.Select(Read<Mark>).OfType<Mark>()], File.Exists(NotePath) ? Read<FatalNote>(NotePath) : null, _boot, File.Exists(EndingPath), _clock.GetUtcNow());

        // Kept before the marks go: a crash in between finds them again.
        foreach (var record in verdict.Records)
        {
            await AtomicFile.WriteAsync(PathOf(record.Id, record.Version), JsonSerializer.SerializeToUtf8Bytes(record, MarkJson.Options), cancellationToken);
        }

        foreach (var file in left.Append(NotePath).Append(EndingPath))
        {
            File.Delete(file);
        }

        return verdict;
    }

    /// <summary>What speaks against running a version in this process; null when nothing does.</summary>
    internal CrashRecord? Find(string id, string version) => File.Exists(PathOf(id, version)) ? Read<CrashRecord>(PathOf(id, version)) : null;

    /// <summary>Lets a version try again.</summary>
    internal void Forget(string id, string version)
    {
        if (Directory.Exists(_folder))
        {
            File.Delete(PathOf(id, version));
        }
    }

    public void Dispose()
    {
        AppDomain.CurrentDomain.UnhandledException -= OnUnhandled;
        if (Directory.Exists(_folder))
        {
            // What did not leave memory goes with the process, which ends as it should.
            foreach (var mark in _live.Keys)
            {
                mark.Dispose();
            }

            File.Delete(EndingPath);
        }
    }

    private string PathOf(string id, string version) => Path.Combine(_folder, $"{id}@{version}.crash");

    private static T? Read<T>(string path)
        where T : class
    {
        try
        {
            return new FileInfo(path) is { Length: <= LargestFile } ? JsonSerializer.Deserialize<T>(File.ReadAllText(path), MarkJson.Options) : null;
        }
        catch (Exception error) when (error is JsonException or IOException or UnauthorizedAccessException)
        {
            // Cut off, or edited: it says nothing.
            return null;
        }
    }

    // The process is about to die of this; the runtime waits for us, and for nothing else.
    private void OnUnhandled(object sender, UnhandledExceptionEventArgs e)
    {
        if (!e.IsTerminating || e.ExceptionObject is not Exception error || !Directory.Exists(_folder))
        {
            return;
        }

        var failure = FailureText.Flatten("Code outside any call", error, new RevealedSecrets());
        var note = new FatalNote(_clock.GetUtcNow(), Culprits(error), _redact(failure.Message), _redact(failure.Detail ?? ""));
        File.WriteAllBytes(NotePath, JsonSerializer.SerializeToUtf8Bytes(note, MarkJson.Options));
    }

    // Whose code is on the stack: of the plugins' own load contexts, each is one version.
    private static IReadOnlyList<string> Culprits(Exception error)
    {
        var found = new List<string>();
        for (var one = error; one is not null; one = one.InnerException)
        {
            var methods = new StackTrace(one).GetFrames().Select(frame => frame.GetMethod()?.Module.Assembly).Append(one.GetType().Assembly);
            found.AddRange(methods.OfType<System.Reflection.Assembly>().Select(AssemblyLoadContext.GetLoadContext).OfType<PluginLoadContext>().Select(context => context.Name!));
        }

        return [.. found.Distinct(StringComparer.Ordinal)];
    }
}
