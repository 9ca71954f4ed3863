using System.IO.Enumeration;
using CustomerInsights.Sdk;

namespace CustomerInsights.Connectors.Files;

/// <summary>Finds the files of a pattern: <c>*</c> and <c>?</c> within a name, <c>**</c> for any folders between.</summary>
internal static class FileListing
{
    /// <summary>The files, in ordinal order of their names: the order in which they are read.</summary>
    /// <param name="root">The allowed folder.</param>
    /// <param name="pattern">A path or glob below it.</param>
    /// <param name="configurationPath">The setting, for messages.</param>
    public static IReadOnlyList<SourceFile> Find(FileRoot root, string pattern, string configurationPath)
    {
        var relative = root.Relative(pattern, configurationPath);
        var names = new List<string>();
        try
        {
            Match(root, "", relative.Split('/', StringSplitOptions.RemoveEmptyEntries), 0, names);
        }
        catch (Exception error) when (FileFailure.Explains(error))
        {
            throw FileFailure.From(error, pattern);
        }

        return [.. names.Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal).Select(name => Describe(root, name))];
    }

    /// <summary>Every file below the root that has one of the endings, gzip included.</summary>
    public static IReadOnlyList<SourceFile> FindAll(FileRoot root, IReadOnlyList<string> endings) =>
        [.. Find(root, "**/*", "/root").Where(file => endings.Any(ending => Plain(file.Name).EndsWith(ending, StringComparison.OrdinalIgnoreCase)))];

    /// <summary>A stream's name for a file: what the SDK allows, without the endings.</summary>
    public static string StreamName(string fileName)
    {
        var plain = Plain(fileName);
        var dot = plain.LastIndexOf('.');
        var stem = dot > plain.LastIndexOf('/') + 1 ? plain[..dot] : plain;
        var name = string.Concat(stem.Select(c => char.IsAsciiLetterOrDigit(c) || c is '_' or '-' or '.' ? c : c == '/' ? '.' : '_'));
        return name.Length <= 100 ? name : name[..100];
    }

    /// <summary>The name without <c>.gz</c>.</summary>
    public static string Plain(string name) => name.EndsWith(".gz", StringComparison.OrdinalIgnoreCase) ? name[..^3] : name;

    private static SourceFile Describe(FileRoot root, string name)
    {
        var real = root.Locate(name);
        var info = new FileInfo(real);
        return info.Exists
            ? new SourceFile(name, real, info.Length, info.LastWriteTimeUtc.Ticks)
            : throw FileFailure.From(new FileNotFoundException(), name);
    }

    private static void Match(FileRoot root, string folder, string[] parts, int part, List<string> names)
    {
        var pattern = parts.Length == 0 ? "" : parts[part];
        var last = part == parts.Length - 1;
        if (!pattern.AsSpan().ContainsAny('*', '?'))
        {
            var name = Join(folder, pattern);
            var real = root.Locate(name);
            if (last && File.Exists(real))
            {
                names.Add(name);
            }
            else if (!last && Directory.Exists(real))
            {
                Match(root, name, parts, part + 1, names);
            }

            return;
        }

        var directory = new DirectoryInfo(root.Locate(folder));
        if (string.Equals(pattern, "**", StringComparison.Ordinal))
        {
            Match(root, folder, last ? [.. parts, "*"] : parts, part + 1, names);
            // Links to folders are not followed here: they can make a circle.
            foreach (var child in directory.EnumerateDirectories().Where(child => child.LinkTarget is null && !child.Name.StartsWith('.')))
            {
                Match(root, Join(folder, child.Name), parts, part, names);
            }

            return;
        }

        foreach (var entry in directory.EnumerateFileSystemInfos().Where(entry => Fits(pattern, entry.Name)))
        {
            var name = Join(folder, entry.Name);
            var real = root.Locate(name);
            if (last && File.Exists(real))
            {
                names.Add(name);
            }
            else if (!last && Directory.Exists(real))
            {
                Match(root, name, parts, part + 1, names);
            }
        }
    }

    // A name that begins with a dot is hidden, as in a shell: other programs keep half-written files there.
    private static bool Fits(string pattern, string name) =>
        (name[0] != '.' || pattern[0] == '.') && FileSystemName.MatchesSimpleExpression(pattern, name, ignoreCase: false);

    private static string Join(string folder, string name) => folder.Length == 0 ? name : folder + "/" + name;
}
