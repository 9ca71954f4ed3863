using CustomerInsights.Sdk;

namespace CustomerInsights.Exports.Csv;

/// <summary>The folder that is written to: under a granted one, links resolved.</summary>
internal static class ExportFolder
{
    private const int MaxLinks = 40;

    /// <summary>The real path of the configured folder. It need not exist yet.</summary>
    public static string Resolve(string? configured, PluginGrants grants)
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
                : throw Wrong($"Several folders are granted: {string.Join(", ", grants.FileRoots)}. Set 'directory' to one of them or a folder below.");
        }

        if (!Path.IsPathFullyQualified(path))
        {
            throw Wrong($"'{path}' is not an absolute path. Give one below {string.Join(" or ", grants.FileRoots)}.");
        }

        if (path.Split('/', '\\').Contains("..", StringComparer.Ordinal))
        {
            throw Wrong($"'{path}' contains '..'. Give the plain path.");
        }

        var real = Real(Path.TrimEndingDirectorySeparator(path));
        return grants.FileRoots.Any(grant => IsUnder(Real(Path.TrimEndingDirectorySeparator(grant)), real))
            ? real
            : throw Wrong($"'{path}' is not under a granted folder ({string.Join(", ", grants.FileRoots)}), links resolved. Choose a folder below, or ask an admin to grant it.");
    }

    private static string Real(string path)
    {
        var full = Path.GetFullPath(path);
        var real = Path.GetPathRoot(full)!;
        var pending = new Stack<string>(Steps(full).Reverse());
        for (var links = 0; pending.TryPop(out var part);)
        {
            var next = Path.Combine(real, part);
            if (new FileInfo(next).LinkTarget is not { } target)
            {
                real = next;
                continue;
            }

            if (++links > MaxLinks)
            {
                throw Wrong($"'{path}' is a circle of links. Give the real path.");
            }

            var whole = Path.GetFullPath(Path.Combine(real, target));
            foreach (var step in Steps(whole).Reverse())
            {
                pending.Push(step);
            }

            real = Path.GetPathRoot(whole)!;
        }

        return real;
    }

    /// <summary>The names below the root of an absolute path: <c>/</c>, or a drive or share on Windows.</summary>
    private static string[] Steps(string path) =>
        path[Path.GetPathRoot(path)!.Length..].Split(Path.DirectorySeparatorChar, StringSplitOptions.RemoveEmptyEntries);

    private static bool IsUnder(string root, string path)
    {
        var comparison = OperatingSystem.IsWindows() ? StringComparison.OrdinalIgnoreCase : StringComparison.Ordinal;
        var folder = Path.EndsInDirectorySeparator(root) ? root : root + Path.DirectorySeparatorChar;
        return string.Equals(root, path, comparison) || path.StartsWith(folder, comparison);
    }

    private static PluginException Wrong(string message) => new(FailureKind.Configuration, message) { ConfigurationPath = "/directory" };
}
