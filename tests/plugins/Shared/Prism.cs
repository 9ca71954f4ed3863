using System.Text.RegularExpressions;

namespace CustomerInsights.Tests.Shared;

/// <summary>Prism between a client and a server: it checks both by an API's own description, and lets nothing pass that does not keep it.</summary>
internal sealed partial class Prism : IAsyncDisposable
{
    private static readonly NodePackage s_package = new("tests/clients/prism", "Prism checks requests and answers");

    private readonly NodeProcess _process;

    private Prism(NodeProcess process, Uri address) => (_process, Address) = (process, address);

    public Uri Address { get; }

    /// <summary>What it has printed: violations are there by their places.</summary>
    public string Output => _process.Output;

    /// <param name="description">The API's description: a file.</param>
    /// <param name="upstream">The server that it stands before.</param>
    public static async Task<Prism> BeforeAsync(string description, Uri upstream)
    {
        var (process, address) = await s_package.ServeAsync(
            "node_modules/@stoplight/prism-cli/dist/index.js",
            ["proxy", "-h", "127.0.0.1", "-p", "0", "--errors", description, upstream.AbsoluteUri.TrimEnd('/')],
            line => Listening().Match(line) is { Success: true } match ? match.Groups["url"].Value : null);
        return new Prism(process, new Uri(address));
    }

    public ValueTask DisposeAsync() => _process.DisposeAsync();

    [GeneratedRegex(@"listening on (?<url>http://[0-9.]+:[0-9]+)", RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Listening();
}
