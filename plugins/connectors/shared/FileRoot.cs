using CustomerInsights.Sdk;

namespace CustomerInsights.Connectors.Files;

/// <summary>
/// The folder below which a connection may look. Every path is checked after all its links are resolved, and what is opened
/// is the resolved path.
/// </summary>
internal sealed class FileRoot
{
    private const int MaxLinks = 40;
    private readonly string _real;

    private FileRoot(string path, string real)
    {
        Path = path;
        _real = real;
    }

    /// <summary>The folder as it was configured.</summary>
    public string Path { get; }

    /// <summary>Opens the configured folder, which must lie under a granted one.</summary>
    /// <param name="configured">The setting, or null for the only grant.</param>
    /// <param name="grants">What an admin has allowed.</param>
    public static FileRoot Open(string? configured, PluginGrants grants)
    {
        if (grants.FileRoots.Count == 0)
        {
            throw Wrong("No folder has been granted to this plugin. Ask an admin to grant one.");
        }

        var path = configured;
        if (string.IsNullOrEmpty(path))
        {
            path = grants.FileRoots.Count == 1
                ? grants.FileRoots[0]
                : throw Wrong($"Several folders are granted: {string.Join(", ", grants.FileRoots)}. Set 'root' to one of them or a folder below.");
        }

        if (!System.IO.Path.IsPathFullyQualified(path))
        {
            throw Wrong($"'{path}' is not an absolute path. Give one below {string.Join(" or ", grants.FileRoots)}.");
        }

        var full = System.IO.Path.TrimEndingDirectorySeparator(System.IO.Path.GetFullPath(path));
        var real = Resolve(full, full);
        if (!grants.FileRoots.Any(grant => Contains(Resolve(System.IO.Path.GetFullPath(grant), grant), real)))
        {
            throw Wrong($"'{path}' is not under a granted folder ({string.Join(", ", grants.FileRoots)}), links resolved. Choose a folder below, or ask an admin to grant it.");
        }

        return Directory.Exists(real)
            ? new FileRoot(full, real)
            : throw Wrong($"The folder '{path}' does not exist or may not be listed by the account of the host.");
    }

    /// <summary>Where a file below the root really is.</summary>
    /// <param name="name">The path below the root.</param>
    /// <exception cref="PluginException">Configuration: it leads out of the root.</exception>
    public string Locate(string name)
    {
        var full = System.IO.Path.GetFullPath(System.IO.Path.Combine(_real, name));
        var real = Contains(_real, full) ? Resolve(full, name) : full;
        return Contains(_real, real)
            ? real
            : throw new PluginException(FailureKind.Configuration, $"'{name}' leads out of the folder '{Path}' (by '..', an absolute path or a link). Copy the file into the folder, or ask an admin to grant the other one.");
    }

    /// <summary>Refuses a pattern that could leave the root, before anything is listed.</summary>
    /// <returns>The pattern relative to the root, with <c>/</c>.</returns>
    public string Relative(string pattern, string configurationPath)
    {
        var path = pattern.Replace('\\', '/');
        if (System.IO.Path.IsPathRooted(path) || path.Contains(':', StringComparison.Ordinal))
        {
            var root = Path.Replace('\\', '/') + "/";
            if (!path.StartsWith(root, OperatingSystem.IsWindows() ? StringComparison.OrdinalIgnoreCase : StringComparison.Ordinal))
            {
                throw Outside("is an absolute path outside it");
            }

            path = path[root.Length..];
        }

        if (path.Split('/').Contains("..", StringComparer.Ordinal))
        {
            throw Outside("contains '..'");
        }

        return path;

        PluginException Outside(string why) => new(FailureKind.Configuration, $"'{pattern}' {why}. Give a path below the folder '{Path}'.")
        {
            ConfigurationPath = configurationPath,
        };
    }

    /// <summary>Walks a path from the top and follows each link, so that no part of the result is one.</summary>
    private static string Resolve(string path, string shown)
    {
        var full = System.IO.Path.GetFullPath(path);
        var real = System.IO.Path.GetPathRoot(full)!;
        var pending = new Stack<string>(Steps(full).Reverse());
        var links = 0;
        while (pending.TryPop(out var part))
        {
            var next = System.IO.Path.Combine(real, part);
            if (new FileInfo(next).LinkTarget is not { } target)
            {
                real = next;
                continue;
            }

            if (++links > MaxLinks)
            {
                throw new PluginException(FailureKind.Configuration, $"'{shown}' is a circle of links. Give the real path.");
            }

            var whole = System.IO.Path.GetFullPath(System.IO.Path.Combine(real, target));
            foreach (var step in Steps(whole).Reverse())
            {
                pending.Push(step);
            }

            real = System.IO.Path.GetPathRoot(whole)!;
        }

        return real;
    }

    /// <summary>The names below the root of an absolute path: <c>/</c>, or a drive or share on Windows.</summary>
    private static string[] Steps(string path) =>
        path[System.IO.Path.GetPathRoot(path)!.Length..].Split(System.IO.Path.DirectorySeparatorChar, StringSplitOptions.RemoveEmptyEntries);

    private static bool Contains(string root, string path)
    {
        var comparison = OperatingSystem.IsWindows() ? StringComparison.OrdinalIgnoreCase : StringComparison.Ordinal;
        var folder = System.IO.Path.EndsInDirectorySeparator(root) ? root : root + System.IO.Path.DirectorySeparatorChar;
        return string.Equals(path, root, comparison) || path.StartsWith(folder, comparison);
    }

    private static PluginException Wrong(string message) => new(FailureKind.Configuration, message) { ConfigurationPath = "/root" };
}
