using System.Net;
using System.Net.Http.Headers;
using System.Text.Json;
using CustomerInsights.Emulators.Dataverse;

namespace CustomerInsights.DynamicsPlugins.Tests;

/// <summary>The emulator is judged by a client that was written for the service, and not by our plugins alone.</summary>
public sealed class EmulatorTests
{
    [Fact]
    public async Task A_published_client_works_with_the_emulator_as_it_is()
    {
        var options = new EmulatorOptions();
        await using var emulator = await DataverseEmulator.StartAsync(options);

        var output = await PublishedClient.RunAsync("dataverse.mjs", emulator.Address.AbsoluteUri.TrimEnd('/'), options.Tenant.ToString(), options.ClientId, options.ClientSecret);

        using var told = JsonDocument.Parse(output.TrimEnd().Split('\n')[^1]);
        Assert.Equal(
            """{"user":"99999999-0000-0000-0000-000000000001","made":25,"pages":[10,10,5],"all":25,"upserted":["Bea"],"members":11,"found":1,"batch":2,"afterwards":27,"missing":[404,"0x80040217"]}""",
            JsonSerializer.Serialize(told.RootElement));
        Assert.Equal(11, emulator.Organisation.List("Client's list").Members.Count);
        Assert.Equal(27, emulator.Organisation.ContactsCreated);
    }

    [Fact]
    public async Task A_published_client_follows_changes_in_the_emulator_as_it_is()
    {
        var options = new EmulatorOptions();
        await using var emulator = await DataverseEmulator.StartAsync(options);

        var output = await PublishedClient.RunAsync("changes.mjs", emulator.Address.AbsoluteUri.TrimEnd('/'), options.Tenant.ToString(), options.ClientId, options.ClientSecret);

        Assert.Equal("""{"pages":[10,10,5],"changed":["Bea"],"deleted":["known","short"],"quiet":0}""", output.TrimEnd().Split('\n')[^1]);
    }

    [Fact]
    public async Task Without_a_token_the_answer_names_the_tenant()
    {
        var options = new EmulatorOptions();
        await using var emulator = await DataverseEmulator.StartAsync(options);
        using var http = new HttpClient { BaseAddress = emulator.Address };

        using var answer = await http.GetAsync(new Uri("api/data/v9.2/WhoAmI", UriKind.Relative));

        Assert.Equal(HttpStatusCode.Unauthorized, answer.StatusCode);
        Assert.Equal($"Bearer authorization_uri={emulator.Address}{options.Tenant}/oauth2/authorize, resource_id={emulator.Address}", string.Join(',', answer.Headers.NonValidated["WWW-Authenticate"]));
    }

    [Theory]
    [InlineData(FaultKind.TooManyRequests, "0x80072322")]
    [InlineData(FaultKind.TooMuchTime, "0x80072321")]
    [InlineData(FaultKind.TooManyAtOnce, "0x80072326")]
    public async Task Each_limit_has_its_code_and_says_when_to_come_again(FaultKind kind, string code)
    {
        await using var emulator = await DataverseEmulator.StartAsync();
        emulator.Script = _ => new EmulatedFault(kind, RetryAfter: 9);
        using var http = new HttpClient { BaseAddress = emulator.Address };

        using var answer = await http.GetAsync(new Uri("api/data/v9.2/WhoAmI", UriKind.Relative));

        Assert.Equal((HttpStatusCode.TooManyRequests, TimeSpan.FromSeconds(9)), (answer.StatusCode, answer.Headers.RetryAfter!.Delta!.Value));
        Assert.Contains(code, await answer.Content.ReadAsStringAsync(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("oauth2/token", "resource=https://contoso.example", HttpStatusCode.OK)]
    [InlineData("oauth2/v2.0/token", "scope=https://contoso.example/.default", HttpStatusCode.OK)]
    [InlineData("oauth2/v2.0/token", "resource=https://contoso.example", HttpStatusCode.BadRequest)]
    [InlineData("oauth2/token", "client_secret=wrong&resource=x", HttpStatusCode.Unauthorized)]
    public async Task Both_forms_of_the_sign_in_give_tokens_for_the_right_secret(string path, string more, HttpStatusCode expected)
    {
        var options = new EmulatorOptions();
        await using var emulator = await DataverseEmulator.StartAsync(options);
        using var http = new HttpClient { BaseAddress = emulator.Address };
        var secret = more.StartsWith("client_secret", StringComparison.Ordinal) ? "" : $"client_secret={options.ClientSecret}&";
        using var form = new StringContent($"grant_type=client_credentials&client_id={options.ClientId}&{secret}{more}", new MediaTypeHeaderValue("application/x-www-form-urlencoded"));

        using var answer = await http.PostAsync(new Uri($"{options.Tenant}/{path}", UriKind.Relative), form);

        Assert.Equal(expected, answer.StatusCode);
    }
}
