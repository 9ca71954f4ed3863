using CustomerInsights.Plugins.Manifests;
using CustomerInsights.Plugins.Workers;

namespace CustomerInsights.Plugins.Tests.Kit;

/// <summary>For tests that must hold wherever a plugin runs.</summary>
public static class Isolations
{
    /// <summary>All that this system can give. That it refuses the sandbox where it cannot give it is held by a test of its own.</summary>
    public static TheoryData<IsolationMode> OfThisSystem { get; } = CanSandbox()
        ? [IsolationMode.InProcess, IsolationMode.Process, IsolationMode.SandboxedProcess]
        : [IsolationMode.InProcess, IsolationMode.Process];

    // Test data is made before any test, where nothing can be awaited.
    private static bool CanSandbox() => Task.Run(static async () => await new WorkerPlace(null).ObjectionAsync(IsolationMode.SandboxedProcess)).GetAwaiter().GetResult() is null;
}
