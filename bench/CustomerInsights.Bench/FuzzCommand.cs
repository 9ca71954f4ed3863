using System.Globalization;
using CustomerInsights.Bench.Fuzz;
using CustomerInsights.Host.Tests.Identities;
using CustomerInsights.Plugins.Packaging;
using CustomerInsights.Plugins.Trust;
using CustomerInsights.Tests.Shared;

namespace CustomerInsights.Bench;

/// <summary>The long runs: <c>fuzz packages|manifests|catalogs|protocol|rules|identities [MINUTES [SEED [ROUND]]]</c>.</summary>
internal static class FuzzCommand
{
    internal static async Task<int> RunAsync(string[] arguments)
    {
        var minutes = arguments is [_, var first, ..] ? double.Parse(first, CultureInfo.InvariantCulture) : 10;
        var seed = arguments is [_, _, var second, ..] ? int.Parse(second, CultureInfo.InvariantCulture) : 1;
        int? only = arguments is [_, _, _, var third, ..] ? int.Parse(third, CultureInfo.InvariantCulture) : null;
        switch (arguments.FirstOrDefault())
        {
            case "packages":
                await PackagesAsync(seed, minutes, only);
                return 0;
            case "manifests":
                var manifests = new ManifestFuzz(await File.ReadAllTextAsync(Path.Combine(RepositoryRoot.Path, "plugin-manifest.schema.json")));
                await FuzzRun.RunAsync("manifests", manifests.RoundAsync, () => manifests.Refused, seed, minutes, only);
                return 0;
            case "catalogs":
                using (var catalogs = new CatalogFuzz())
                {
                    await FuzzRun.RunAsync("catalogs", catalogs.RoundAsync, () => catalogs.Refused, seed, minutes, only);
                }

                return 0;
            case "protocol":
                var protocol = new ProtocolFuzz();
                await FuzzRun.RunAsync("protocol", protocol.RoundAsync, () => protocol.Refused, seed, minutes, only);
                return 0;
            case "rules":
                var rules = new RuleFuzz();
                await FuzzRun.RunAsync("rules", rules.RoundAsync, () => rules.Refused, seed, minutes, only);
                return 0;
            case "identities":
                var identities = new IdentityFuzz();
                await FuzzRun.RunAsync("identities", identities.RoundAsync, () => identities.Merged, seed, minutes, only, TimeSpan.FromMinutes(5));
                return 0;
            default:
                await Console.Error.WriteLineAsync("fuzz packages, manifests, catalogs, protocol, rules or identities.");
                return 2;
        }
    }

    private static string Package => Path.Combine(AppContext.BaseDirectory, "bench-plugins", "test.fast", "1.0.0");

    private static async Task PackagesAsync(int seed, double minutes, int? only)
    {
        var folder = Directory.CreateTempSubdirectory("ci-fuzz-").FullName;
        try
        {
            using var key = SigningKey.Create("fuzz-2026a");
            var file = Path.Combine(folder, "fast.ciplugin");
            await PackageWriter.PackAsync(Package, file, key, DateTimeOffset.UnixEpoch, CancellationToken.None);
            var fuzz = new PackageFuzz(await File.ReadAllBytesAsync(file), Path.Combine(folder, "out"));
            await FuzzRun.RunAsync("packages", (one, round) => fuzz.RoundAsync(one, round, CancellationToken.None), () => fuzz.Refused, seed, minutes, only);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }
}
