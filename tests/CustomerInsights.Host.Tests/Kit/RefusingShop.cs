namespace CustomerInsights.Host.Tests.Kit;

/// <summary>One refreshed shop for all requests of a class that are refused, and so change nothing.</summary>
public sealed class RefusingShop : IAsyncLifetime
{
    private RunningApp? _app;

    internal RunningApp App => _app ?? throw new InvalidOperationException("The shop is not open.");

    /// <inheritdoc />
    public async Task InitializeAsync() => _app = await Shop.OpenAsync();

    /// <inheritdoc />
    public async Task DisposeAsync() => await App.DisposeAsync();
}
