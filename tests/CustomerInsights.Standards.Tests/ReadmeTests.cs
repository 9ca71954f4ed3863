using System.Diagnostics;
using System.Net.Http.Headers;
using System.Text;
using System.Text.RegularExpressions;

namespace CustomerInsights.Standards.Tests;

/// <summary>What the documentation says holds: links lead somewhere, and what the README types gives what it shows.</summary>
public sealed partial class ReadmeTests
{
    private static readonly TimeSpan s_start = TimeSpan.FromMinutes(3);

    [Fact]
    public void Every_relative_link_leads_to_a_file_and_to_a_heading_of_it()
    {
        var broken = new List<string>();
        // artifacts/ holds copies of the plugins' pages, away from their neighbours.
        foreach (var page in Repository.Files("", "*.md").Where(page => !Repository.Relative(page).StartsWith("artifacts/", StringComparison.Ordinal)))
        {
            foreach (Match link in Link().Matches(CodeBlock().Replace(File.ReadAllText(page), "")))
            {
                var (path, anchor) = (link.Groups["path"].Value, link.Groups["anchor"].Value);
                var target = path.Length == 0 ? page : Path.GetFullPath(path, Path.GetDirectoryName(page)!);
                if (!File.Exists(target) && !Directory.Exists(target))
                {
                    broken.Add($"{Repository.Relative(page)}: there is no {path}");
                }
                else if (anchor.Length > 0 && !Anchors(target).Contains(anchor))
                {
                    broken.Add($"{Repository.Relative(page)}: {path} has no heading #{anchor}");
                }
            }
        }

        Assert.True(broken.Count == 0, string.Join('\n', broken));
    }

    [Fact]
    public async Task What_the_README_types_gives_what_it_shows()
    {
        await using var host = await SampleHost.StartAsync();
        var examples = Example().Matches(await File.ReadAllTextAsync(Repository.At("README.md")));
        Assert.True(examples.Count >= 6, $"Only {examples.Count} examples were found in the README.");
        foreach (Match example in examples)
        {
            var (query, body, shown) = (example.Groups["query"].Value, example.Groups["body"].Value, example.Groups["shown"].Value);
            var answer = await host.AskAsync(query.Replace("$ID", await host.ProfileAsync(), StringComparison.Ordinal), body);
            foreach (var field in Field().Matches(shown).Select(match => match.Value).Where(field => !Varies().IsMatch(field)))
            {
                Assert.True(answer.Contains(field, StringComparison.Ordinal), $"The README shows {field} for {query} {body}; the answer has it not:\n{answer}");
            }
        }
    }

    // As browsers make them: lower case, blanks to hyphens, punctuation gone.
    private static HashSet<string> Anchors(string page) => File.Exists(page)
        ? [.. Heading().Matches(CodeBlock().Replace(File.ReadAllText(page), "")).Select(heading =>
            Punctuation().Replace(heading.Groups["text"].Value.Trim().ToLowerInvariant(), "").Replace(' ', '-'))]
        : [];

    [GeneratedRegex(@"\]\((?<path>[^)#:\s]*)(#(?<anchor>[^)\s]+))?\)", RegexOptions.NonBacktracking | RegexOptions.ExplicitCapture)]
    private static partial Regex Link();

    [GeneratedRegex(@"^ *```.*?^ *```", RegexOptions.Multiline | RegexOptions.Singleline, 5000)]
    private static partial Regex CodeBlock();

    [GeneratedRegex(@"^#+ (?<text>.+)$", RegexOptions.Multiline | RegexOptions.NonBacktracking | RegexOptions.ExplicitCapture)]
    private static partial Regex Heading();

    [GeneratedRegex(@"[^\p{L}\p{N}_ -]", RegexOptions.NonBacktracking)]
    private static partial Regex Punctuation();

    // ```sh … api "$URL/…" [-d '…'] ``` and the ```json answer right behind it.
    [GeneratedRegex("```sh\n([A-Z]+=[^\n]*\n)*api \"\\$URL(?<query>[^\"]+)\"( -d '(?<body>[^\n]+)')?\n```\n```json\n(?<shown>.+?)```", RegexOptions.Singleline | RegexOptions.ExplicitCapture, 5000)]
    private static partial Regex Example();

    [GeneratedRegex("\"\\w+\": (\"([^\"\\\\]|\\\\.)*\"|[-0-9.]+|true|false)", RegexOptions.NonBacktracking | RegexOptions.ExplicitCapture)]
    private static partial Regex Field();

    // Ids are made anew in each data directory; so are cursors and the times of what the host did.
    [GeneratedRegex("^\"(id|profileId|since|next)\"|…", RegexOptions.NonBacktracking | RegexOptions.ExplicitCapture)]
    private static partial Regex Varies();

    /// <summary>The built host on the sample, as <c>./run</c> starts it.</summary>
    private sealed partial class SampleHost : IAsyncDisposable
    {
        private readonly Process _process;
        private readonly DirectoryInfo _data = Directory.CreateTempSubdirectory("ci-readme-");
        private readonly StringBuilder _output = new();
        private readonly HttpClient _http = new();
        private readonly TaskCompletionSource _ready = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private string? _profile;

        private SampleHost()
        {
            var program = Path.Combine(Repository.At("host", "CustomerInsights.Host", "bin", Configuration(), "net10.0"), "customer-insights.dll");
            Assert.True(File.Exists(program), $"{Repository.Relative(program)} is not built; build the solution first.");
            _process = new Process
            {
                StartInfo = new ProcessStartInfo("dotnet", [program, "serve", "--data", _data.FullName, "--port", "0", "--sample", Repository.At("samples", "retail")])
                {
                    UseShellExecute = false,
                    RedirectStandardOutput = true,
                    RedirectStandardError = true,
                },
            };
            _process.OutputDataReceived += (_, line) => Add(line.Data);
            _process.ErrorDataReceived += (_, line) => Add(line.Data);
        }

        public static async Task<SampleHost> StartAsync()
        {
            var host = new SampleHost();
            host._process.Start();
            host._process.BeginOutputReadLine();
            host._process.BeginErrorReadLine();
            await Task.WhenAny(host._ready.Task, host._process.WaitForExitAsync(), Task.Delay(s_start));
            var (url, key) = (Url().Match(host.Output), Key().Match(host.Output));
            Assert.True(url.Success && key.Success, $"The host did not print its address and key:\n{host.Output}");
            host._http.BaseAddress = new Uri(url.Groups["url"].Value);
            host._http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", key.Value);
            return host;
        }

        /// <summary>The answer, with a blank behind each colon as the README has it.</summary>
        public async Task<string> AskAsync(string query, string body)
        {
            using var content = body.Length == 0 ? null : new StringContent(body, Encoding.UTF8, "application/json");
            using var response = content is null ? await _http.GetAsync("/api/v1" + query) : await _http.PostAsync("/api/v1" + query, content);
            return (await response.Content.ReadAsStringAsync()).Replace("\":", "\": ", StringComparison.Ordinal);
        }

        /// <summary>The profile that the README is about.</summary>
        public async Task<string> ProfileAsync() =>
            _profile ??= FirstId().Match(await AskAsync("/profiles?search=arthur%20longb", "")).Groups["id"].Value;

        public async ValueTask DisposeAsync()
        {
            _process.Kill(entireProcessTree: true);
            await _process.WaitForExitAsync();
            _process.Dispose();
            _http.Dispose();
            _data.Delete(recursive: true);
        }

        private string Output
        {
            get
            {
                lock (_output)
                {
                    return _output.ToString();
                }
            }
        }

        private void Add(string? line)
        {
            lock (_output)
            {
                _output.AppendLine(line);
                if (line is not null && Url().IsMatch(line))
                {
                    _ready.TrySetResult();
                }
            }
        }

        private static string Configuration() => AppContext.BaseDirectory.Contains($"{Path.DirectorySeparatorChar}Debug{Path.DirectorySeparatorChar}", StringComparison.Ordinal) ? "Debug" : "Release";

        [GeneratedRegex(@"ci_[0-9a-f]{12}_[\w-]{43}", RegexOptions.NonBacktracking)]
        private static partial Regex Key();

        [GeneratedRegex(@"Open (?<url>http://\S+)", RegexOptions.NonBacktracking | RegexOptions.ExplicitCapture)]
        private static partial Regex Url();

        [GeneratedRegex("\"id\": \"(?<id>[0-9a-f-]{36})\"", RegexOptions.NonBacktracking | RegexOptions.ExplicitCapture)]
        private static partial Regex FirstId();
    }
}
