using System.Text.Json;

namespace CustomerInsights.Host.Commands;

/// <summary>Where a running host answers the command line: <c>host.json</c> in its data directory, readable by its owner alone.</summary>
/// <param name="Url">Its address.</param>
/// <param name="Key">The key of this run.</param>
/// <param name="ProcessId">Its process.</param>
internal sealed record RunningHost(string Url, string Key, int ProcessId)
{
    public static void Write(string dataDirectory, string url, string key)
    {
        var path = FileOf(dataDirectory);
        File.Delete(path);
        var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write };
        if (!OperatingSystem.IsWindows())
        {
            options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        }

        using var file = new FileStream(path, options);
        JsonSerializer.Serialize(file, new RunningHost(Reachable(url), key, Environment.ProcessId), JsonSerializerOptions.Web);
    }

    public static RunningHost? Find(string dataDirectory)
    {
        var path = FileOf(dataDirectory);
        try
        {
            return File.Exists(path) ? JsonSerializer.Deserialize<RunningHost>(File.ReadAllText(path), JsonSerializerOptions.Web) : null;
        }
        catch (Exception error) when (error is JsonException or IOException or UnauthorizedAccessException)
        {
            // Half written, just removed, or another user's: as good as none.
            return null;
        }
    }

    public static void Remove(string dataDirectory) => File.Delete(FileOf(dataDirectory));

    // "All addresses" is no address to go to, least of all on Windows.
    internal static string Reachable(string url) => url
        .Replace("//0.0.0.0:", "//127.0.0.1:", StringComparison.Ordinal)
        .Replace("//[::]:", "//[::1]:", StringComparison.Ordinal);

    private static string FileOf(string dataDirectory) => Path.Combine(dataDirectory, "host.json");
}
