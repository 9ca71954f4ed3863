using CustomerInsights.Plugins.Packaging;
using CustomerInsights.Plugins.Trust;

namespace CustomerInsights.PluginTool;

/// <summary>The short commands; each gives what to print.</summary>
internal static class Commands
{
    internal static async Task<string> KeygenAsync(string keyId, string file, CancellationToken cancellationToken)
    {
        using var key = SigningKey.Create(keyId);
        await key.WriteAsync(file, cancellationToken);
        return $$"""{ "keyId": "{{key.KeyId}}", "spki": "{{key.Public.Spki}}" }""";
    }

    internal static async Task<string> PackAsync(string folder, string output, string? keyFile, CancellationToken cancellationToken)
    {
        using var key = keyFile is null ? null : await SigningKey.ReadAsync(keyFile, cancellationToken);
        var files = await PackageWriter.PackAsync(folder, output, key, TimeProvider.System.GetUtcNow(), cancellationToken);
        return $"{files.Id} {files.Version}: {files.Files.Count} files, {(key is null ? "not signed" : $"signed by {key.KeyId}")}, {output}";
    }
}
