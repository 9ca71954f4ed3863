using System.Globalization;
using System.Reflection.Metadata;
using System.Reflection.PortableExecutable;
using System.Text.Json;
using System.Text.Json.Nodes;
using CustomerInsights.Plugins.Manifests;
using CustomerInsights.Sdk;

namespace CustomerInsights.PluginTool.Projects;

/// <summary>What packing writes into a manifest: the SDK that the plugin was compiled against, and the commit that it was made from.</summary>
internal static class BuildBlock
{
    private static readonly JsonSerializerOptions s_indented = new() { WriteIndented = true, NewLine = "\n" };

    /// <summary>Writes <c>build</c> and the lower bound of <c>sdk</c>.</summary>
    /// <param name="packageFolder">The package that was laid out.</param>
    /// <param name="projectFolder">Where the sources are.</param>
    /// <param name="cancellationToken">Cancels the work.</param>
    /// <exception cref="ToolException">The manifest or the assembly cannot be used.</exception>
    internal static async Task WriteAsync(string packageFolder, string projectFolder, CancellationToken cancellationToken)
    {
        var path = Path.Combine(packageFolder, PackageReader.ManifestFile);
        var text = await File.ReadAllTextAsync(path, cancellationToken);
        var (manifest, problems) = PackageReader.ReadManifest(text);
        if (manifest is null)
        {
            throw new ToolException($"plugin.json cannot be used. {string.Join('\n', problems.Where(problem => !problem.IsWarning))}");
        }

        var sdk = CompiledAgainst(Path.Combine(packageFolder, manifest.Entry.Assembly));
        var root = JsonNode.Parse(text)!.AsObject();
        root["sdk"] = $"[{sdk.ToString(3)},{VersionRange.Parse(manifest.Sdk).Upper})";
        root["build"] = await DescribeAsync(sdk, projectFolder, cancellationToken);
        await File.WriteAllTextAsync(path, root.ToJsonString(s_indented) + "\n", cancellationToken);
    }

    // The time is the commit's: packing the same commit twice gives the same bytes.
    private static async Task<JsonObject> DescribeAsync(Version sdk, string folder, CancellationToken cancellationToken)
    {
        var build = new JsonObject { ["sdkVersion"] = sdk.ToString(3) };
        if (await GitAsync(folder, ["status", "--porcelain", "--", "."], cancellationToken) is { Length: 0 }
            && await GitAsync(folder, ["log", "-1", "--format=%H %cI"], cancellationToken) is { } commit && commit.Split(' ') is [var hash, var time]
            && DateTimeOffset.TryParse(time, CultureInfo.InvariantCulture, out var committed))
        {
            build["commit"] = hash;
            build["createdUtc"] = committed.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture);
        }

        return build;
    }

    /// <summary>What git says; null where there is no git, no repository or no commit.</summary>
    private static async Task<string?> GitAsync(string folder, string[] arguments, CancellationToken cancellationToken)
    {
        try
        {
            var outcome = await DotNet.RunAsync("git", arguments, folder, cancellationToken);
            return outcome.ExitCode == 0 ? outcome.Output.Trim() : null;
        }
        catch (ToolException)
        {
            return null;
        }
    }

    private static Version CompiledAgainst(string assembly)
    {
        try
        {
            using var stream = File.OpenRead(assembly);
            using var file = new PEReader(stream);
            var reader = file.GetMetadataReader();
            return reader.AssemblyReferences.Select(reader.GetAssemblyReference)
                .Where(reference => reader.StringComparer.Equals(reference.Name, typeof(SdkInfo).Assembly.GetName().Name!))
                .Select(reference => reference.Version)
                .FirstOrDefault() ?? throw new ToolException($"{Path.GetFileName(assembly)} does not refer to CustomerInsights.Sdk; is it the assembly with the components?");
        }
        catch (Exception error) when (error is BadImageFormatException or InvalidOperationException or FileNotFoundException)
        {
            throw new ToolException($"'entry.assembly' of plugin.json names {Path.GetFileName(assembly)}, which is not an assembly of the package. Is it the project's AssemblyName?");
        }
    }
}
