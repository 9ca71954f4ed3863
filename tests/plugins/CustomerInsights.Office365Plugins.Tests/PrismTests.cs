using System.Net;
using System.Net.Http.Headers;
using System.Text.Json;
using CustomerInsights.Emulators.Graph;
using CustomerInsights.Sdk;

namespace CustomerInsights.Office365Plugins.Tests;

/// <summary>The plugin's requests and the emulator's answers keep the official description of Graph: Prism stands between and lets nothing else pass.</summary>
public sealed class PrismTests
{
    private const string Description = "graph-excerpt.prefixed.yaml";

    [ApiDescriptionFact(Description)]
    public async Task An_organisation_is_read_through_prism_with_no_violation_on_either_side()
    {
        var organisation = new Organisation(31, 4, 10, 400);
        await using var emulator = await ReadingTests.FilledAsync(organisation, new EmulatorOptions { LargestPage = 15 });
        emulator.Tenant.Add(new EmulatedGroup("g1", "sales@contoso.example", ["u1", "u2", "u3"]));
        emulator.Tenant.Add(new EmulatedUser("u9", "u9@contoso.example", "u9@contoso.example") { HasExchange = false });
        emulator.Tenant.Add(new EmulatedUser("u8", "u8@contoso.example", "u8@contoso.example") { Proxies = ["o'hara@contoso.example"], IsDenied = true });
        var usual = await new EngagementRun(emulator).OnceAsync(organisation.Population);
        await using var prism = await Prism.BeforeAsync(ApiDescriptionFactAttribute.Find(Description)!, emulator.Address);
        emulator.PublicAddress = prism.Address;
        emulator.Forget();
        emulator.Script = request => request.Number == 12 ? new EmulatedFault(FaultKind.TooManyRequests, "2") : request.Number == 20 ? new EmulatedFault(FaultKind.ExpiredToken) : null;
        var run = new EngagementRun(emulator, address: prism.Address) { Settings = { ["groups"] = new[] { "sales@contoso.example" } } };

        var check = await run.CheckAsync();
        var result = await run.OnceAsync(organisation.Population);

        Assert.True(check.Ok, check.Items[^1].Message);
        Assert.Equal(usual.Digest(), result.Digest());
        Assert.Equal((1, 1), (result.Metric("Users without Exchange Online"), result.Metric("Mailboxes closed by a policy")));
        Assert.Equal([401, 403, 404, 429], emulator.Journal.Select(entry => entry.Status).Where(status => status != 200).Distinct().Order());
        Assert.True(emulator.Journal.Count(entry => entry.Request.Query.ContainsKey("$skiptoken")) > 10);
        Assert.DoesNotContain("iolation", prism.Output, StringComparison.Ordinal);
    }

    [ApiDescriptionFact(Description)]
    public async Task Prism_would_have_found_a_violation_on_either_side()
    {
        var organisation = new Organisation(32, 2, 3, 20);
        await using var emulator = await ReadingTests.FilledAsync(organisation);
        await using var prism = await Prism.BeforeAsync(ApiDescriptionFactAttribute.Find(Description)!, emulator.Address);
        using var http = new HttpClient { BaseAddress = prism.Address };
        http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", await TokenAsync(emulator));

        using var tooMany = await http.GetAsync(new Uri("v1.0/users/u1/messages?$top=5000", UriKind.Relative));
        using var noEnd = await http.GetAsync(new Uri("v1.0/users/u1/calendarView?startDateTime=2026-01-01T00:00:00Z", UriKind.Relative));
        emulator.Tenant.Find("u1")!.Mailbox.Add(new EmulatedMessage("m", "<m@mail.example>", "c", Organisation.Now, "u1@contoso.example", []) { ODataType = "#microsoft.graph.message" });
        emulator.Tenant.Find("u1")!.Mailbox.Add(new EmulatedEvent("e", "e", Organisation.Now.AddDays(-1), Organisation.Now, "u1@contoso.example", [new EmulatedAttendee("ann@fabrikam.example", "nobody-knows")]));
        using var wrongAnswer = await http.GetAsync(new Uri("v1.0/users/u1/calendarView?startDateTime=2026-11-20T00:00:00Z&endDateTime=2026-11-23T00:00:00Z", UriKind.Relative));
        using var right = await http.GetAsync(new Uri("v1.0/users/u1/messages?$top=5", UriKind.Relative));

        Assert.Equal(
            (HttpStatusCode.UnprocessableEntity, HttpStatusCode.UnprocessableEntity, HttpStatusCode.InternalServerError, HttpStatusCode.OK),
            (tooMany.StatusCode, noEnd.StatusCode, wrongAnswer.StatusCode, right.StatusCode));
        Assert.Equal(2, emulator.Journal.Count(entry => entry.Request.MailboxOf is not null));
    }

    internal static async Task<string> TokenAsync(GraphEmulator emulator)
    {
        var options = new EmulatorOptions();
        using var http = new HttpClient { BaseAddress = emulator.Address };
        using var form = new FormUrlEncodedContent(new Dictionary<string, string>(StringComparer.Ordinal)
        {
            ["grant_type"] = "client_credentials",
            ["client_id"] = options.ClientId,
            ["client_secret"] = options.ClientSecret,
            ["scope"] = "https://graph.microsoft.com/.default",
        });
        using var answer = await http.PostAsync(new Uri($"{options.Tenant}/oauth2/v2.0/token", UriKind.Relative), form);
        using var body = JsonDocument.Parse(await answer.Content.ReadAsStringAsync());
        return body.RootElement.GetProperty("access_token").GetString()!;
    }
}
