using CustomerInsights.Host.Platform;
using CustomerInsights.Host.Platform.Tables;
using Microsoft.AspNetCore.Http;

namespace CustomerInsights.Host.Tests.Tables;

public sealed class TableRequestTests
{
    [Theory]
    [InlineData("", null, null)]
    [InlineData("?format=csv", null, "Csv")]
    [InlineData("?format=json", "text/csv", "Json")]
    [InlineData("?format=jsonl", "text/csv", "JsonLines")]
    [InlineData("", "text/csv", "Csv")]
    [InlineData("", "TEXT/CSV; charset=utf-8", "Csv")]
    [InlineData("", "application/x-ndjson", "JsonLines")]
    [InlineData("", "application/json", null)]
    [InlineData("", "*/*", null)]
    [InlineData("", "text/csv, application/json", null)]
    [InlineData("", "text/csv, application/json;q=0.5, */*;q=0.1", "Csv")]
    [InlineData("", "application/json, text/csv;q=0.5", null)]
    [InlineData("", "text/csv;q=0", null)]
    [InlineData("", "text/html, text/csv;q=0.9", null)]
    [InlineData("", "nonsense", null)]
    public void The_parameter_wins_over_the_header_and_a_page_over_doubt(string query, string? accept, string? format) =>
        Assert.Equal(format, TableRequest.Of(Request(query, accept))?.Format.ToString());

    [Theory]
    [InlineData("?format=xml", "format")]
    [InlineData("?format=", "format")]
    [InlineData("?format=CSV", "format")]
    [InlineData("?format=csv&format=json", "format")]
    [InlineData("?format=csv&fields=", "fields")]
    [InlineData("?format=csv&fields=,,", "fields")]
    public void What_cannot_be_asked_is_named(string query, string parameter) =>
        Assert.Equal(parameter, Assert.Throws<BadParameterException>(() => TableRequest.Of(Request(query, null))).Parameter);

    [Fact]
    public void Fields_are_few_and_short_and_each_comes_once()
    {
        Assert.Equal(["a", "b.c"], TableRequest.Of(Request("?format=csv&fields=a,%20b.c,a", null))!.Fields!);
        Assert.Equal(["a", "b"], TableRequest.Of(Request("?format=csv&fields=a&fields=b", null))!.Fields!);
        Assert.Throws<BadParameterException>(() => TableRequest.Of(Request("?format=csv&fields=" + string.Join(',', Enumerable.Range(0, 101)), null)));
        Assert.Throws<BadParameterException>(() => TableRequest.Of(Request("?format=csv&fields=" + new string('x', 501), null)));
    }

    private static HttpRequest Request(string query, string? accept)
    {
        var request = new DefaultHttpContext().Request;
        request.QueryString = new QueryString(query);
        if (accept is not null)
        {
            request.Headers.Accept = accept;
        }

        return request;
    }
}
