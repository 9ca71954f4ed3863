using CustomerInsights.Sdk;

namespace CustomerInsights.Connectors.Files;

/// <summary>Tries one thing after another and keeps what came of it: a failure of the source is a result, not an exception.</summary>
internal sealed class ConnectionCheck
{
    private readonly List<CheckItem> _items = [];

    public CheckResult Result => new(_items);

    public T? Try<T>(string name, Func<T> action)
        where T : class
    {
        try
        {
            var result = action();
            _items.Add(new CheckItem(name, Ok: true));
            return result;
        }
        catch (PluginException error)
        {
            Fail(name, error);
            return null;
        }
    }

    public async ValueTask TryAsync<T>(string name, Func<ValueTask<T>> action)
    {
        try
        {
            await action().ConfigureAwait(false);
            _items.Add(new CheckItem(name, Ok: true));
        }
        catch (PluginException error)
        {
            Fail(name, error);
        }
    }

    private void Fail(string name, PluginException error) =>
        _items.Add(CheckItem.Failed(name, error));
}
