using System.Text.Json.Nodes;

namespace CustomerInsights.Host.Tests.Kit;

/// <summary>The plugins below tests/TestPlugins as the build laid them out, for a folder that a host is given with --dev.</summary>
internal static class TestPlugins
{
    /// <summary>Copies a package; its manifest may be edited.</summary>
    public static void CopyTo(string root, string id, string version = "1.0.0", Action<JsonObject>? edit = null) =>
        PackageCopy.Package(PackageCopy.Built(id), Path.Combine(root, id, version), version, edit);
}
