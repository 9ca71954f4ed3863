using CustomerInsights.Sdk;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace CustomerInsights.Plugins.Loading;

/// <summary>
/// Which assemblies a plugin shares with the host: the SDK, what the SDK's signatures name, and the framework. All else is
/// the plugin's own, also where the host happens to have an assembly of the same name.
/// </summary>
internal static class SharedAssemblies
{
    private static readonly Lazy<HashSet<string>> FrameworkNames = new(ReadFrameworkNames);

    // By simple name without version: a plugin compiled against another build of these gets the host's, or its types would
    // not be the host's types. Whether that fits is decided before, from the manifest and the link check.
    private static readonly Dictionary<string, System.Reflection.Assembly> Contracts = new[]
    {
        typeof(SdkInfo).Assembly,
        typeof(ILogger).Assembly,
        typeof(IServiceCollection).Assembly,
    }.ToDictionary(assembly => assembly.GetName().Name!, StringComparer.OrdinalIgnoreCase);

    internal static System.Reflection.Assembly? Contract(string name) => Contracts.GetValueOrDefault(name);

    internal static bool IsFramework(string name) => FrameworkNames.Value.Contains(name);

    internal static bool IsShared(string name) => Contracts.ContainsKey(name) || IsFramework(name);

    // The trusted platform assemblies are the framework's and the application's; the framework's lie outside the
    // application's folder. Everything in those folders counts, also what the application overrides with a newer build.
    private static HashSet<string> ReadFrameworkNames()
    {
        var trusted = (AppContext.GetData("TRUSTED_PLATFORM_ASSEMBLIES") as string ?? "").Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries);
        var own = Path.TrimEndingDirectorySeparator(AppContext.BaseDirectory);
        var folders = trusted.Select(path => Path.GetDirectoryName(path)!).Where(folder => folder != own).ToHashSet(StringComparer.Ordinal);
        var files = folders.Count > 0
            ? folders.Where(folder => folder.Contains("Microsoft.NETCore.App", StringComparison.Ordinal) || folder.Contains("Microsoft.AspNetCore.App", StringComparison.Ordinal))
                .SelectMany(folder => Directory.EnumerateFiles(folder, "*.dll"))
            // Self-contained: the framework lies in the application's folder, and only names can tell.
            : trusted.Where(path => LooksLikeFramework(Path.GetFileName(path)));
        return files.Select(file => Path.GetFileNameWithoutExtension(file)!).ToHashSet(StringComparer.OrdinalIgnoreCase);
    }

    private static bool LooksLikeFramework(string file) =>
        file.StartsWith("System.", StringComparison.Ordinal)
        || file.StartsWith("Microsoft.AspNetCore.", StringComparison.Ordinal)
        || file.StartsWith("Microsoft.Extensions.", StringComparison.Ordinal)
        || file is "netstandard.dll" or "mscorlib.dll" or "Microsoft.CSharp.dll";
}
