using System.Text.Json.Nodes;

namespace CustomerInsights.Tests.Shared;

/// <summary>Copies of folders, and of the packages that the build lays out below test-plugins/.</summary>
internal static class PackageCopy
{
    /// <summary>Copies all files of a folder, and those below it.</summary>
    public static void Folder(string from, string to, Func<string, bool>? only = null)
    {
        foreach (var file in Directory.EnumerateFiles(from, "*", SearchOption.AllDirectories))
        {
            var name = Path.GetRelativePath(from, file);
            if (only?.Invoke(name) != false)
            {
                var copy = Path.Combine(to, name);
                Directory.CreateDirectory(Path.GetDirectoryName(copy)!);
                File.Copy(file, copy);
            }
        }
    }

    /// <summary>Copies a package and edits its manifest, which is given the version first.</summary>
    /// <returns>The manifest as it is now.</returns>
    public static JsonObject Package(string from, string to, string version, Action<JsonObject>? edit = null)
    {
        Folder(from, to);
        var path = Path.Combine(to, "plugin.json");
        var manifest = JsonNode.Parse(File.ReadAllText(path))!.AsObject();
        manifest["version"] = version;
        edit?.Invoke(manifest);
        File.WriteAllText(path, manifest.ToJsonString());
        return manifest;
    }

    /// <summary>The package of a test plugin as the build laid it out.</summary>
    public static string Built(string id) => Path.Combine(AppContext.BaseDirectory, "test-plugins", id, "1.0.0");
}
