using System.Text;
using CustomerInsights.Core.Model;

namespace CustomerInsights.Storage.Tests.Contracts;

/// <summary>What every store must do. A store's tests inherit the suites and say how to open it.</summary>
public abstract class StoreContract : IAsyncLifetime
{
    protected static CancellationToken None => CancellationToken.None;

    protected IInsightsStore Store { get; private set; } = null!;

    protected ManualTime Time { get; } = new();

    public async Task InitializeAsync() => Store = await OpenAsync();

    public async Task DisposeAsync()
    {
        await Store.DisposeAsync();
        await CleanUpAsync();
    }

    /// <summary>Opens the store; a second call after a close gives the same data.</summary>
    protected abstract Task<IInsightsStore> OpenAsync();

    protected abstract Task CleanUpAsync();

    protected async Task ReopenAsync()
    {
        await Store.DisposeAsync();
        Store = await OpenAsync();
    }

    protected static byte[] Doc(string text) => Encoding.UTF8.GetBytes(text);

    protected static string Text(byte[]? document) => document is null ? "(deleted)" : Encoding.UTF8.GetString(document);

    protected static DateTimeOffset At(int seconds) => new DateTimeOffset(2026, 3, 1, 12, 0, 0, TimeSpan.Zero).AddSeconds(seconds);

    protected static ProfileId Id(int number) => new(new Guid(number, 0, 0x7000, [0x80, 0, 0, 0, 0, 0, 0, 1]));

    protected static async Task<List<T>> AllAsync<T>(IAsyncEnumerable<T> items)
    {
        var all = new List<T>();
        await foreach (var item in items)
        {
            all.Add(item);
        }

        return all;
    }

    /// <summary>Follows the cursors to the end with pages of that size.</summary>
    protected static async Task<List<T>> PagesAsync<T>(Func<string?, ValueTask<Page<T>>> page)
    {
        var all = new List<T>();
        string? next = null;
        do
        {
            var one = await page(next);
            all.AddRange(one.Items);
            next = one.Next;
        }
        while (next is not null);

        return all;
    }
}

/// <summary>A clock that the test moves. Time spans that the store measures for itself stay real.</summary>
public sealed class ManualTime : TimeProvider
{
    private DateTimeOffset _now = new(2026, 3, 1, 12, 0, 0, TimeSpan.Zero);

    public override DateTimeOffset GetUtcNow() => _now;

    public void Advance(TimeSpan by) => _now += by;
}
