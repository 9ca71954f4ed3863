using CustomerInsights.Sdk;

namespace CustomerInsights.Connectors.Files;

/// <summary>Says in people's words what an operating system's failure means for a file.</summary>
internal static class FileFailure
{
    /// <summary>True for the exceptions that <see cref="From"/> explains.</summary>
    public static bool Explains(Exception error) => error is IOException or UnauthorizedAccessException or InvalidDataException;

    public static PluginException From(Exception error, string name) => error switch
    {
        UnauthorizedAccessException => new PluginException(
            FailureKind.Configuration,
            $"'{name}' cannot be opened: permission denied. Let the account of the host read it.",
            error),
        FileNotFoundException or DirectoryNotFoundException => new PluginException(
            FailureKind.Transient,
            $"'{name}' was there when the folder was listed and is gone. The run will list the folder again.",
            error),
        InvalidDataException => new PluginException(
            FailureKind.Data,
            $"'{name}' cannot be unpacked as gzip: {error.Message} Write it again, or copy it again.",
            error),
        _ => new PluginException(FailureKind.Transient, $"'{name}' could not be read: {error.Message}", error),
    };
}
