using System.Text.Json.Nodes;

namespace CustomerInsights.Host.Tests.Kit;

/// <summary>The plugins below tests/TestPlugins as the build laid them out, for a folder that a host is given with --dev.</summary>
internal static class TestPlugins
{
    /// <summary>Copies a package; its manifest may be edited.</summary>
    public static void CopyTo(string root, string id, string version = "1.0.0", Action<JsonObject>? edit = null)
    {
        var (source, target) = (Path.Combine(AppContext.BaseDirectory, "test-plugins", id, "1.0.0"), Path.Combine(root, id, version));
        foreach (var file in Directory.EnumerateFiles(source, "*", SearchOption.AllDirectories))
        {
            var copy = Path.Combine(target, Path.GetRelativePath(source, file));
            Directory.CreateDirectory(Path.GetDirectoryName(copy)!);
            File.Copy(file, copy);
        }

        var path = Path.Combine(target, "plugin.json");
        var manifest = JsonNode.Parse(File.ReadAllText(path))!.AsObject();
        manifest["version"] = version;
        edit?.Invoke(manifest);
        File.WriteAllText(path, manifest.ToJsonString());
    }
}
