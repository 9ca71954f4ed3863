using System.Net;
using System.Text;
using System.Text.Json.Nodes;
using CustomerInsights.Host.Tests.Events;
using CustomerInsights.Host.Tests.Kit;

namespace CustomerInsights.Host.Tests.Privacy;

/// <summary>The shop with one more person, whose values are nobody else's: in two sources, with an order and events.</summary>
internal static class PrivacyKit
{
    public const string Email = "zebedora@quillmail.example";
    public const string User = "zebuser77";

    /// <summary>What must not be found any more.</summary>
    public static readonly IReadOnlyList<string> Values = ["zebedora", "quillfeather", "quillmail", "zebuser77", "15550199887"];

    public static readonly string Contacts = Shop.Contacts.TrimEnd() + $"\nC77,Zebedora,Quillfeather,{Email},+1 (555) 019-9887,Paris\n";
    public static readonly string Members = Shop.Members.TrimEnd() + $"\nM77,Zebedora Quillfeather,{Email},70\n";
    public static readonly string Orders = Shop.Orders.TrimEnd() + "\nO77,C77,2026-01-05,77.70\n";

    public static async Task<RunningApp> OpenAsync()
    {
        var app = await EventSite.OpenAsync();
        await FillAsync(app);
        return app;
    }

    public static async Task FillAsync(RunningApp app)
    {
        app.WriteFile("contacts.csv", Contacts);
        app.WriteFile("members.csv", Members);
        app.WriteFile("orders.csv", Orders);
        await app.AcceptAsync("identify", Identify("id-1"));
        await app.AcceptAsync("track", $$$"""{"userId":"{{{User}}}","messageId":"tr-1","event":"Order Completed","properties":{"total":5.5}}""");
        await app.FateAsync("tr-1");
        await app.SucceedAsync();
    }

    public static string Identify(string message) => $$$"""{"userId":"{{{User}}}","messageId":"{{{message}}}","traits":{"email":"{{{Email}}}","firstName":"Zebedora","lastName":"Quillfeather"}}""";

    public static JsonObject Request(string kind) => JsonNode.Parse($$"""{"kind":"{{kind}}","requester":"Zebedora Quillfeather","law":"gdpr","reason":"She wrote to us.","identifiers":[{"type":"email","value":" ZEBEDORA@quillmail.example"}]}""")!.AsObject();

    /// <summary>Makes a request and waits for its end; gives it.</summary>
    public static async Task<JsonNode> DoneAsync(this RunningApp app, JsonNode request)
    {
        var (status, made) = await app.SendAsync(HttpMethod.Post, "/privacy/requests", request);
        Assert.True(status == HttpStatusCode.Accepted, made?.ToJsonString());
        var job = await app.EndOfAsync(made!.Text("jobId"));
        Assert.True(job.Text("state") == "succeeded", job.ToJsonString());
        var done = await app.GetAsync($"/privacy/requests/{made!.Text("id")}");
        Assert.Equal("done", done.Text("state"));
        return done;
    }

    /// <summary>Where a value stands in any file of the data directory, but in the files that the sources gave us.</summary>
    public static List<string> Found(string directory)
    {
        var found = new List<string>();
        foreach (var path in Directory.EnumerateFiles(directory, "*", SearchOption.AllDirectories))
        {
            var name = Path.GetRelativePath(directory, path);
            if (name == "host.lock" || name.StartsWith("files" + Path.DirectorySeparatorChar, StringComparison.Ordinal) || name.StartsWith("plugins", StringComparison.Ordinal))
            {
                continue;
            }

            using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
            using var bytes = new MemoryStream();
            file.CopyTo(bytes);
            var text = Encoding.Latin1.GetString(bytes.ToArray());
            found.AddRange(Values.Where(value => text.Contains(value, StringComparison.OrdinalIgnoreCase)).Select(value => $"{name}: {value}"));
        }

        return found;
    }

    public static async Task<int> CountAsync(this RunningApp app, string search) =>
        (await app.GetAsync($"/profiles?search={Uri.EscapeDataString(search)}"))["items"]!.AsArray().Count;
}
