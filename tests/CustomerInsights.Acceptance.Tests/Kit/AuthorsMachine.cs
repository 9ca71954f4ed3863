using System.Diagnostics;
using System.Runtime.InteropServices;

namespace CustomerInsights.Acceptance.Tests.Kit;

/// <summary>
/// What a plugin author has: an empty folder, the .NET SDK, the packages of <c>artifacts/feed</c>, and <c>ci-plugin</c> installed from them.
/// Nothing of the repository is in reach otherwise.
/// </summary>
/// <remarks>
/// NuGet unpacks a version once and keeps it. The packages of a checkout keep their version while they change, so a shared folder would
/// serve yesterday's: this machine has one of its own. The usual one is a source here, so that libraries which the build restored already do
/// not come over the network again.
/// </remarks>
public sealed class AuthorsMachine : IAsyncLifetime
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("ci-author-");

    /// <summary>The packages that the build has made.</summary>
    internal static string Feed => Path.Combine(RepositoryRoot.Path, "artifacts", "feed");

    /// <summary>The empty folder.</summary>
    internal string Folder => _folder.FullName;

    /// <summary>A folder below for one test.</summary>
    internal string Below(string name) => Directory.CreateDirectory(Path.Combine(Folder, name)).FullName;

    public async Task InitializeAsync()
    {
        await File.WriteAllTextAsync(
            Path.Combine(Folder, "nuget.config"),
            $"""
            <configuration>
              <packageSources>
                <add key="customer-insights" value="{Feed}" />
                <add key="restored" value="{await UsualPackagesAsync()}" />
              </packageSources>
            </configuration>
            """);
        (await RunAsync("dotnet", Folder, "tool", "install", "CustomerInsights.PluginTool", "--tool-path", "tools")).Ended(0);
    }

    public Task DisposeAsync()
    {
        _folder.Delete(recursive: true);
        return Task.CompletedTask;
    }

    /// <summary>Runs <c>ci-plugin</c>.</summary>
    internal Task<Ran> CiPluginAsync(string folder, params string[] arguments) => RunAsync(Path.Combine(Folder, "tools", "ci-plugin"), folder, arguments);

    /// <summary>Runs a program in a folder.</summary>
    internal Task<Ran> RunAsync(string program, string folder, params string[] arguments) => Ran.ToEndAsync(Start(program, folder, arguments));

    /// <summary>How a program is started here: without what the build that runs the tests has put into the environment.</summary>
    internal ProcessStartInfo Start(string program, string folder, params string[] arguments)
    {
        var start = new ProcessStartInfo(program, arguments) { WorkingDirectory = folder };
        foreach (var name in start.Environment.Keys.Where(name => name.StartsWith("MSBUILD", StringComparison.OrdinalIgnoreCase)).ToList())
        {
            start.Environment.Remove(name);
        }

        start.Environment["NUGET_PACKAGES"] = Path.Combine(Folder, "packages");
        start.Environment["DOTNET_ROOT"] = Path.GetFullPath(Path.Combine(RuntimeEnvironment.GetRuntimeDirectory(), "..", "..", ".."));
        start.Environment["DOTNET_NOLOGO"] = "1";
        start.Environment["DOTNET_CLI_UI_LANGUAGE"] = "en";
        start.Environment["PATH"] = Path.Combine(Folder, "tools") + Path.PathSeparator + Environment.GetEnvironmentVariable("PATH");

        // No build node stays behind when the tests have ended.
        start.Environment["MSBUILDDISABLENODEREUSE"] = "1";
        return start;
    }

    private static async Task<string> UsualPackagesAsync()
    {
        var said = (await Ran.ToEndAsync(new ProcessStartInfo("dotnet", ["nuget", "locals", "global-packages", "--list"]))).Ended(0).Output;
        return said[(said.IndexOf(':', StringComparison.Ordinal) + 1)..].Trim();
    }
}

/// <summary>One machine for all tests that use it, one after the other: they build, and two builds at once only wait for each other.</summary>
[CollectionDefinition(Name)]
public sealed class AuthorsMachineGroup : ICollectionFixture<AuthorsMachine>
{
    /// <summary>The collection's name.</summary>
    public const string Name = "an author's machine";
}
