using System.Text.Json.Nodes;
using CustomerInsights.Plugins.Manifests;
using CustomerInsights.Plugins.Tests.Kit;

namespace CustomerInsights.Plugins.Tests.Manifests;

public sealed class ManifestTests
{
    private const string Good = """
        {
          "manifestVersion": 1, "id": "acme.shop-source", "version": "2.3.1", "name": "Acme Shop", "summary": "Customers and orders.",
          "publisher": { "id": "acme", "name": "Acme GmbH", "url": "https://acme.example" }, "license": "Apache-2.0",
          "icon": "assets/icon.svg", "readme": "README.md", "changelog": "CHANGELOG.md",
          "sdk": "[1.0.0,2.0.0)", "host": "[0.1.0,)", "runtime": { "framework": "net10.0", "rids": ["any"] },
          "entry": { "assembly": "lib/Acme.Shop.dll" },
          "contributes": [ { "kind": "connector", "id": "shop", "type": "Acme.Shop.ShopSource", "configSchema": "schema/shop.json", "configVersion": 2, "supports": ["incremental"] } ],
          "isolation": { "supported": ["inProcess", "process"], "preferred": "process" },
          "capabilities": { "network": { "hosts": ["api.acme.example", "${config.baseUrl}"] }, "storage": { "maxBytes": 1048576 }, "profileFields": { "read": ["email"] } },
          "limits": { "checkSeconds": 30, "silenceSeconds": 600 },
          "releases": { "channel": "stable", "stateVersion": 2, "readsStateFrom": 1, "breaking": [ { "version": "2.0.0", "message": "total is a decimal", "deadline": "2027-03-01" } ] },
          "x-note": "kept for the author"
        }
        """;

    [Fact]
    public void The_example_of_the_design_is_read_whole()
    {
        var (manifest, problems) = PackageReader.ReadManifest(Good);
        Assert.Empty(problems);
        Assert.Equal("acme.shop-source", manifest!.Id);
        Assert.Equal(2, manifest.Contributes[0].ConfigVersion);
        Assert.Equal(IsolationMode.Process, manifest.Isolation.Preferred);
        Assert.Equal(600, manifest.Limits.SilenceSeconds);
        Assert.Equal("total is a decimal", manifest.Releases.Breaking[0].Message);
        Assert.False(manifest.Capabilities.Filesystem);
    }

    [Fact]
    public void What_is_not_said_has_the_documented_defaults()
    {
        var (manifest, _) = PackageReader.ReadManifest(Edited(json =>
        {
            foreach (var name in new[] { "isolation", "capabilities", "limits", "releases", "host", "runtime", "icon" })
            {
                json.Remove(name);
            }

            json["contributes"]![0]!.AsObject().Remove("configVersion");
        }));
        Assert.Equal(1, manifest!.Contributes[0].ConfigVersion);
        Assert.Equal([IsolationMode.InProcess], manifest.Isolation.Supported);
        Assert.Equal(1024 * 1024, manifest.Capabilities.Storage.MaxBytes);
        Assert.Equal("stable", manifest.Releases.Channel);
        Assert.Empty(manifest.Links);
    }

    [Theory]
    [InlineData("/contributes/0/kind", "\"conector\"", "/contributes/0/kind: 'conector' is not one of connector, enrichment, export; did you mean 'connector'?")]
    [InlineData("/id", "\"Acme\"", "/id: 'Acme' does not match ^[a-z0-9]+(-[a-z0-9]+)*\\.[a-z0-9]+(-[a-z0-9]+)*$ (publisher.name; never changes).")]
    [InlineData("/sdk", "\"[0.9.0,)\"", "/sdk: '[0.9.0,)' does not match ^\\[\\d+\\.\\d+\\.\\d+,\\d+\\.0\\.0\\)$ (half-open interval within one major, lower bound = the SDK compiled against: [1.0.0,2.0.0)).")]
    [InlineData("/sdk", "\"[2.0.0,1.0.0)\"", "/sdk: '[2.0.0,1.0.0)' is not a half-open range such as [1.0.0,2.0.0).")]
    [InlineData("/entry/assembly", "\"../evil.dll\"", "/entry/assembly: '../evil.dll' does not match ^(?!/)(?!.*\\.\\.)(?!.*\\\\)[^:\\u0000-\\u001f]+$ (relative path inside the package, with /, without ..).")]
    [InlineData("/contributes/0/configSchema", "\"a\\n/../../secret.json\"", "/contributes/0/configSchema: 'a /../../secret.json' does not match ^(?!/)(?!.*\\.\\.)(?!.*\\\\)[^:\\u0000-\\u001f]+$ (relative path inside the package, with /, without ..).")]
    [InlineData("/entry/assembly", "\"Acme.Shop.dll\"", "/entry/assembly: 'Acme.Shop.dll' does not match ^lib/[^/]+\\.dll$ (the main assembly, directly in lib/: lib/Acme.Shop.dll).")]
    [InlineData("/versoin", "\"1.0.0\"", "/versoin: 'versoin' is not known here; did you mean 'version'?")]
    [InlineData("/name", null, "(document): 'name' (for people) is missing; add it.")]
    [InlineData("/contributes", "[]", "/contributes: The list has 0 entries; it needs at least 1.")]
    [InlineData("/publisher/id", "\"other\"", "/publisher/id: 'other' is not the first part of the id 'acme.shop-source'; write 'acme'.")]
    [InlineData("/isolation/supported", "[\"inProcess\"]", "/isolation/preferred: 'process' is preferred but not among 'supported'; add it there.")]
    [InlineData("/capabilities/network/hosts", "[\"api.acme.example\", \"api.acme.example:70000\"]", "/capabilities/network/hosts/1: 'api.acme.example:70000' is not a host; write a name, perhaps with *. before it or a port from 1 to 65535 behind it, such as api.example.com.")]
    [InlineData("/manifestVersion", "2", "/manifestVersion: Must be 1, found 2.")]
    public void A_mistake_is_told_with_its_place_its_rule_and_a_way_out(string pointer, string? value, string message)
    {
        var (manifest, problems) = PackageReader.ReadManifest(Edited(json => Set(json, pointer, value)));
        Assert.Null(manifest);
        Assert.Equal(message, problems.First(problem => !problem.IsWarning).ToString());
    }

    [Fact]
    public void Half_a_character_is_refused_though_the_parser_lets_it_through()
    {
        var (manifest, problems) = PackageReader.ReadManifest(Good.Replace("Acme Shop", "half \\ud83d", StringComparison.Ordinal));
        Assert.Null(manifest);
        Assert.Equal("(document): A text at line 2 holds half a character (an escape between \\ud800 and \\udfff without its other half); remove it.", Assert.Single(problems).ToString());
    }

    [Fact]
    public void A_number_that_is_too_large_to_be_one_is_refused_with_its_place()
    {
        var (manifest, problems) = PackageReader.ReadManifest(Edited(json => Set(json, "/releases/stateVersion", "99999999999")));
        Assert.Null(manifest);
        Assert.Equal("/releases/stateVersion: 99999999999 is too large; at most 1000000.", Assert.Single(problems).ToString());
    }

    [Fact]
    public void Native_code_must_not_prefer_to_run_in_process()
    {
        var (manifest, problems) = PackageReader.ReadManifest(Edited(json =>
        {
            json["capabilities"]!["nativeCode"] = true;
            json["isolation"]!["preferred"] = "inProcess";
        }));
        Assert.Null(manifest);
        Assert.Equal(
            "/isolation/preferred: 'inProcess' is not allowed here (native code cannot be unloaded, so it never runs in process; prefer process).",
            Assert.Single(problems).ToString());
    }

    [Fact]
    public void Two_components_of_one_kind_and_name_are_refused()
    {
        var (_, problems) = PackageReader.ReadManifest(Edited(json => json["contributes"]!.AsArray().Add(json["contributes"]![0]!.DeepClone())));
        Assert.Equal("/contributes/1/id: 'shop' is there twice among the components of kind connector; ids are unique by kind.", Assert.Single(problems).ToString());
    }

    [Fact]
    public async Task A_package_is_held_to_its_folder_and_its_files()
    {
        await using var sandbox = new PluginSandbox();
        var folder = sandbox.Add("test.healthy", manifest => manifest["contributes"]![0]!["configSchema"] = "schema/missing.json");
        Directory.Move(folder, folder.Replace("1.0.0", "1.0.1", StringComparison.Ordinal));
        folder = folder.Replace("1.0.0", "1.0.1", StringComparison.Ordinal);
        File.WriteAllText(Path.Combine(folder, "schema", "empty.json"), """{"typ":"object"}""");
        File.Delete(Path.Combine(folder, "lib", "Healthy.dll"));
        var package = await PackageReader.ReadAsync(folder, default);
        Assert.False(package.IsUsable);
        var said = package.Problems.Select(problem => problem.ToString()).ToList();
        Assert.Equal("/version: The manifest says '1.0.0', the folder says '1.0.1'; they must be equal (<root>/<id>/<version>/).", said[0]);
        Assert.Equal("/entry/assembly: 'lib/Healthy.dll' is not in the package; publish the plugin into lib/.", said[1]);
        Assert.Equal($"/contributes/0/configSchema: 'schema/missing.json' is not in the package {folder}.", said[2]);
        Assert.Equal("/contributes/1/configSchema: schema/empty.json at '/typ': The keyword 'typ' is not supported; did you mean 'type'?", said[3]);
    }

    [Fact]
    public async Task A_folder_without_a_manifest_says_so()
    {
        await using var sandbox = new PluginSandbox();
        var folder = Directory.CreateDirectory(Path.Combine(sandbox.Root, "test.empty", "1.0.0")).FullName;
        var package = await PackageReader.ReadAsync(folder, default);
        Assert.Equal($"(document): 'plugin.json' is not in the package {folder}.", Assert.Single(package.Problems).ToString());
    }

    private static string Edited(Action<JsonObject> edit)
    {
        var json = JsonNode.Parse(Good)!.AsObject();
        edit(json);
        return json.ToJsonString();
    }

    private static void Set(JsonNode json, string pointer, string? value)
    {
        var steps = pointer.Split('/')[1..];
        var parent = steps[..^1].Aggregate(json, (node, step) => int.TryParse(step, out var index) ? node[index]! : node[step]!);
        if (value is null)
        {
            parent.AsObject().Remove(steps[^1]);
        }
        else
        {
            parent[steps[^1]] = JsonNode.Parse(value);
        }
    }
}
