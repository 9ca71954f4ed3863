namespace CustomerInsights.Plugins.Manifests;

/// <summary>Finds the packages under the roots. Where two roots hold the same id and version, the first root wins.</summary>
internal static class PackageFolders
{
    internal static async Task<IReadOnlyList<PluginPackage>> ScanAsync(IReadOnlyList<string> roots, CancellationToken cancellationToken)
    {
        var found = new Dictionary<(string, SemanticVersion), PluginPackage>();
        foreach (var root in roots.Where(Directory.Exists))
        {
            foreach (var folder in Directories(root).SelectMany(Directories))
            {
                // Folders such as .tmp or "1.0" are no packages: an installer may be at work in them.
                if (SemanticVersion.TryParse(Path.GetFileName(folder), out var version))
                {
                    var key = (Path.GetFileName(Path.GetDirectoryName(folder))!, version);
                    if (!found.ContainsKey(key))
                    {
                        found.Add(key, await PackageReader.ReadAsync(folder, cancellationToken));
                    }
                }
            }
        }

        return [.. found.Values.OrderBy(package => package.Id, StringComparer.Ordinal).ThenByDescending(package => package.Version)];
    }

    // A folder that vanishes or may not be read holds no packages; it must not keep the others from being found.
    private static string[] Directories(string folder)
    {
        try
        {
            return Directory.GetDirectories(folder);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            return [];
        }
    }
}
