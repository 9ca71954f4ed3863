using CustomerInsights.Sdk.Testing;
using Xunit;

namespace Acme.Tickets.Tests;

public sealed class ConformanceTests
{
    [Fact]
    public Task The_plugin_keeps_the_contract() => ConformanceKit.VerifyAsync(
        Path.Combine(AppContext.BaseDirectory, "plugin"), Path.Combine(AppContext.BaseDirectory, "test.json"), CancellationToken.None);
}
