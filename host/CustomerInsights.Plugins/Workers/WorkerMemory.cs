using System.Globalization;

namespace CustomerInsights.Plugins.Workers;

/// <summary>What a process has in memory. The collector's own limit holds the managed heap; this catches what goes round it.</summary>
internal static class WorkerMemory
{
    /// <summary>Half as much again for the collector's slack, and 64 MB for the runtime.</summary>
    internal static long MostMb(int memoryMb) => (memoryMb * 3L / 2) + 64;

    /// <summary>Resident memory; null where the system does not tell, or the process is gone.</summary>
    internal static long? ResidentMb(int processId)
    {
        if (!OperatingSystem.IsLinux())
        {
            return null;
        }

        try
        {
            // Fields of statm are pages; the second is the resident set.
            var text = File.ReadAllText(string.Create(CultureInfo.InvariantCulture, $"/proc/{processId}/statm")).Split(' ');
            return long.Parse(text[1], CultureInfo.InvariantCulture) * Environment.SystemPageSize / (1024 * 1024);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException or FormatException or IndexOutOfRangeException)
        {
            return null;
        }
    }
}
