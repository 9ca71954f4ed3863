using System.Text.Json.Nodes;
using CustomerInsights.Plugins.Manifests;
using CustomerInsights.Plugins.Packaging;

namespace CustomerInsights.Sdk.Testing.Running;

/// <summary>The plugin under test: the <c>.ciplugin</c> or folder as given, and a copy of its files laid out as the host wants them.</summary>
internal sealed class KitPackage : IDisposable
{
    private const int LargestManifest = 1024 * 1024;

    private KitPackage(string given, string root) => (Given, Root) = (given, root);

    /// <summary>The path as given.</summary>
    internal string Given { get; }

    /// <summary>True when it is a <c>.ciplugin</c>.</summary>
    internal bool IsArchive => File.Exists(Given);

    /// <summary>The folder that holds <c>&lt;id&gt;/&lt;version&gt;/</c>.</summary>
    internal string Root { get; }

    /// <summary>The files.</summary>
    internal string Folder => Read.Folder;

    /// <summary>What the package reader of the host says of them.</summary>
    internal PluginPackage Read { get; private set; } = null!;

    /// <summary>Why the <c>.ciplugin</c> cannot be unpacked; null when it can.</summary>
    internal PackageException? Objection { get; private set; }

    internal static async Task<KitPackage> OpenAsync(string path, CancellationToken cancellationToken)
    {
        path = Path.GetFullPath(path);
        if (!File.Exists(path) && !File.Exists(Path.Combine(path, PackageReader.ManifestFile)))
        {
            throw new ConformanceException(Directory.Exists(path)
                ? $"{path} holds no plugin.json; name the folder of a package (bin/package/<id>/<version>) or a .ciplugin."
                : $"There is nothing at {path}; name a .ciplugin or the folder of a package.");
        }

        var package = new KitPackage(path, Directory.CreateTempSubdirectory("ci-kit-package-").FullName);
        try
        {
            var raw = Path.Combine(package.Root, ".raw");
            await package.UnpackAsync(raw, cancellationToken);
            await package.LayOutAsync(raw, cancellationToken);
            return package;
        }
        catch
        {
            package.Dispose();
            throw;
        }
    }

    public void Dispose() => Directory.Delete(Root, recursive: true);

    private async Task UnpackAsync(string raw, CancellationToken cancellationToken)
    {
        Directory.CreateDirectory(raw);
        if (!IsArchive)
        {
            Copy(Given, raw);
            return;
        }

        try
        {
            await using var stream = File.OpenRead(Given);
            using var archive = PackageArchive.Open(stream);
            await archive.ExtractAsync(raw, progress: null, cancellationToken);
        }
        catch (PackageException error)
        {
            Objection = error;
        }
    }

    // The host finds a package by the names of its folders, and an author may keep it in one of any name.
    private async Task LayOutAsync(string raw, CancellationToken cancellationToken)
    {
        var (id, version) = Names(Path.Combine(raw, PackageReader.ManifestFile));
        var folder = Path.Combine(Root, id, version);
        Directory.CreateDirectory(Path.GetDirectoryName(folder)!);
        Directory.Move(raw, folder);
        Read = await PackageReader.ReadAsync(folder, cancellationToken);
    }

    private static (string Id, string Version) Names(string manifest)
    {
        try
        {
            if (new FileInfo(manifest) is { Exists: true, Length: <= LargestManifest } && JsonNode.Parse(File.ReadAllText(manifest)) is JsonObject read
                && (string?)read["id"] is { } id && PluginIds.IsId(id) && (string?)read["version"] is { } version && SemanticVersion.TryParse(version, out _))
            {
                return (id, version);
            }
        }
        catch (Exception error) when (error is System.Text.Json.JsonException or InvalidOperationException or FormatException or ArgumentException)
        {
            // M01 says what is wrong with it.
        }

        return ("unreadable.plugin", "0.0.0");
    }

    private static void Copy(string from, string to)
    {
        // Links are left behind; P04 tells of them.
        foreach (var file in Directory.EnumerateFiles(from, "*", new EnumerationOptions { RecurseSubdirectories = true, AttributesToSkip = FileAttributes.ReparsePoint }))
        {
            var target = Path.Combine(to, Path.GetRelativePath(from, file));
            Directory.CreateDirectory(Path.GetDirectoryName(target)!);
            File.Copy(file, target);
        }
    }
}
