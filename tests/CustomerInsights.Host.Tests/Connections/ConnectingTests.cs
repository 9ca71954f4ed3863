using System.Text.Json;
using CustomerInsights.Host.Features.Metadata;

namespace CustomerInsights.Host.Tests.Connections;

/// <summary>The settings of a connection and of who uses it, put together.</summary>
public sealed class ConnectingTests
{
    [Fact]
    public void Settings_are_joined_and_the_secrets_of_the_connection_stay_its_own()
    {
        var (settings, faults) = Merge("""{"path":"a","key":{"$secret":"own"}}""", """{"url":"https://x.example","deep":[{"token":{"$secret":"token"}}],"none":null}""");
        Assert.Empty(faults);
        Assert.Equal("""{"url":"https://x.example","deep":[{"token":{"$secret":"connection/crm/token"}}],"none":null,"path":"a","key":{"$secret":"own"}}""", settings.GetRawText());
        Assert.Equal(("connection/crm", "token"), Connecting.Owner("export/mine", "connection/crm/token"));
        Assert.Equal(("export/mine", "own"), Connecting.Owner("export/mine", "own"));
    }

    [Theory]
    [InlineData("""{"url":"https://evil.example"}""", "crm", "acme", "/settings/url connection")]
    [InlineData("""{"key":{"$secret":"connection/crm/token"}}""", "crm", "acme", "/settings secret")]
    [InlineData("""{"deep":[{"$secret":"connection/other/token"}]}""", null, "acme", "/settings secret")]
    [InlineData("{}", "cmr", "acme", "/connection unknown")]
    [InlineData("{}", "crm", "other", "/connection plugin")]
    public void What_does_not_fit_together_is_refused_with_its_place(string own, string? connection, string plugin, string fault)
    {
        var found = Assert.Single(Merge(own, """{"url":"https://x.example","token":{"$secret":"token"}}""", connection, plugin).Faults);
        Assert.Equal(fault, $"{found.Pointer} {found.Code}");
    }

    private static (JsonElement Settings, IReadOnlyList<Platform.Fault> Faults) Merge(string own, string connection, string? name = "crm", string plugin = "acme") => Connecting.Merge(
        new SourceDocument { Plugin = plugin, Connection = name, Settings = JsonDocument.Parse(own).RootElement },
        new Dictionary<string, ConnectionDocument> { ["crm"] = new() { Plugin = "acme", Settings = JsonDocument.Parse(connection).RootElement } });
}
