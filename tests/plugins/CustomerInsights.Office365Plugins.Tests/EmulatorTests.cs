using System.Net;
using CustomerInsights.Emulators.Graph;
using Microsoft.Graph;
using Microsoft.Graph.Models;
using Microsoft.Graph.Models.ODataErrors;
using Microsoft.Kiota.Abstractions.Authentication;

namespace CustomerInsights.Office365Plugins.Tests;

/// <summary>The emulator is judged by Microsoft's own client for .NET, and not by our plugin alone.</summary>
public sealed class EmulatorTests
{
    [Fact]
    public async Task Microsofts_client_works_with_the_emulator_as_it_is()
    {
        var organisation = new Organisation(41, 3, 6, 120);
        await using var emulator = await ReadingTests.FilledAsync(organisation, new EmulatorOptions { LargestPage = 7 });
        emulator.Tenant.Add(new EmulatedUser("u9", "u9@contoso.example", "u9@contoso.example") { HasExchange = false });
        var token = await PrismTests.TokenAsync(emulator);
        using var http = new HttpClient();

        // The base address ends in the version, and the token goes to this host alone.
        using var client = new GraphServiceClient(http, new BaseBearerTokenAuthenticationProvider(new Tokens(token, emulator.Address.Host)), new Uri(emulator.Address, "v1.0").AbsoluteUri);
        var found = await client.Users.GetAsync(request =>
        {
            request.QueryParameters.Filter = "mail eq 'u1@contoso.example' or proxyAddresses/any(p:p eq 'smtp:u2@contoso.example')";
            request.QueryParameters.Count = true;
            request.Headers.Add("ConsistencyLevel", "eventual");
        });
        var first = await client.Users["u1"].Messages.GetAsync(request =>
        {
            request.QueryParameters.Filter = "receivedDateTime ge 2025-11-22T08:00:00Z and receivedDateTime lt 2026-11-22T08:00:00Z";
            request.QueryParameters.Select = ["id", "internetMessageId", "from"];
            request.QueryParameters.Top = 500;
        });
        var messages = new List<Message>();
        await PageIterator<Message, MessageCollectionResponse>.CreatePageIterator(client, first!, message =>
        {
            messages.Add(message);
            return true;
        }).IterateAsync();
        var meetings = await client.Users["u1"].CalendarView.GetAsync(request => (request.QueryParameters.StartDateTime, request.QueryParameters.EndDateTime) = ("2025-11-22T08:00:00Z", "2026-11-22T08:00:00Z"));
        var refused = await Assert.ThrowsAsync<ODataError>(() => client.Users["u9"].Messages.GetAsync());

        Assert.Equal(["u1", "u2"], found!.Value!.Select(user => user.Id));
        Assert.True(messages.Count > 7);
        Assert.All(messages, message => Assert.True(message.Subject is null && message.From?.EmailAddress?.Address is not null));
        Assert.NotEmpty(meetings!.Value!);
        Assert.Equal((404, "MailboxNotEnabledForRESTAPI"), (refused.ResponseStatusCode, refused.Error!.Code));
    }

    [Theory]
    [InlineData(FaultKind.TooManyRequests, "TooManyRequests", "2.128")]
    [InlineData(FaultKind.TooManyAtOnce, "ApplicationThrottled", "3")]
    public async Task Each_limit_has_its_code_and_says_when_to_come_again(FaultKind kind, string code, string wait)
    {
        await using var emulator = await GraphEmulator.StartAsync();
        emulator.Script = _ => new EmulatedFault(kind, wait);
        using var http = new HttpClient { BaseAddress = emulator.Address };

        using var answer = await http.GetAsync(new Uri("v1.0/users", UriKind.Relative));

        Assert.Equal((HttpStatusCode.TooManyRequests, wait), (answer.StatusCode, answer.Headers.NonValidated["Retry-After"].ToString()));
        Assert.Contains($"\"{code}\"", await answer.Content.ReadAsStringAsync(), StringComparison.Ordinal);
    }

    private sealed class Tokens(string token, string host) : IAccessTokenProvider
    {
        public AllowedHostsValidator AllowedHostsValidator { get; } = new([host]);

        public Task<string> GetAuthorizationTokenAsync(Uri uri, Dictionary<string, object>? additionalAuthenticationContext = null, CancellationToken cancellationToken = default) =>
            Task.FromResult(AllowedHostsValidator.IsUrlHostValid(uri) ? token : "");
    }
}
