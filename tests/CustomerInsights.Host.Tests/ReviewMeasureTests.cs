using System.Net;
using CustomerInsights.Host.Tests.Kit;

namespace CustomerInsights.Host.Tests;

/// <summary>Measures that build on each other; found in review.</summary>
public sealed class ReviewMeasureTests
{
    [Fact]
    public async Task A_rank_of_a_measure_is_right_at_the_first_refresh_and_stays()
    {
        await using var app = await Shop.OpenAsync();
        Assert.Equal(HttpStatusCode.Created, (await app.SendTextAsync(HttpMethod.Put, "/measures/value", """{"expression":"spend * 2"}""")).Status);
        Assert.Equal(HttpStatusCode.Created, (await app.SendTextAsync(HttpMethod.Put, "/measures/a_rank", """{"expression":"percentile_rank(value)"}""")).Status);
        await app.SucceedAsync();
        Assert.Equal(100, (await app.ProfileOfAsync("C1"))["measures"]!["a_rank"]!.GetValue<double>());
        Assert.Equal(0, (await app.SucceedAsync())["result"]!["changed"]!.GetValue<int>());
    }
}
