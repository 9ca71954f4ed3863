using System.CommandLine;
using CustomerInsights.Plugins.Trust;

namespace CustomerInsights.PluginTool.Commands;

/// <summary><c>ci-plugin keygen</c>.</summary>
internal static class KeygenCommand
{
    internal static Command Create()
    {
        var id = new Argument<string>("key-id") { Description = "The key's name, such as acme-2026a." };
        var file = new Argument<string>("file") { Description = "Where to keep the private key. Guard it; it is written for its owner alone." };
        return new Command("keygen", "Makes a signing key and prints its public half, for trust.json and catalogs.") { id, file }
            .Does((parsed, cancellationToken) => RunAsync(parsed.GetRequiredValue(id), parsed.GetRequiredValue(file), cancellationToken));
    }

    private static async Task<int> RunAsync(string id, string file, CancellationToken cancellationToken)
    {
        if (File.Exists(file))
        {
            throw new ToolException($"{file} exists. A key that was lost cannot be made again; name another file.");
        }

        using var key = SigningKey.Create(id);
        await key.WriteAsync(file, cancellationToken);
        await Console.Out.WriteLineAsync($$"""{ "keyId": "{{key.KeyId}}", "spki": "{{key.Public.Spki}}" }""");
        return ExitCodes.Done;
    }
}
