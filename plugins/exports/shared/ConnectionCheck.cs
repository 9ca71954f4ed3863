using CustomerInsights.Sdk;

namespace CustomerInsights.Exports.Dataverse;

/// <summary>Tries a connection without changing anything: settings, sign-in, <c>WhoAmI</c>.</summary>
internal static class ConnectionCheck
{
    /// <summary>Tries it.</summary>
    /// <param name="read">Reads the settings.</param>
    /// <param name="context">The host's services.</param>
    /// <param name="see">What must be readable beside, and its name for people.</param>
    /// <param name="cancellationToken">Ends it.</param>
    public static Task<CheckResult> RunAsync(
        Func<DataverseConnection> read, IPluginContext context, (string Name, string Path) see, CancellationToken cancellationToken) =>
        RunAsync(read, context, [(see.Name, (client, token) => client.GetAsync(see.Path, token))], cancellationToken);

    /// <summary>Tries it.</summary>
    /// <param name="read">Reads the settings.</param>
    /// <param name="context">The host's services.</param>
    /// <param name="more">What is tried beside, in order, and its name for people.</param>
    /// <param name="cancellationToken">Ends it.</param>
    public static async Task<CheckResult> RunAsync(
        Func<DataverseConnection> read, IPluginContext context, IEnumerable<(string Name, Func<DataverseClient, CancellationToken, Task> Try)> more, CancellationToken cancellationToken)
    {
        var items = new List<CheckItem>();
        var tried = "Settings are right";
        try
        {
            using var client = new DataverseClient(read(), context);
            Done("Sign-in works (WhoAmI)");
            await client.WhoAmIAsync(cancellationToken).ConfigureAwait(false);
            foreach (var (name, step) in more)
            {
                Done(name);
                await step(client, cancellationToken).ConfigureAwait(false);
            }

            Done("");
        }
        catch (PluginException error)
        {
            items.Add(CheckItem.Failed(tried, error));
        }

        return new CheckResult(items);

        void Done(string next)
        {
            items.Add(new CheckItem(tried, Ok: true));
            tried = next;
        }
    }
}
