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
    public static async Task<CheckResult> RunAsync(
        Func<DataverseConnection> read, IPluginContext context, (string Name, string Path) see, CancellationToken cancellationToken)
    {
        var items = new List<CheckItem>();
        var tried = "Settings are right";
        try
        {
            using var client = new DataverseClient(read(), context);
            Done("Sign-in works (WhoAmI)");
            await client.WhoAmIAsync(cancellationToken).ConfigureAwait(false);
            Done(see.Name);
            await client.GetAsync(see.Path, cancellationToken).ConfigureAwait(false);
            Done("");
        }
        catch (PluginException error)
        {
            items.Add(new CheckItem(tried, Ok: false, error.Message) { Kind = error.Kind, ConfigurationPath = error.ConfigurationPath });
        }

        return new CheckResult(items);

        void Done(string next)
        {
            items.Add(new CheckItem(tried, Ok: true));
            tried = next;
        }
    }
}
