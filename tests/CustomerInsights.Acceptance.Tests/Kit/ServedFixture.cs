using System.Diagnostics;

namespace CustomerInsights.Acceptance.Tests.Kit;

/// <summary><c>ci-plugin serve</c>, as it runs in an author's second terminal.</summary>
internal sealed class ServedFixture : IAsyncDisposable
{
    private const string Before = "Serving at ";
    private const string After = ". The settings that go with it:";
    private readonly Process _process;

    private ServedFixture(Process process, string address) => (_process, Address) = (process, address);

    /// <summary>Host and port.</summary>
    internal string Address { get; }

    internal static async Task<ServedFixture> StartAsync(AuthorsMachine machine, string plugin)
    {
        var start = machine.Start(Path.Combine(machine.Folder, "tools", "ci-plugin"), plugin, "serve");
        (start.RedirectStandardOutput, start.UseShellExecute) = (true, false);
        var process = Process.Start(start)!;
        while (await process.StandardOutput.ReadLineAsync() is { } line)
        {
            if (line.StartsWith(Before, StringComparison.Ordinal))
            {
                return new ServedFixture(process, line[Before.Length..line.IndexOf(After, StringComparison.Ordinal)]);
            }
        }

        throw new InvalidOperationException("ci-plugin serve ended without an address.");
    }

    public async ValueTask DisposeAsync()
    {
        _process.Kill(entireProcessTree: true);
        await _process.WaitForExitAsync();
        _process.Dispose();
    }
}
