using System.Net;
using CustomerInsights.Plugins.Tests.Kit;
using CustomerInsights.Sdk;

namespace CustomerInsights.Plugins.Tests.Http;

/// <summary>What the SDK makes of a response that is a failure.</summary>
public sealed class HttpResponsesTests
{
    private readonly ManualTimeProvider _clock = new(new DateTimeOffset(2026, 11, 22, 9, 0, 0, TimeSpan.Zero));

    [Theory]
    [InlineData(401, FailureKind.Authentication)]
    [InlineData(403, FailureKind.Authentication)]
    [InlineData(429, FailureKind.RateLimited)]
    [InlineData(408, FailureKind.Transient)]
    [InlineData(500, FailureKind.Transient)]
    [InlineData(503, FailureKind.Transient)]
    [InlineData(599, FailureKind.Transient)]
    [InlineData(400, FailureKind.Data)]
    [InlineData(422, FailureKind.Data)]
    [InlineData(404, FailureKind.Permanent)]
    [InlineData(302, FailureKind.Permanent)]
    public void A_status_says_whose_move_it_is(int status, FailureKind kind)
    {
        using var response = new HttpResponseMessage((HttpStatusCode)status);
        Assert.Equal(kind, Assert.Throws<PluginException>(() => response.ThrowIfFailed(_clock)).Kind);
    }

    [Fact]
    public void The_message_names_host_and_path_and_nothing_that_could_be_a_secret()
    {
        using var response = new HttpResponseMessage(HttpStatusCode.Forbidden)
        {
            RequestMessage = new(HttpMethod.Get, "https://user:s3cret@api.acme.example:8443/v1/orders?key=s3cret#s3cret"),
            ReasonPhrase = "s3cret",
            Content = new StringContent("s3cret"),
        };
        var error = response.ToPluginException(_clock, "/token");
        Assert.Equal("GET https://api.acme.example:8443/v1/orders answered 403 (Forbidden). Check what the credentials are allowed to do.", error.Message);
        Assert.Equal("/token", error.ConfigurationPath);
    }

    [Fact]
    public void A_success_goes_through()
    {
        using var response = new HttpResponseMessage(HttpStatusCode.Created);
        Assert.Same(response, response.ThrowIfFailed(_clock));
    }

    [Theory]
    [InlineData("120", 120.0)]
    [InlineData("0", 0.0)]
    [InlineData("1.5", 1.5)]
    [InlineData("Sun, 22 Nov 2026 09:02:00 GMT", 120.0)]
    [InlineData("Sun, 22 Nov 2026 08:00:00 GMT", 0.0)]
    [InlineData("99999999999999", 365.0 * 86400)]
    [InlineData("-1", null)]
    [InlineData("NaN", null)]
    [InlineData("1e9", null)]
    [InlineData("soon", null)]
    [InlineData("", null)]
    public void Retry_after_is_seconds_or_a_date(string text, double? seconds)
    {
        using var response = new HttpResponseMessage(HttpStatusCode.TooManyRequests);
        response.Headers.TryAddWithoutValidation("Retry-After", text);
        Assert.Equal(seconds, response.RetryAfter(_clock)?.TotalSeconds);
        Assert.Equal(seconds, response.ToPluginException(_clock).RetryAfter?.TotalSeconds);
    }

    [Fact]
    public void A_request_is_repeatable_by_its_method_and_its_content_or_because_it_was_said()
    {
        static HttpRequestMessage Request(HttpMethod method, HttpContent? content = null) => new(method, "https://a.example/") { Content = content };
        Assert.True(Request(HttpMethod.Get).IsRepeatable());
        Assert.True(Request(HttpMethod.Put, new StringContent("x")).IsRepeatable());
        Assert.True(Request(HttpMethod.Put, new MultipartContent { new StringContent("x") }).IsRepeatable());
        Assert.False(Request(HttpMethod.Put, new StreamContent(Stream.Null)).IsRepeatable());
        Assert.False(Request(HttpMethod.Post, new StringContent("x")).IsRepeatable());
        Assert.False(Request(HttpMethod.Patch).IsRepeatable());
        Assert.True(Request(HttpMethod.Post, new StringContent("x")).Repeatable().IsRepeatable());
    }
}
