using System.Reflection;
using System.Runtime.Loader;

namespace CustomerInsights.Plugins.Loading;

/// <summary>The load context of one loaded version: collectible but in a worker, with private copies of all that is not shared.</summary>
/// <remarks>
/// Assemblies are read into memory, not mapped: a file that an author overwrites while the plugin runs must neither be locked
/// nor change the running code. The price is that <c>Assembly.Location</c> is empty in a plugin. Native libraries of a
/// plugin are not loaded: they would stay mapped after the unload.
/// </remarks>
internal sealed class PluginLoadContext : AssemblyLoadContext
{
    private readonly AssemblyDependencyResolver _resolver;
    private readonly string _mainAssembly;

    internal PluginLoadContext(string name, string mainAssembly, bool collectible)
        : base(name, collectible)
    {
        _mainAssembly = mainAssembly;
        _resolver = new AssemblyDependencyResolver(mainAssembly);
    }

    internal Assembly LoadMain() => LoadFile(_mainAssembly);

    protected override Assembly? Load(AssemblyName assemblyName)
    {
        var name = assemblyName.Name!;
        if (SharedAssemblies.Contract(name) is { } contract)
        {
            return contract;
        }

        if (SharedAssemblies.IsFramework(name))
        {
            return null;
        }

        if (Find(assemblyName) is { } path)
        {
            return LoadFile(path);
        }

        // Translations are optional. Anything else must not fall through to the host's own libraries: the plugin would run
        // with a version that nobody chose, until the host updates it.
        return name.EndsWith(".resources", StringComparison.Ordinal)
            ? null
            : throw new FileNotFoundException(
                $"The assembly {assemblyName.Name} {assemblyName.Version} is neither in the package's lib folder nor shared by the host. Publish the plugin with its dependencies.");
    }

    private string? Find(AssemblyName name)
    {
        if (_resolver.ResolveAssemblyToPath(name) is { } resolved && File.Exists(resolved))
        {
            return resolved;
        }

        // Without a deps.json, or for what it forgets: the file beside the main assembly.
        var beside = Path.Combine(Path.GetDirectoryName(_mainAssembly)!, name.Name + ".dll");
        return string.IsNullOrEmpty(name.CultureName) && File.Exists(beside) ? beside : null;
    }

    private Assembly LoadFile(string path)
    {
        using var code = new MemoryStream(File.ReadAllBytes(path), writable: false);
        var symbols = Path.ChangeExtension(path, ".pdb");
        if (!File.Exists(symbols))
        {
            return LoadFromStream(code);
        }

        using var lines = new MemoryStream(File.ReadAllBytes(symbols), writable: false);
        return LoadFromStream(code, lines);
    }
}
