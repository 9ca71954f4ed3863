using System.ComponentModel;
using System.Diagnostics;

namespace CustomerInsights.Tests.Shared;

/// <summary>Scripts of a folder with a package.json, run by node. What they need is installed there the first time, and again when the list of it has changed.</summary>
internal sealed class NodePackage
{
    private readonly string _name;
    private readonly string _folder;
    private readonly string _what;

    // Several may want it at once.
    private readonly Lazy<Task> _installed;

    /// <param name="folder">The folder, from the root of the repository.</param>
    /// <param name="what">What is run, for who has no node.</param>
    /// <param name="scripts">Whether packages may run scripts of their own when they are installed.</param>
    public NodePackage(string folder, string what, bool scripts = false)
    {
        (_name, _folder, _what) = (folder, Path.Combine(RepositoryRoot.Path, folder), what);
        _installed = new(() => InstallAsync(scripts));
    }

    /// <summary>Runs a script and gives what it prints.</summary>
    public async Task<string> RunAsync(string script, IReadOnlyList<string> arguments, params IReadOnlyList<KeyValuePair<string, string>> variables)
    {
        await _installed.Value;
        return await StartAsync("node", [Path.Combine(_folder, script), .. arguments], variables);
    }

    /// <summary>Starts a server of the package, as <see cref="NodeProcess.StartAsync"/> does.</summary>
    public async Task<(NodeProcess Process, string Ready)> ServeAsync(string script, IReadOnlyList<string> arguments, Func<string, string?> ready)
    {
        await _installed.Value;
        return await NodeProcess.StartAsync(_folder, [Path.Combine(_folder, script), .. arguments], ready);
    }

    private async Task InstallAsync(bool scripts)
    {
        // Test projects run beside each other, and two installations in one folder break each other.
        await using var alone = await AloneAsync();

        // npm writes this file last; one that is older than the list of packages was written for another list.
        var written = new FileInfo(Path.Combine(_folder, "node_modules", ".package-lock.json"));
        if (!written.Exists || written.LastWriteTimeUtc < File.GetLastWriteTimeUtc(Path.Combine(_folder, "package-lock.json")))
        {
            await StartAsync(OperatingSystem.IsWindows() ? "npm.cmd" : "npm", ["ci", "--no-audit", "--no-fund", .. scripts ? Array.Empty<string>() : ["--ignore-scripts"]], []);
        }
    }

    private async Task<FileStream> AloneAsync()
    {
        var name = Path.Combine(Path.GetTempPath(), $"ci-node-{Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData(System.Text.Encoding.UTF8.GetBytes(_folder)).AsSpan(0, 8))}.lock");
        for (var tries = 1; ; tries++)
        {
            try
            {
                return new FileStream(name, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
            }
            catch (IOException) when (tries < 3000)
            {
                await Task.Delay(TimeSpan.FromMilliseconds(200), TimeProvider.System);
            }
        }
    }

    private async Task<string> StartAsync(string program, IReadOnlyList<string> arguments, IReadOnlyList<KeyValuePair<string, string>> variables)
    {
        var start = new ProcessStartInfo(program, arguments) { WorkingDirectory = _folder, RedirectStandardOutput = true, RedirectStandardError = true, UseShellExecute = false };
        foreach (var (name, value) in variables)
        {
            start.Environment[name] = value;
        }

        try
        {
            using var process = Process.Start(start)!;
            var errors = process.StandardError.ReadToEndAsync();
            var output = await process.StandardOutput.ReadToEndAsync();
            await process.WaitForExitAsync();
            return process.ExitCode == 0
                ? output
                : throw new InvalidOperationException($"'{program} {string.Join(' ', arguments)}' in {_name} ended with {process.ExitCode}: {await errors}");
        }
        catch (Win32Exception error)
        {
            throw new InvalidOperationException($"{_what} by node: '{program}' cannot be started. Install node 20 or newer with npm.", error);
        }
    }
}
