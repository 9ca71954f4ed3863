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
        if (!full.StartsWith('/'))
        {
            return full; // A drive letter: links are rare and need rights there.
        }

        var pending = new Stack<string>(full.Split('/', StringSplitOptions.RemoveEmptyEntries).Reverse());
        var real = "/";
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

            foreach (var step in Path.GetFullPath(Path.Combine(real, target)).Split('/', StringSplitOptions.RemoveEmptyEntries).Reverse())
            {
                pending.Push(step);
            }

            real = "/";
        }

        return real;
    }

    private static bool IsUnder(string root, string path) =>
        string.Equals(root, path, StringComparison.Ordinal) || path.StartsWith(root.EndsWith('/') ? root : root + "/", StringComparison.Ordinal);

    private static PluginException Wrong(string message) => new(FailureKind.Configuration, message) { ConfigurationPath = "/directory" };
}
