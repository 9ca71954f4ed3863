using System.Globalization;
using System.Security.Cryptography;
using System.Text.Json;
using CustomerInsights.Plugins.Http;
using CustomerInsights.Plugins.Manifests;
using CustomerInsights.Plugins.Packaging;

namespace CustomerInsights.Plugins.Installing;

/// <summary>What a plugin asks for, in words that a person can accept or not.</summary>
public static class Capabilities
{
    /// <summary>The hash that names what was accepted.</summary>
    /// <param name="capabilities">What is asked for.</param>
    /// <returns>SHA-256 of its JSON with sorted lists, lower-case hex.</returns>
    public static string Hash(ManifestCapabilities capabilities)
    {
        ArgumentNullException.ThrowIfNull(capabilities);
        var sorted = capabilities with
        {
            Network = capabilities.Network is { } network ? network with { Hosts = [.. network.Hosts.Order(StringComparer.Ordinal)] } : null,
            ProfileFields = capabilities.ProfileFields is { } fields
                ? fields with { Read = [.. fields.Read.Order(StringComparer.Ordinal)], Write = [.. fields.Write.Order(StringComparer.Ordinal)] }
                : null,
        };
        return Convert.ToHexStringLower(SHA256.HashData(JsonSerializer.SerializeToUtf8Bytes(sorted, PackageJson.Options)));
    }

    /// <summary>One sentence for each thing that is asked for.</summary>
    /// <param name="capabilities">What is asked for.</param>
    /// <returns>The sentences; empty when nothing is asked for.</returns>
    public static IReadOnlyList<string> Describe(ManifestCapabilities capabilities)
    {
        ArgumentNullException.ThrowIfNull(capabilities);
        var words = new List<string>();
        words.AddRange((capabilities.Network?.Hosts ?? []).Select(host => AllowedHosts.SettingOf(host) is { } setting ? $"May contact the host that its setting '{setting}' names." : $"May contact {host}."));
        words.AddRange((capabilities.ProfileFields?.Read ?? []).Select(field => AllowedHosts.SettingOf(field) is { } setting ? $"Reads the profile field that its setting '{setting}' names." : $"Reads the profile field {field}."));
        words.AddRange((capabilities.ProfileFields?.Write ?? []).Select(field => $"Writes the profile field {field}."));
        Add(capabilities.Network?.RawSockets, "Opens network sockets by itself.", words);
        Add(capabilities.ProfileFields?.Pii, "Handles personal data.", words);
        Add(capabilities.Filesystem, "Uses files in the folders that you grant it.", words);
        Add(capabilities.Process, "Starts other programs.", words);
        Add(capabilities.NativeCode, "Brings native code, which nothing can hold back.", words);
        Add(capabilities.Storage.MaxBytes > new ManifestStorage().MaxBytes, string.Create(CultureInfo.InvariantCulture, $"Keeps up to {capabilities.Storage.MaxBytes:N0} bytes for each connection."), words);
        return words;
    }

    /// <summary>What a version asks for beyond an earlier one.</summary>
    /// <param name="before">What was accepted; null for nothing.</param>
    /// <param name="now">What is asked for.</param>
    /// <returns>The sentences that are new; empty when there is nothing to accept.</returns>
    public static IReadOnlyList<string> Wider(ManifestCapabilities? before, ManifestCapabilities now) =>
        [.. Describe(now).Except(before is null ? [] : Describe(before), StringComparer.Ordinal)];

    private static void Add(bool? asked, string sentence, List<string> words)
    {
        if (asked == true)
        {
            words.Add(sentence);
        }
    }
}
