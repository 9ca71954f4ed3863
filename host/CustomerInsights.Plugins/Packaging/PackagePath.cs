using System.Buffers;

namespace CustomerInsights.Plugins.Packaging;

/// <summary>Which names a file in a package may have: those that mean the same file below the folder on every system.</summary>
internal static class PackagePath
{
    internal const string FilesList = "META/files.json";
    internal const string Signatures = "META/signature.json";
    private const int MaxLength = 200;
    private static readonly SearchValues<char> s_never = SearchValues.Create("\\:*?\"<>|");

    private static readonly HashSet<string> DeviceNames = new(StringComparer.OrdinalIgnoreCase)
    {
        "CON", "PRN", "AUX", "NUL",
        "COM1", "COM2", "COM3", "COM4", "COM5", "COM6", "COM7", "COM8", "COM9",
        "LPT1", "LPT2", "LPT3", "LPT4", "LPT5", "LPT6", "LPT7", "LPT8", "LPT9",
    };

    /// <summary>Whether the file is not in the list because it carries the list or signs it.</summary>
    internal static bool IsOfTheSeal(string path) => path is FilesList or Signatures;

    /// <summary>Why a name is refused, or null.</summary>
    internal static string? Objection(string path)
    {
        if (path.Length is 0 or > MaxLength)
        {
            return $"has {path.Length} characters; names have 1 to {MaxLength}";
        }

        if (path.AsSpan().ContainsAny(s_never) || path.Any(char.IsControl))
        {
            return "holds a character that names must not have; separate folders with '/' and use letters, digits, '-', '_' and '.'";
        }

        if (path[0] == '/')
        {
            return "is absolute; names are relative to the package";
        }

        foreach (var segment in path.Split('/'))
        {
            if (segment is "" or "." or "..")
            {
                return "leads out of its folder or holds an empty part; write it without '.', '..' and '//'";
            }

            // Windows drops both at the end, so that two names would be one file there.
            if (segment[^1] is '.' or ' ' || DeviceNames.Contains(segment.Split('.')[0]))
            {
                return $"holds '{segment}', which is not a file's name on every system";
            }
        }

        return Path.GetFileName(path).Equals("CustomerInsights.Sdk.dll", StringComparison.OrdinalIgnoreCase)
            ? "is the SDK, which the host supplies; reference it with Private=\"false\" and ExcludeAssets=\"runtime\""
            : null;
    }

    /// <summary>The name as it is shown: what an attacker wrote must not end lines or fill the log.</summary>
    internal static string Show(string path) =>
        new([.. (path.Length > 80 ? path[..80] + "…" : path).Select(letter => char.IsControl(letter) || char.IsSurrogate(letter) ? '?' : letter)]);
}
