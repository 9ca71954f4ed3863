using System.Globalization;
using System.Net;
using System.Text;
using System.Text.Json.Nodes;
using CustomerInsights.Host.Tests.Kit;
using CustomerInsights.Storage;

namespace CustomerInsights.Host.Tests.Events;

/// <summary>The door when the house is full, and what it makes of bytes that nobody should send.</summary>
public sealed class DoorFaultTests
{
    private const string Track = """{"userId":"u","event":"E","messageId":"m"}""";

    [Theory]
    [InlineData(200_001, 1)]
    [InlineData(300_000, 10)]
    [InlineData(10_000_000, 30)]
    public async Task A_projector_that_is_behind_is_told_as_429_with_a_time_to_come_again(long behind, int seconds)
    {
        var log = new DoorAlone.Log();
        await using var door = await DoorAlone.OpenAsync(log, new DoorAlone.Lag(behind));
        using var response = await door.PostAsync("track", Track);
        await AnswersAsync(response, HttpStatusCode.TooManyRequests, "Events come faster than they can be processed; nothing was taken.", seconds);
        Assert.Empty(log.Events);
    }

    [Fact]
    public async Task A_projector_at_its_limit_holds_nobody_up()
    {
        await using var door = await DoorAlone.OpenAsync(new DoorAlone.Log(), new DoorAlone.Lag(200_000));
        using var response = await door.PostAsync("track", Track);
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
    }

    [Fact]
    public async Task A_full_disk_is_told_as_503_and_never_as_success()
    {
        await using var door = await DoorAlone.OpenAsync(new DoorAlone.Log(new StoreFullException()), new DoorAlone.Lag());
        using var response = await door.PostAsync("batch", $$"""{"batch":[{{Track}}]}""");
        await AnswersAsync(response, HttpStatusCode.ServiceUnavailable, "There is no room on disk; nothing was taken.", 30);
    }

    [Fact]
    public async Task A_host_that_stops_tells_503()
    {
        await using var door = await DoorAlone.OpenAsync(new DoorAlone.Log(new ObjectDisposedException("log")), new DoorAlone.Lag());
        using var response = await door.PostAsync("track", Track);
        await AnswersAsync(response, HttpStatusCode.ServiceUnavailable, "The host is stopping; nothing was taken.", 5);
    }

    public static TheoryData<string, string> HalfTexts() => new()
    {
        { "track", """{"\ud800userId":1,"userId":"u","event":"E"}""" },
        { "track", """{"\ud800":1,"userId":"u","event":"E"}""" },
        { "track", """{"userId":"u","event":"E","context":{"\udc00":1}}""" },
        { "track", """{"userId":"u","event":"E","messageId":"\ud800"}""" },
        { "track", """{"userId":"u","event":"E","writeKey":"\ud800"}""" },
        { "track", """{"userId":"u","event":"E","sentAt":"\ud800"}""" },
        { "batch", """{"batch":[{"type":"\ud800","userId":"u"}]}""" },
        { "batch", """{"\ud800 of the batch":1,"batch":[{"type":"track","userId":"u","event":"E"}]}""" },
        { "batch", """{"context":{"\ud800 of the context":1},"batch":[{"type":"track","userId":"u","event":"E"}]}""" },
        { "batch", """{"context":{"ip":"\ud800"},"batch":[{"type":"track","userId":"u","event":"E"}]}""" },
        { "batch", """{"integrations":{"x":"\ud800"},"batch":[{"type":"track","userId":"u","event":"E"}]}""" },
        { "batch", """{"sentAt":"\ud800","batch":[{"type":"track","userId":"u","event":"E","sentAt":"\ud800"}]}""" },
    };

    [Theory]
    [MemberData(nameof(HalfTexts))]
    public async Task Half_a_character_anywhere_is_refused_with_a_reason(string route, string body)
    {
        var log = new DoorAlone.Log();
        await using var door = await DoorAlone.OpenAsync(log, new DoorAlone.Lag());
        using var response = await door.PostAsync(route, body);
        await NotTakenAsync(response, log, "half a character");
    }

    [Theory]
    [InlineData("track", "{\"userId\":\"\u00ff\",\"event\":\"E\"}")]
    [InlineData("track", "{\"\u00ff\":1,\"userId\":\"u\",\"event\":\"E\"}")]
    [InlineData("track", "{\"userId\":\"u\",\"event\":\"E\",\"properties\":{\"a\":{\"b\":[\"\u00c3\"]}}}")]
    [InlineData("batch", "{\"batch\":[{\"type\":\"track\",\"userId\":\"u\",\"event\":\"E\",\"messageId\":\"\u00ff\"}]}")]
    [InlineData("batch", "{\"context\":{\"\u00ff\":\"\u00ff\"},\"batch\":[{\"type\":\"track\",\"userId\":\"u\",\"event\":\"E\"}]}")]
    public async Task Bytes_that_are_no_UTF_8_are_refused_with_a_reason(string route, string latin)
    {
        var log = new DoorAlone.Log();
        await using var door = await DoorAlone.OpenAsync(log, new DoorAlone.Lag());
        using var response = await door.PostAsync(route, Encoding.Latin1.GetBytes(latin));
        await NotTakenAsync(response, log, "UTF-8");
    }

    [Fact]
    public async Task Of_a_name_that_stands_twice_the_last_value_holds()
    {
        var log = new DoorAlone.Log();
        await using var door = await DoorAlone.OpenAsync(log, new DoorAlone.Lag());
        using var response = await door.PostAsync("track", """{"userId":"a","userId":"b","event":"E","messageId":"1","messageId":"2","context":{"ip":"1.1.1.1"},"context":{"locale":"de"}}""");
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        var taken = Assert.Single(log.Events);
        Assert.Null(taken.Refused);
        Assert.Equal(("b", "2"), (taken.Event.GetProperty("userId").GetString(), taken.Event.GetProperty("messageId").GetString()));
        Assert.Equal("""{"locale":"de"}""", taken.Event.GetProperty("context").GetRawText());
    }

    [Fact]
    public async Task The_largest_event_and_the_largest_batch_are_taken()
    {
        var log = new DoorAlone.Log();
        await using var door = await DoorAlone.OpenAsync(log, new DoorAlone.Lag());
        var start = """{"userId":"u","event":"E","properties":{"x":" """;
        using var event1 = await door.PostAsync("track", start + new string('x', (32 * 1024) - start.Length - 3) + "\"}}");
        Assert.Equal(HttpStatusCode.OK, event1.StatusCode);
        var items = string.Join(',', Enumerable.Range(0, 2500).Select(i => string.Create(CultureInfo.InvariantCulture, $$"""{"type":"track","userId":"u{{i}}","event":"E","messageId":"m{{i}}"}""")));
        var batch = $$"""{"batch":[{{items}}],"x":" """;
        using var batch1 = await door.PostAsync("batch", batch + new string('x', (500 * 1024) - batch.Length - 2) + "\"}");
        Assert.Equal(HttpStatusCode.OK, batch1.StatusCode);
        Assert.Equal(2501, log.Events.Count);
        Assert.All(log.Events, one => Assert.Null(one.Refused));
    }

    [Fact]
    public async Task Who_asks_for_it_has_the_sender_s_address_noted()
    {
        var log = new DoorAlone.Log();
        await using var door = await DoorAlone.OpenAsync(log, new DoorAlone.Lag());
        using var response = await door.PostAsync("batch", """
            {"context":{"direct":true},"batch":[{"type":"track","userId":"u","event":"E"},{"type":"track","userId":"u","event":"E","context":{"ip":"10.1.2.3"}},
              {"type":"track","userId":"u","event":"E","context":{"direct":false}}]}
            """);
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.Equal(["127.0.0.1", "10.1.2.3", null], log.Events.Select(one => one.Event.GetProperty("context").TryGetProperty("ip", out var ip) ? ip.GetString() : null));
    }

    private static async Task AnswersAsync(HttpResponseMessage response, HttpStatusCode status, string message, int seconds)
    {
        Assert.Equal(status, response.StatusCode);
        var answer = JsonNode.Parse(await response.Content.ReadAsStringAsync())!;
        Assert.Equal((false, message), (answer["success"]!.GetValue<bool>(), answer.Text("message")));
        var text = seconds.ToString(CultureInfo.InvariantCulture);
        Assert.Equal((text, text), (response.Headers.GetValues("Retry-After").Single(), response.Headers.GetValues("X-RateLimit-Reset").Single()));
    }

    // Either the whole request is refused, or its events are written down as refused; never anything between.
    private static async Task NotTakenAsync(HttpResponseMessage response, DoorAlone.Log log, string why)
    {
        var text = await response.Content.ReadAsStringAsync();
        if (response.StatusCode == HttpStatusCode.OK)
        {
            Assert.Contains(why, Assert.Single(log.Events).Refused, StringComparison.Ordinal);
        }
        else
        {
            Assert.True(response.StatusCode == HttpStatusCode.BadRequest, $"{response.StatusCode}: {text}");
            Assert.Contains(why, JsonNode.Parse(text)!.Text("message"), StringComparison.Ordinal);
            Assert.Empty(log.Events);
        }
    }
}
