using System.Diagnostics;
using System.Globalization;
using System.Runtime.InteropServices;
using CustomerInsights.Plugins.Manifests;

namespace CustomerInsights.Plugins.Workers;

/// <summary>Where the worker program is and how it is started here; what this system can give and what not.</summary>
internal sealed class WorkerPlace
{
    private const string Program = "customer-insights-worker";

    // The worker needs a few of these to run at all; everything else the host has in its environment is none of a plugin's business.
    private static readonly string[] Passed = ["DOTNET_ROOT", "LANG", "LC_ALL", "TZ", "DOTNET_SYSTEM_GLOBALIZATION_INVARIANT", "SystemRoot"];

    private readonly string _assembly;
    private readonly string _muxer;
    private readonly Lazy<Task<string?>> _sandboxObjection = new(ProbeSandboxAsync);

    /// <param name="folder">The folder of the worker program; null: <c>worker/</c> beside the host.</param>
    internal WorkerPlace(string? folder)
    {
        _assembly = Path.Combine(folder ?? Path.Combine(AppContext.BaseDirectory, "worker"), Program + ".dll");
        var exe = OperatingSystem.IsWindows() ? "dotnet.exe" : "dotnet";

        // The runtime that runs this host: <root>/shared/Microsoft.NETCore.App/<version>/.
        _muxer = Path.GetFullPath(Path.Combine(RuntimeEnvironment.GetRuntimeDirectory(), "..", "..", "..", exe));
    }

    /// <summary>Why this isolation cannot be given here; null when it can.</summary>
    internal async ValueTask<string?> ObjectionAsync(IsolationMode isolation)
    {
        if (isolation == IsolationMode.InProcess)
        {
            return null;
        }

        if (!File.Exists(_assembly))
        {
            return $"The worker program is not at {_assembly}; install the host with its worker folder.";
        }

        return isolation == IsolationMode.SandboxedProcess ? await _sandboxObjection.Value : null;
    }

    internal ProcessStartInfo StartInfo(string runFolder, IsolationMode isolation, int memoryMb)
    {
        var start = new ProcessStartInfo
        {
            WorkingDirectory = runFolder,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            UseShellExecute = false,
            CreateNoWindow = true,
        };
        if (isolation == IsolationMode.SandboxedProcess)
        {
            start.FileName = "unshare";
            string[] arguments = [.. Sandbox, "--", _muxer];
            Array.ForEach(arguments, start.ArgumentList.Add);
        }
        else
        {
            start.FileName = _muxer;
        }

        start.ArgumentList.Add(_assembly);
        var kept = Passed.Select(name => (Name: name, Value: Environment.GetEnvironmentVariable(name))).Where(variable => variable.Value is not null).ToList();
        start.Environment.Clear();
        foreach (var (name, value) in kept)
        {
            start.Environment[name] = value;
        }

        start.Environment["PATH"] = "/usr/bin:/bin";
        start.Environment["HOME"] = start.Environment["TMPDIR"] = runFolder;
        start.Environment["DOTNET_GCHeapHardLimit"] = string.Create(CultureInfo.InvariantCulture, $"0x{memoryMb * 1024L * 1024L:X}");
        start.Environment["DOTNET_gcServer"] = "0";
        start.Environment["DOTNET_gcConcurrent"] = "0";

        // No diagnostics socket: through it anybody of the same user could make the worker write a dump with secrets in it.
        start.Environment["DOTNET_EnableDiagnostics"] = "0";
        start.Environment["DOTNET_TieredPGO"] = "0";
        return start;
    }

    // A user namespace gives the right to make a network namespace, which is empty: not even loopback is up in it.
    private static string[] Sandbox => ["--user", "--map-current-user", "--net"];

    private static async Task<string?> ProbeSandboxAsync()
    {
        const string whatFor = "isolation 'sandboxedProcess' needs a network namespace of its own";
        if (!OperatingSystem.IsLinux())
        {
            return $"{whatFor}, which this release makes on Linux only.";
        }

        try
        {
            var start = new ProcessStartInfo("unshare") { RedirectStandardError = true, RedirectStandardOutput = true, UseShellExecute = false };
            string[] arguments = [.. Sandbox, "--", "true"];
            Array.ForEach(arguments, start.ArgumentList.Add);
            using var probe = Process.Start(start)!;
            var said = await probe.StandardError.ReadToEndAsync();
            await probe.WaitForExitAsync();
            return probe.ExitCode == 0 ? null : $"{whatFor}, and this system does not give one: {said.Trim()}";
        }
        catch (Exception error) when (error is System.ComponentModel.Win32Exception or IOException)
        {
            return $"{whatFor}, and the program 'unshare' (util-linux) that makes it cannot be started: {error.Message}";
        }
    }
}
