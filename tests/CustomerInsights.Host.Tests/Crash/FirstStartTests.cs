using System.Net;
using CustomerInsights.Host.Tests.Kit;

namespace CustomerInsights.Host.Tests.Crash;

public sealed class FirstStartTests : IDisposable
{
    private readonly string _directory = Directory.CreateTempSubdirectory("ci-first-").FullName;

    [Fact]
    public async Task The_first_start_prints_an_admin_key_and_no_later_one_does()
    {
        string key;
        await using (var first = await HostProcess.StartAsync(_directory))
        {
            key = Assert.Single(first.Output.Split('\n'), line => line.StartsWith("  ci_", StringComparison.Ordinal)).Trim();
            Assert.Contains("This admin key is shown once. Keep it:", first.Output, StringComparison.Ordinal);
            Assert.Equal(HttpStatusCode.OK, await AskAsync(first, key));
        }

        await using var second = await HostProcess.StartAsync(_directory);
        Assert.DoesNotContain("ci_", second.Output, StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.OK, await AskAsync(second, key));
        Assert.Equal("first admin", Assert.Single((await second.Http.GetJsonAsync("/keys"))["items"]!.AsArray())!.Text("name"));

        // The key itself lies nowhere in the data directory.
        foreach (var file in Directory.EnumerateFiles(_directory, "*", SearchOption.AllDirectories).Where(file => Path.GetFileName(file) is not ("host.json" or "host.lock")))
        {
            using var stream = new FileStream(file, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
            using var reader = new StreamReader(stream, System.Text.Encoding.Latin1);
            Assert.DoesNotContain(key[^43..], await reader.ReadToEndAsync(), StringComparison.Ordinal);
        }
    }

    public void Dispose() => Directory.Delete(_directory, recursive: true);

    private static async Task<HttpStatusCode> AskAsync(HostProcess host, string key)
    {
        using var http = new HttpClient { BaseAddress = host.Http.BaseAddress, DefaultRequestHeaders = { Authorization = new("Bearer", key) } };
        using var response = await http.GetAsync("/api/v1/keys");
        return response.StatusCode;
    }
}
