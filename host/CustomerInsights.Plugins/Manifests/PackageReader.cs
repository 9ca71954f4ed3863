using System.Text;
using System.Text.Json;
using CustomerInsights.Plugins.Http;
using CustomerInsights.Plugins.Schema;

namespace CustomerInsights.Plugins.Manifests;

/// <summary>Reads and judges a package folder without running anything of it.</summary>
public static class PackageReader
{
    /// <summary>The manifest's file name.</summary>
    public const string ManifestFile = "plugin.json";

    private static readonly Lazy<JsonSchema> Schema = new(() => EmbeddedSchema.Load("plugin-manifest.schema.json"));

    /// <summary>Schema of <c>plugin.json</c>; the same file as <c>plugin-manifest.schema.json</c> in the repository's root.</summary>
    public static JsonSchema ManifestSchema => Schema.Value;

    /// <summary>Reads a manifest from text.</summary>
    /// <param name="json">The text of a <c>plugin.json</c>.</param>
    /// <returns>The manifest, or null with what is wrong.</returns>
    public static (PluginManifest? Manifest, IReadOnlyList<SchemaProblem> Problems) ReadManifest(string json)
    {
        var problems = new List<SchemaProblem>(ManifestSchema.Validate(json));
        if (problems.Exists(problem => !problem.IsWarning))
        {
            return (null, problems);
        }

        var manifest = JsonSerializer.Deserialize<PluginManifest>(json, ManifestJson.Options)!;
        CheckMeaning(manifest, problems);
        return (problems.Exists(problem => !problem.IsWarning) ? null : manifest, problems);
    }

    /// <summary>Reads a package.</summary>
    /// <param name="folder">The folder <c>…/&lt;id&gt;/&lt;version&gt;</c>.</param>
    /// <param name="cancellationToken">Cancels the reading.</param>
    /// <returns>The package, with its problems; never throws for what is in the folder.</returns>
    public static async Task<PluginPackage> ReadAsync(string folder, CancellationToken cancellationToken)
    {
        folder = Path.GetFullPath(folder);
        var id = Path.GetFileName(Path.GetDirectoryName(folder)) ?? "";
        var versionText = Path.GetFileName(folder);
        var problems = new List<SchemaProblem>();
        var package = new PluginPackage(id, SemanticVersion.TryParse(versionText, out var version) ? version : default, folder) { Problems = problems };
        try
        {
            if (await ReadTextAsync(folder, ManifestFile, "", problems, cancellationToken) is not { } json)
            {
                return package;
            }

            var (manifest, found) = ReadManifest(json);
            problems.AddRange(found);
            if (manifest is null)
            {
                return package;
            }

            CheckFolder(manifest, id, versionText, problems);
            CheckAssembly(manifest, folder, problems);
            var contributions = await ReadContributionsAsync(manifest, folder, problems, cancellationToken);
            return package with { Manifest = manifest, Contributions = contributions };
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            problems.Add(new("", "file", $"The package cannot be read: {error.Message}"));
            return package;
        }
    }

    private static void CheckMeaning(PluginManifest manifest, List<SchemaProblem> problems)
    {
        var publisher = manifest.Id[..manifest.Id.IndexOf('.', StringComparison.Ordinal)];
        if (publisher != manifest.Publisher.Id)
        {
            problems.Add(new("/publisher/id", "publisher", $"'{manifest.Publisher.Id}' is not the first part of the id '{manifest.Id}'; write '{publisher}'."));
        }

        CheckRange(manifest.Sdk, "/sdk", problems);
        if (manifest.Host is not null)
        {
            CheckRange(manifest.Host, "/host", problems);
        }

        var hosts = manifest.Capabilities.Network?.Hosts ?? [];
        for (var i = 0; i < hosts.Count; i++)
        {
            if (!AllowedHosts.IsDeclaration(hosts[i]))
            {
                problems.Add(new($"/capabilities/network/hosts/{i}", "host", $"'{hosts[i]}' is not a host; write a name, perhaps with *. before it or a port from 1 to 65535 behind it, such as api.example.com."));
            }
        }

        foreach (var (twice, index) in Repeated(manifest.Contributes))
        {
            problems.Add(new($"/contributes/{index}/id", "unique", $"'{twice.Id}' is there twice among the components of kind {twice.Kind.ToString().ToLowerInvariant()}; ids are unique by kind."));
        }

        if (!manifest.Isolation.Supported.Contains(manifest.Isolation.Preferred))
        {
            problems.Add(new("/isolation/preferred", "isolation", $"'{manifest.Isolation.Preferred.ToWord()}' is preferred but not among 'supported'; add it there."));
        }
    }

    private static IEnumerable<(ManifestContribution, int)> Repeated(IReadOnlyList<ManifestContribution> all)
    {
        var seen = new HashSet<(PluginKind, string)>();
        for (var i = 0; i < all.Count; i++)
        {
            if (!seen.Add((all[i].Kind, all[i].Id)))
            {
                yield return (all[i], i);
            }
        }
    }

    private static void CheckRange(string text, string pointer, List<SchemaProblem> problems)
    {
        try
        {
            VersionRange.Parse(text);
        }
        catch (FormatException error)
        {
            problems.Add(new(pointer, "range", error.Message));
        }
    }

    private static void CheckFolder(PluginManifest manifest, string id, string version, List<SchemaProblem> problems)
    {
        if (manifest.Id != id)
        {
            problems.Add(new("/id", "folder", $"The manifest says '{manifest.Id}', the folder says '{id}'; they must be equal (<root>/<id>/<version>/)."));
        }

        if (manifest.Version != version)
        {
            problems.Add(new("/version", "folder", $"The manifest says '{manifest.Version}', the folder says '{version}'; they must be equal (<root>/<id>/<version>/)."));
        }
    }

    private static void CheckAssembly(PluginManifest manifest, string folder, List<SchemaProblem> problems)
    {
        if (!File.Exists(Path.Combine(folder, manifest.Entry.Assembly)))
        {
            problems.Add(new("/entry/assembly", "file", $"'{manifest.Entry.Assembly}' is not in the package; publish the plugin into lib/."));
        }

        // A second SDK would be another type to the runtime: every "is ISourceConnector" would be false.
        if (File.Exists(Path.Combine(folder, "lib", "CustomerInsights.Sdk.dll")))
        {
            problems.Add(new("/entry/assembly", "sdk", "lib/ holds CustomerInsights.Sdk.dll, which the host supplies and ignores; reference the SDK with Private=\"false\" and ExcludeAssets=\"runtime\".") { IsWarning = true });
        }
    }

    private static async Task<IReadOnlyList<PluginContribution>> ReadContributionsAsync(
        PluginManifest manifest, string folder, List<SchemaProblem> problems, CancellationToken cancellationToken)
    {
        var result = new List<PluginContribution>(manifest.Contributes.Count);
        for (var i = 0; i < manifest.Contributes.Count; i++)
        {
            var contribution = manifest.Contributes[i];
            var pointer = $"/contributes/{i}/configSchema";
            if (await ReadTextAsync(folder, contribution.ConfigSchema, pointer, problems, cancellationToken) is not { } json)
            {
                continue;
            }

            try
            {
                result.Add(new PluginContribution(
                    manifest.Id, manifest.Version, contribution.Kind, contribution.Id, contribution.Title ?? manifest.Name,
                    contribution.Type, JsonSchema.Load(json), contribution.ConfigVersion, contribution.Supports));
            }
            catch (SchemaException error)
            {
                problems.AddRange(error.Problems.Select(problem =>
                    new SchemaProblem(pointer, problem.Rule, $"{contribution.ConfigSchema} at '{problem.Pointer}': {problem.Message}")));
            }
        }

        return result;
    }

    private static async Task<string?> ReadTextAsync(
        string folder, string name, string pointer, List<SchemaProblem> problems, CancellationToken cancellationToken)
    {
        // The schema has looked at the name; that it stays inside is worth a second look by the file system's own rules.
        var path = Path.GetFullPath(Path.Combine(folder, name));
        if (!path.StartsWith(folder + Path.DirectorySeparatorChar, StringComparison.Ordinal))
        {
            problems.Add(new(pointer, "file", $"'{name}' leads out of the package; write a path within it."));
            return null;
        }

        var file = new FileInfo(path);
        if (!file.Exists)
        {
            problems.Add(new(pointer, "file", $"'{name}' is not in the package {folder}."));
            return null;
        }

        // The schema refuses '..'; a link could still lead out.
        if (file.ResolveLinkTarget(returnFinalTarget: true) is not null)
        {
            problems.Add(new(pointer, "file", $"'{name}' is a link; packages hold files only."));
            return null;
        }

        if (file.Length > JsonSchema.MaxCharacters)
        {
            problems.Add(new(pointer, "size", $"'{name}' has {file.Length:N0} bytes; at most {JsonSchema.MaxCharacters:N0} are read."));
            return null;
        }

        return await File.ReadAllTextAsync(path, Encoding.UTF8, cancellationToken);
    }
}
