namespace CustomerInsights.DynamicsPlugins.Tests;

/// <summary>A published client through node, from tests/emulators/client.</summary>
internal static class PublishedClient
{
    private static readonly NodePackage s_client = new("tests/emulators/client", "The client is run");

    /// <summary>Runs a script and gives what it prints.</summary>
    public static Task<string> RunAsync(string script, params string[] arguments) => s_client.RunAsync(script, arguments);
}
