using System.Diagnostics.CodeAnalysis;
using System.Text;
using CustomerInsights.Plugins.Installing;
using CustomerInsights.Plugins.Manifests;
using CustomerInsights.Plugins.Schema;

namespace CustomerInsights.Bench.Fuzz;

/// <summary>
/// Mutated manifests and mutated schemas against the validator. Each manifest is refused with clear problems, or is one that everything
/// after the validator can use; each schema is refused, or judges any document in bounded time.
/// </summary>
[SuppressMessage("Security", "CA5394", Justification = "A generator of test data must be repeatable, not secret.")]
internal sealed class ManifestFuzz(string schema)
{
    // Every member once: what is not there cannot be mutated.
    private const string Sample =
        """
        {
          "$schema": "urn:customer-insights:plugin-manifest:1", "manifestVersion": 1, "id": "acme.shop-source", "version": "2.3.1", "name": "Acme Shop", "summary": "Customers and orders.",
          "publisher": { "id": "acme", "name": "Acme GmbH", "url": "https://acme.example", "support": "help@acme.example" }, "license": "Apache-2.0", "links": { "docs": "https://acme.example/docs" },
          "icon": "assets/icon.svg", "readme": "README.md", "changelog": "CHANGELOG.md", "keywords": [ "shop", "orders" ],
          "sdk": "[1.0.0,2.0.0)", "host": "[0.1.0,)", "runtime": { "framework": "net10.0", "rids": [ "any" ] }, "entry": { "assembly": "lib/Acme.Shop.dll", "startup": "Acme.Shop.Startup" },
          "contributes": [ { "kind": "connector", "id": "shop", "type": "Acme.Shop.ShopSource", "title": "Acme Shop", "configSchema": "schema/shop.json", "configVersion": 2, "supports": [ "incremental", "deletes" ] } ],
          "isolation": { "supported": [ "inProcess", "process", "sandboxedProcess" ], "preferred": "process", "reason": "because" },
          "capabilities": { "network": { "hosts": [ "api.acme.example", "*.acme.example", "${config.baseUrl}" ], "rawSockets": false }, "profileFields": { "read": [ "email" ], "write": [ "acme.tier" ], "pii": true },
            "storage": { "maxBytes": 1048576 }, "filesystem": true, "process": false, "nativeCode": false },
          "limits": { "memoryMb": 256, "cpuShare": 0.5, "checkSeconds": 30, "discoverSeconds": 60, "silenceSeconds": 600, "concurrency": 4, "requestsPerMinute": 600 },
          "releases": { "channel": "stable", "stateVersion": 2, "readsStateFrom": 1, "breaking": [ { "version": "2.0.0", "message": "total is a decimal", "migration": "https://acme.example/2", "streams": [ "orders" ], "deadline": "2027-03-01" } ] },
          "x-ours": 1
        }
        """;

    internal int Refused { get; private set; }

    internal Task RoundAsync(int seed, int round)
    {
        var random = Refusal.Generator(seed, round);
        try
        {
            var text = Encoding.UTF8.GetString(JsonMutations.Apply(Sample, random));
            Manifest(text);
            Schema(Encoding.UTF8.GetString(JsonMutations.Apply(schema, random)), text);
        }
        catch (Exception error)
        {
            throw Refusal.Find(seed, round, error);
        }

        return Task.CompletedTask;
    }

    private void Manifest(string text)
    {
        var (read, problems) = PackageReader.ReadManifest(text);
        Expect(problems.Where(problem => !problem.IsWarning).Any() == (read is null), "there is either a manifest or a problem");
        foreach (var problem in problems)
        {
            Expect(Refusal.IsClear(problem.Message), $"a clear message, not '{problem.Message}'");
            Expect(problem.Pointer.Length == 0 || problem.Pointer[0] == '/', $"a pointer, not '{problem.Pointer}'");
        }

        if (read is null)
        {
            Refused++;
            return;
        }

        // What the host does with every manifest that has passed.
        VersionRange.Parse(read.Sdk);
        SemanticVersion.Parse(read.Version);
        Expect(PluginIds.IsId(read.Id), "an id");
        Expect(Capabilities.Describe(read.Capabilities).Count < 10_000 && Capabilities.Hash(read.Capabilities).Length == 64, "capabilities that can be shown");
        foreach (var path in read.Contributes.Select(one => one.ConfigSchema).Append(read.Entry.Assembly).Concat(new[] { read.Icon, read.Readme, read.Changelog }.OfType<string>()))
        {
            Expect(!path.Split('/', '\\').Contains("..") && !Path.IsPathRooted(path) && !path.Contains('\0', StringComparison.Ordinal), $"a path within the package, not '{path}'");
        }
    }

    private void Schema(string text, string instance)
    {
        try
        {
            foreach (var problem in JsonSchema.Load(text).Validate(instance))
            {
                Expect(Refusal.IsClear(problem.Message), $"a clear message, not '{problem.Message}'");
            }
        }
        catch (SchemaException error)
        {
            Refused++;
            Expect(error.Problems.Count > 0 && error.Problems.All(problem => Refusal.IsClear(problem.Message)), $"a clear refusal, not '{error.Message}'");
        }
    }

    private static void Expect(bool holds, string what)
    {
        if (!holds)
        {
            throw new InvalidOperationException($"Expected {what}.");
        }
    }
}
