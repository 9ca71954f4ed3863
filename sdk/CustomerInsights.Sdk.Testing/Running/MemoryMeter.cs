using System.Globalization;
using CustomerInsights.Plugins.Manifests;
using CustomerInsights.Sdk.Testing.Checks;

namespace CustomerInsights.Sdk.Testing.Running;

/// <summary>Memory of a plugin: the managed heap of this process, or what the worker has resident.</summary>
internal sealed class MemoryMeter(Bench bench)
{
    /// <summary>Bytes.</summary>
    internal long Used() => bench.Mode == IsolationMode.InProcess ? GC.GetTotalMemory(forceFullCollection: true) : Resident(bench.Loggers.WorkerId);

    /// <summary>What a process has resident, in bytes.</summary>
    internal static long Resident(int process)
    {
        if (!OperatingSystem.IsLinux())
        {
            throw Expect.NotHere("The memory of a worker is read from /proc, which this system does not have.");
        }

        try
        {
            var pages = long.Parse(File.ReadAllText(string.Create(CultureInfo.InvariantCulture, $"/proc/{process}/statm")).Split(' ')[1], CultureInfo.InvariantCulture);
            return pages * Environment.SystemPageSize;
        }
        catch (IOException)
        {
            throw Expect.Failed($"The worker has ended.");
        }
    }
}
