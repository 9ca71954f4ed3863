using CustomerInsights.Plugins.Schema;

namespace CustomerInsights.Plugins.Manifests;

/// <summary>One version of a plugin on disk: a folder <c>&lt;root&gt;/&lt;id&gt;/&lt;version&gt;/</c> that nobody changes once it is there.</summary>
/// <param name="Id">The id, from the folder's name.</param>
/// <param name="Version">The version, from the folder's name.</param>
/// <param name="Folder">The absolute folder.</param>
public sealed record PluginPackage(string Id, SemanticVersion Version, string Folder)
{
    /// <summary>The manifest; null when it cannot be used.</summary>
    public PluginManifest? Manifest { get; init; }

    /// <summary>The components; empty when the manifest cannot be used.</summary>
    public IReadOnlyList<PluginContribution> Contributions { get; init; } = [];

    /// <summary>What is wrong with the package; warnings alone do not keep it from running.</summary>
    public IReadOnlyList<SchemaProblem> Problems { get; init; } = [];

    /// <summary>True when nothing but warnings was found.</summary>
    public bool IsUsable => Manifest is not null && Problems.All(problem => problem.IsWarning);

    internal string EntryAssembly => Path.Combine(Folder, Manifest!.Entry.Assembly);
}
