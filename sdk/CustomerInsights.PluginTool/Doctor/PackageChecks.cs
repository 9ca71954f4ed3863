using CustomerInsights.Plugins.Loading;
using CustomerInsights.Plugins.Manifests;
using CustomerInsights.Sdk;

namespace CustomerInsights.PluginTool.Doctor;

/// <summary>Whether a host would take a package, without running anything of it.</summary>
internal static class PackageChecks
{
    internal static async Task<IReadOnlyList<Finding>> RunAsync(string folder, CancellationToken cancellationToken)
    {
        var package = await PackageReader.ReadAsync(folder, cancellationToken);
        var findings = package.Problems.Select(problem => new Finding(problem.IsWarning ? FindingKind.Hint : FindingKind.Fail, "Manifest", problem.ToString())).ToList();
        if (package.Manifest is not { } manifest)
        {
            return findings;
        }

        if (findings.Count == 0)
        {
            findings.Add(new(FindingKind.Ok, "Manifest", $"{manifest.Id} {manifest.Version}"));
        }

        findings.Add(VersionRange.Parse(manifest.Sdk).Objection("SDK", SemanticVersion.Parse(SdkInfo.Version)) is { } objection
            ? new(FindingKind.Fail, "SDK range", $"{manifest.Sdk}: a host with this tool's SDK would not load it, it {objection}.")
            : new(FindingKind.Ok, "SDK range", manifest.Sdk));
        var assembly = Path.Combine(folder, manifest.Entry.Assembly);
        if (File.Exists(assembly))
        {
            findings.Add(LinkCheck.Objection(assembly) is { } missing
                ? new(FindingKind.Fail, "Link check", $"{manifest.Entry.Assembly} {missing}.")
                : new(FindingKind.Ok, "Link check", "every member of the SDK that it refers to is there."));
            findings.AddRange(CodeHints.Of(assembly, manifest.Capabilities).Select(hint => new Finding(FindingKind.Hint, "Code", hint)));
        }

        findings.AddRange(OwnCopies(folder));
        return findings;
    }

    private static IEnumerable<Finding> OwnCopies(string folder) =>
        from file in Directory.EnumerateFiles(Path.Combine(folder, "lib"), "*.dll", SearchOption.AllDirectories)
        let name = Path.GetFileNameWithoutExtension(file)
        where SharedAssemblies.IsShared(name)
        select SharedAssemblies.Contract(name) is null
            ? new Finding(FindingKind.Hint, "Own copies", $"{Path.GetRelativePath(folder, file)} is of the framework; the host's is used, and this one is weight.")
            : new Finding(FindingKind.Fail, "Own copies", $"{Path.GetRelativePath(folder, file)} is the host's to supply. Reference CustomerInsights.Sdk with ExcludeAssets=\"runtime\".");
}
