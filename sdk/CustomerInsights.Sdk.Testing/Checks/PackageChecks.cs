using System.IO.Compression;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using CustomerInsights.Plugins.Manifests;
using CustomerInsights.Plugins.Packaging;
using CustomerInsights.Plugins.Trust;
using CustomerInsights.Sdk.Testing.Running;

namespace CustomerInsights.Sdk.Testing.Checks;

/// <summary>P: the package and its files.</summary>
internal static partial class PackageChecks
{
    private const string FilesList = "META/files.json";
    private const int LookedAt = 64 * 1024;

    internal static IReadOnlyList<Check> All { get; } =
    [
        new("P01", "The list of files is complete, and nothing else is there", Subject.Package, ListAsync),
        new("P02", "Every file is as the list says", Subject.Package, HashesAsync),
        new("P03", "The signature is the publisher's", Subject.Package, SignatureAsync) { Note = "When keys are given." },
        new("P04", "Names and sizes are within the limits, and nothing is a link", Subject.Package, LimitsAsync),
        new("P05", "The SDK and what the host shares are not bundled", Subject.Package, SharedAsync),
        new("P06", "deps.json is there and lists the assemblies that are there", Subject.Package, DepsAsync),
        new("P07", "The same files give the same bytes", Subject.Package, DeterministicAsync),
        new("P08", "No file is for development or holds a private key", Subject.Package, LeftoversAsync),
    ];

    // Of the host, whoever else has them: a second copy would not be the same types.
    private static readonly string[] Shared = ["CustomerInsights.Sdk.dll", "Microsoft.Extensions.Logging.Abstractions.dll", "Microsoft.Extensions.DependencyInjection.Abstractions.dll"];

    /// <summary>Who signed the package; nobody when it is not signed.</summary>
    internal static IReadOnlyList<PackageSignature> Signatures(Trial trial)
    {
        using var archive = Open(trial);
        return archive?.Archive.Signatures ?? [];
    }

    private static Opened? Open(Trial trial)
    {
        if (!trial.Package.IsArchive || trial.Package.Objection is { Code: not "modified" })
        {
            return null;
        }

        var stream = File.OpenRead(trial.Package.Given);
        try
        {
            return new Opened(stream, PackageArchive.Open(stream));
        }
        catch (PackageException)
        {
            stream.Dispose();
            return null;
        }
    }

    private sealed record Opened(FileStream Stream, PackageArchive Archive) : IDisposable
    {
        public void Dispose()
        {
            Archive.Dispose();
            Stream.Dispose();
        }
    }

    private static Task ListAsync(Trial trial, CancellationToken cancellationToken)
    {
        var objection = trial.Package.Objection;
        Expect.That(objection is null || IsOfHash(objection) || objection.Code is "limit" or "name", $"{objection?.Message}");
        var list = Path.Combine(trial.Package.Folder, FilesList);
        if (trial.Package.IsArchive || !File.Exists(list))
        {
            return Task.CompletedTask;
        }

        var listed = PackageFiles.Read(File.ReadAllBytes(list)).Files.Select(file => file.Path).ToHashSet(StringComparer.Ordinal);
        var there = Files(trial).Where(name => !name.StartsWith("META/", StringComparison.Ordinal)).ToHashSet(StringComparer.Ordinal);
        Expect.That(there.SetEquals(listed), $"{FilesList} and the folder differ: {Expect.Some(there.Except(listed, StringComparer.Ordinal).Select(name => name + " (not listed)").Concat(listed.Except(there, StringComparer.Ordinal).Select(name => name + " (missing)")))}. Pack it anew.");
        return Task.CompletedTask;
    }

    private static bool IsOfHash(PackageException objection) => objection.Code == "modified" && objection.Message.Contains("SHA-256", StringComparison.Ordinal);

    private static async Task HashesAsync(Trial trial, CancellationToken cancellationToken)
    {
        Expect.That(trial.Package.Objection is not { } objection || !IsOfHash(objection), $"{trial.Package.Objection?.Message} Pack it anew.");
        var list = Path.Combine(trial.Package.Folder, FilesList);
        if (trial.Package.IsArchive || !File.Exists(list))
        {
            return;
        }

        foreach (var file in PackageFiles.Read(await File.ReadAllBytesAsync(list, cancellationToken)).Files)
        {
            var path = Path.Combine(trial.Package.Folder, file.Path);
            if (File.Exists(path))
            {
                await using var stream = File.OpenRead(path);
                var hash = Convert.ToHexStringLower(await System.Security.Cryptography.SHA256.HashDataAsync(stream, cancellationToken));
                Expect.That(hash == file.Sha256, $"'{file.Path}' is not as {FilesList} says. Pack it anew.");
            }
        }
    }

    private static Task SignatureAsync(Trial trial, CancellationToken cancellationToken)
    {
        if (trial.Options.Keys.Count == 0 || !trial.Package.IsArchive)
        {
            throw Expect.NotHere("No keys were given, or the package is a folder.");
        }

        using var opened = Open(trial) ?? throw Expect.NotHere("The package cannot be unpacked; see P01.");
        var archive = opened.Archive;
        Expect.That(archive.Signatures.Count > 0, $"The package is not signed; 'ci-plugin pack --key' does it.");
        var publisher = new TrustedPublisher(PluginIds.PublisherOf(archive.Files.Id), "the publisher", PublisherTrust.Known, trial.Options.Keys);
        var verdict = new TrustSet([new TrustDocument { Publishers = [publisher] }]).Judge(publisher.Id, archive.SignedBytes, archive.Signatures);
        Expect.That(verdict.State == PackageState.Valid, $"{verdict.State}: {verdict.Message}");
        return Task.CompletedTask;
    }

    private static Task LimitsAsync(Trial trial, CancellationToken cancellationToken)
    {
        Expect.That(trial.Package.Objection is not { Code: "limit" or "name" }, $"{trial.Package.Objection?.Message}");
        if (!trial.Package.IsArchive)
        {
            var link = new DirectoryInfo(trial.Package.Given).EnumerateFileSystemInfos("*", SearchOption.AllDirectories).FirstOrDefault(entry => entry.LinkTarget is not null);
            Expect.That(link is null, $"'{link?.Name}' is a link; packages hold plain files only.");
        }

        return Task.CompletedTask;
    }

    private static Task SharedAsync(Trial trial, CancellationToken cancellationToken)
    {
        // The reader of packages refuses the SDK by itself.
        Expect.That(trial.Package.Objection is not { } objection || !objection.Message.Contains(Shared[0], StringComparison.OrdinalIgnoreCase), $"{trial.Package.Objection?.Message}");
        var bundled = Files(trial).Where(name => Shared.Contains(Path.GetFileName(name), StringComparer.OrdinalIgnoreCase)).ToList();
        Expect.That(bundled.Count == 0, $"The package brings {Expect.Some(bundled)}, which the host supplies. Reference it with Private=\"false\" and ExcludeAssets=\"runtime\".");
        return Task.CompletedTask;
    }

    private static Task DepsAsync(Trial trial, CancellationToken cancellationToken)
    {
        var entry = trial.Manifest.Entry.Assembly;
        var name = Path.ChangeExtension(entry, ".deps.json");
        var path = Path.Combine(trial.Package.Folder, name);
        Expect.That(File.Exists(path), $"'{name}' is not in the package; the host finds private dependencies by it. Build with EnableDynamicLoading.");
        HashSet<string> listed;
        try
        {
            listed = Runtime(JsonNode.Parse(File.ReadAllText(path))!).ToHashSet(StringComparer.OrdinalIgnoreCase);
        }
        catch (Exception error) when (error is JsonException or InvalidOperationException or NullReferenceException)
        {
            throw Expect.Failed($"'{name}' cannot be read: {error.Message}");
        }

        var there = Directory.GetFiles(Path.GetDirectoryName(path)!, "*.dll", SearchOption.TopDirectoryOnly).Select(file => Path.GetFileName(file)).ToHashSet(StringComparer.OrdinalIgnoreCase);
        var missing = listed.Except(there, StringComparer.OrdinalIgnoreCase).Except(Shared, StringComparer.OrdinalIgnoreCase).ToList();
        Expect.That(missing.Count == 0, $"'{name}' lists {Expect.Some(missing)}, which is not in lib/.");
        var unknown = there.Except(listed, StringComparer.OrdinalIgnoreCase).ToList();
        Expect.That(unknown.Count == 0, $"lib/ holds {Expect.Some(unknown)}, which '{name}' does not list: the host will not find it.");
        return Task.CompletedTask;
    }

    private static IEnumerable<string> Runtime(JsonNode deps) => deps["targets"]!.AsObject()
        .SelectMany(target => target.Value!.AsObject())
        .SelectMany(library => library.Value!["runtime"]?.AsObject().Select(pair => Path.GetFileName(pair.Key)) ?? []);

    private static async Task DeterministicAsync(Trial trial, CancellationToken cancellationToken)
    {
        if (trial.Package.Objection is not null)
        {
            throw Expect.NotHere("The package cannot be unpacked; see P01 to P04.");
        }

        var again = Path.Combine(Directory.CreateTempSubdirectory("ci-kit-pack-").FullName, "again.ciplugin");
        try
        {
            await PackageWriter.PackAsync(trial.Package.Folder, again, key: null, TimeProvider.System.GetUtcNow(), cancellationToken);
            var once = trial.Package.IsArchive ? Shape(trial.Package.Given) : Shape(again);
            if (!trial.Package.IsArchive)
            {
                await PackageWriter.PackAsync(trial.Package.Folder, again, key: null, TimeProvider.System.GetUtcNow(), cancellationToken);
            }

            var differs = once.Zip(Shape(again)).FirstOrDefault(pair => pair.First != pair.Second);
            Expect.That(differs.First is null && once.Count == Shape(again).Count, $"Packing the same files again gives other bytes, first at '{differs.First}' (again '{differs.Second}'). Pack with 'ci-plugin pack'.");
        }
        catch (PackageException error)
        {
            throw Expect.Failed($"It cannot be packed: {error.Message}");
        }
        finally
        {
            Directory.Delete(Path.GetDirectoryName(again)!, recursive: true);
        }
    }

    // A signature holds a random number; all else is as the files are.
    private static List<string> Shape(string package)
    {
        using var zip = ZipFile.OpenRead(package);
        return [.. zip.Entries.Where(entry => entry.FullName != "META/signature.json").Select(entry => FormattableString.Invariant($"{entry.FullName} {entry.LastWriteTime:yyyy-MM-dd} {entry.Crc32:x8} {entry.CompressedLength}"))];
    }

    private static Task LeftoversAsync(Trial trial, CancellationToken cancellationToken)
    {
        foreach (var name in Files(trial))
        {
            Expect.That(!Development().IsMatch(Path.GetFileName(name)), $"'{name}' is a file of development or a key; leave it out of the package.");
            using var stream = File.OpenRead(Path.Combine(trial.Package.Folder, name));
            var head = new byte[Math.Min(stream.Length, LookedAt)];
            stream.ReadExactly(head);
            Expect.That(head.AsSpan().IndexOf("PRIVATE KEY-----"u8) < 0, $"'{name}' holds a private key. Whoever has the package has it; make a new one.");
        }

        return Task.CompletedTask;
    }

    private static IEnumerable<string> Files(Trial trial) => Directory.EnumerateFiles(trial.Package.Folder, "*", SearchOption.AllDirectories)
        .Select(file => Path.GetRelativePath(trial.Package.Folder, file).Replace(Path.DirectorySeparatorChar, '/')).Order(StringComparer.Ordinal);

    [GeneratedRegex(@"^(.*\.(pfx|p12|pem|key|snk|user|suo|jks|keystore)|appsettings\.Development\.json|launchSettings\.json|secrets\.json|\.env(\..*)?|id_(rsa|ecdsa|ed25519)|.*\.key\.json)$", RegexOptions.IgnoreCase | RegexOptions.ExplicitCapture | RegexOptions.NonBacktracking)]
    private static partial Regex Development();
}
