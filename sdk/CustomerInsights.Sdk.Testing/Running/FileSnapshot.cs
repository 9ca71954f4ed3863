using System.Globalization;

namespace CustomerInsights.Sdk.Testing.Running;

/// <summary>The files of a folder with size and time.</summary>
internal static class FileSnapshot
{
    internal static SortedDictionary<string, string> Of(string folder, SearchOption depth)
    {
        var files = new SortedDictionary<string, string>(StringComparer.Ordinal);
        if (!Directory.Exists(folder))
        {
            return files;
        }

        var options = new EnumerationOptions { RecurseSubdirectories = depth == SearchOption.AllDirectories, AttributesToSkip = 0, IgnoreInaccessible = true };
        foreach (var file in new DirectoryInfo(folder).EnumerateFiles("*", options))
        {
            files[file.FullName] = string.Create(CultureInfo.InvariantCulture, $"{file.Length} {file.LastWriteTimeUtc.Ticks}");
        }

        return files;
    }
}
