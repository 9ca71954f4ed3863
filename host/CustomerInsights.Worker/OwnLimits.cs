using System.Runtime.InteropServices;

namespace CustomerInsights.Worker;

/// <summary>Limits that a process sets for itself.</summary>
internal static partial class OwnLimits
{
    private const int Core = 4;

    /// <summary>No core files: they would hold the secrets that the plugin was shown.</summary>
    internal static void Set()
    {
        if (OperatingSystem.IsLinux())
        {
            _ = SetLimit(Core, default);
        }
    }

    [LibraryImport("libc", EntryPoint = "setrlimit")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.System32)]
    private static partial int SetLimit(int resource, in Limit limit);

    [StructLayout(LayoutKind.Sequential)]
    private readonly struct Limit
    {
        internal readonly ulong Soft;
        internal readonly ulong Hard;
    }
}
