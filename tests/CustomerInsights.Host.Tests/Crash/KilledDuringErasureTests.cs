using System.Globalization;
using System.Net;
using System.Text;
using System.Text.Json.Nodes;
using CustomerInsights.Host.Tests.Kit;
using CustomerInsights.Host.Tests.Privacy;

namespace CustomerInsights.Host.Tests.Crash;

/// <summary>The program is killed again and again while it erases people: it goes on where it stood, and nothing is left in the end.</summary>
public sealed class KilledDuringErasureTests
{
    private const int People = 40;
    private const int Kills = 10;

    [Fact]
    public async Task An_erasure_that_is_killed_is_finished_by_the_next_start()
    {
        var directory = Directory.CreateTempSubdirectory("ci-erase-").FullName;
        var host = await HostProcess.StartAsync(directory);
        try
        {
            await FillAsync(host.Http, directory);
            var made = await PostAsync(host.Http, "/privacy/requests", $$"""
                {"kind":"erase","requester":"r","law":"gdpr","identifiers":[{{string.Join(',', Enumerable.Range(0, People).Select(i => $$"""{"type":"email","value":"zebedora{{i}}@quillmail.example"}"""))}}]}
                """);
            for (var kill = 0; kill < Kills; kill++)
            {
                await Task.Delay(kill * 12);
                await host.KillAsync();
                await host.DisposeAsync();
                host = await HostProcess.StartAsync(directory);
            }

            var job = await host.Http.EndOfAsync(made.Text("jobId"));
            Assert.True(job.Text("state") == "succeeded", job.ToJsonString());
            var receipt = JsonNode.Parse((await host.Http.GetJsonAsync($"/privacy/requests/{made.Text("id")}")).Text("receipt"))!;
            Assert.Equal((long)People, receipt["totals"]!["profile"]!.GetValue<long>());
            Assert.Equal((long)People, receipt["totals"]!["activity"]!.GetValue<long>());
            Assert.Equal(1L, (await host.Http.GetJsonAsync("/profiles/counts"))["types"]!["customer"]!.GetValue<long>());
            Assert.Equal([], PrivacyKit.Found(directory));
        }
        finally
        {
            await host.DisposeAsync();
            Directory.Delete(directory, recursive: true);
        }
    }

    private static async Task FillAsync(HttpClient http, string directory)
    {
        var files = Directory.CreateDirectory(Path.Combine(directory, "files")).FullName;
        var (contacts, orders) = (new StringBuilder("Id,First,Last,Email,Phone,City\nC900,Ann,Miller,ann@example.com,,Paris\n"), new StringBuilder("OrderId,ContactId,At,Amount\n"));
        for (var i = 0; i < People; i++)
        {
            contacts.Append(CultureInfo.InvariantCulture, $"C{i},Zebedora{i},Quillfeather,zebedora{i}@quillmail.example,,Oslo\n");
            orders.Append(CultureInfo.InvariantCulture, $"O{i},C{i},2026-01-01,1.00\n");
        }

        await File.WriteAllTextAsync(Path.Combine(files, "contacts.csv"), contacts.ToString());
        await File.WriteAllTextAsync(Path.Combine(files, "orders.csv"), orders.ToString());
        await File.WriteAllTextAsync(Path.Combine(files, "members.csv"), "MemberId,Name,Email,Points\n");
        await PostAsync(http, "/recipes/apply", Shop.Recipe().ToJsonString());
        var job = await http.EndOfAsync((await PostAsync(http, "/refreshes", null)).Text("jobId"));
        Assert.True(job.Text("state") == "succeeded", job.ToJsonString());
    }

    private static async Task<JsonNode> PostAsync(HttpClient http, string path, string? body)
    {
        using var content = body is null ? null : new StringContent(body, Encoding.UTF8, "application/json");
        using var response = await http.PostAsync(new Uri("/api/v1" + path, UriKind.Relative), content);
        var text = await response.Content.ReadAsStringAsync();
        Assert.True(response.StatusCode is HttpStatusCode.OK or HttpStatusCode.Accepted, text);
        return JsonNode.Parse(text)!;
    }
}
