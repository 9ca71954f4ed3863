using System.IO.Compression;
using System.Text.Json.Nodes;
using CustomerInsights.Acceptance.Tests.Kit;

namespace CustomerInsights.Acceptance.Tests;

/// <summary>Each command of <c>ci-plugin</c> as a process: what it prints, what it ends with, what it leaves.</summary>
[Collection(AuthorsMachineGroup.Name)]
public sealed class CommandTests(AuthorsMachine machine) : IAsyncLifetime
{
    private const string Folder = "commands";

    private string Plugin => Path.Combine(machine.Folder, Folder, "shop");

    private string Package => Path.Combine(Plugin, "bin", "acme.shop-0.1.0.ciplugin");

    public async Task InitializeAsync()
    {
        if (!Directory.Exists(Plugin))
        {
            (await machine.CiPluginAsync(machine.Below(Folder), "new", "connector", "shop")).Ended(0);
            (await machine.CiPluginAsync(Plugin, "pack")).Ended(0).Said("acme.shop 0.1.0: 8 files, not signed, bin/acme.shop-0.1.0.ciplugin");
        }
    }

    public Task DisposeAsync() => Task.CompletedTask;

    [Fact]
    public async Task Help_names_every_command_and_a_wrong_command_line_ends_with_2()
    {
        var help = (await machine.CiPluginAsync(Plugin, "--help")).Ended(0).Output;
        Assert.All((string[])["new", "test", "run", "serve", "doctor", "pack", "keygen", "sign", "publish-local"], command => Assert.Contains($"  {command} ", help, StringComparison.Ordinal));
        (await machine.CiPluginAsync(Plugin, "bogus")).Ended(2);
        (await machine.CiPluginAsync(Plugin, "new", "gadget", "shop")).Ended(2).Said("connector");
    }

    [Fact]
    public async Task New_refuses_what_cannot_be_a_name_and_what_lies_there()
    {
        (await machine.CiPluginAsync(Plugin, "new", "export", "9 lives")).Ended(1).Said("'9 lives' cannot be a plugin's name. Begin with a letter");
        (await machine.CiPluginAsync(Plugin, "new", "export", "lives", "--publisher", "Acme GmbH")).Ended(1).Said("'Acme GmbH' cannot be a publisher's id.");
        (await machine.CiPluginAsync(Plugin, "new", "export", "lives", "--out", ".")).Ended(1).Said("is not empty; name another folder with --out.");
        (await machine.CiPluginAsync(Plugin, "new", "export", "lives", "--feed", "nowhere")).Ended(1).Said("There is no folder nowhere.");
    }

    [Fact]
    public async Task A_packed_project_says_what_it_was_built_against_and_packs_to_the_same_bytes()
    {
        await using (var zip = await ZipFile.OpenReadAsync(Package))
        {
            await using var entry = await zip.GetEntry("plugin.json")!.OpenAsync();
            var manifest = (await JsonNode.ParseAsync(entry))!;
            Assert.Equal("1.0.0", manifest["build"]!["sdkVersion"]!.GetValue<string>());
            Assert.Equal("[1.0.0,2.0.0)", manifest["sdk"]!.GetValue<string>());
            Assert.DoesNotContain(zip.Entries, one => one.Name is "CustomerInsights.Sdk.dll" or "Microsoft.Extensions.Logging.Abstractions.dll");
        }

        var again = Path.Combine(machine.Folder, Folder, "again.ciplugin");
        (await machine.CiPluginAsync(Plugin, "pack", "--out", again)).Ended(0);
        Assert.Equal(await File.ReadAllBytesAsync(Package), await File.ReadAllBytesAsync(again));

        // A package's folder is packed as it is.
        (await machine.CiPluginAsync(Plugin, "pack", Path.Combine("bin", "package", "acme.shop", "0.1.0"), "--out", again)).Ended(0).Said("8 files");
        Assert.Equal(await File.ReadAllBytesAsync(Package), await File.ReadAllBytesAsync(again));
        (await machine.CiPluginAsync(Plugin, "pack", machine.Folder, "--out", again)).Ended(1).Said("is no plugin. Name a project's folder");
    }

    [Fact]
    public async Task A_package_is_signed_with_a_key_from_a_file_or_from_the_environment()
    {
        var folder = machine.Below("signing");
        var package = Path.Combine(folder, "shop.ciplugin");
        File.Copy(Package, package);
        (await machine.CiPluginAsync(folder, "sign", package)).Ended(1).Said("A key is needed: --key FILE, or --key-env VARIABLE.");
        (await machine.CiPluginAsync(folder, "sign", package, "--key", "none.json")).Ended(1).Said("There is no key in none.json. Make one with 'ci-plugin keygen");
        var made = JsonNode.Parse((await machine.CiPluginAsync(folder, "keygen", "acme-1", "a.json")).Ended(0).Output)!;
        Assert.Equal("acme-1", made["keyId"]!.GetValue<string>());
        (await machine.CiPluginAsync(folder, "keygen", "acme-1", "a.json")).Ended(1).Said("a.json exists.");
        (await machine.CiPluginAsync(folder, "keygen", "acme-2", "b.json")).Ended(0);

        (await machine.CiPluginAsync(folder, "sign", package, "--key", "a.json")).Ended(0).Said("acme.shop 0.1.0: signed by acme-1");
        var once = await File.ReadAllBytesAsync(package);
        (await machine.CiPluginAsync(folder, "sign", package, "--key", "a.json")).Ended(0);
        Assert.Equal(once, await File.ReadAllBytesAsync(package));

        var start = machine.Start(Path.Combine(machine.Folder, "tools", "ci-plugin"), folder, "sign", package, "--key-env", "RELEASE_KEY");
        (await Ran.ToEndAsync(start)).Ended(1).Said("The environment variable RELEASE_KEY is not set");
        start.Environment["RELEASE_KEY"] = await File.ReadAllTextAsync(Path.Combine(folder, "b.json"));
        (await Ran.ToEndAsync(start)).Ended(0).Said("signed by acme-2");
        await using var zip = await ZipFile.OpenReadAsync(package);
        await using var entry = await zip.GetEntry("META/signature.json")!.OpenAsync();
        Assert.Equal(["acme-1", "acme-2"], (await JsonNode.ParseAsync(entry))!.AsArray().Select(one => one!["keyId"]!.GetValue<string>()));

        start.Environment["RELEASE_KEY"] = """{ "keyId": "acme-3", "pkcs8": "bm8ga2V5" }""";
        var refused = (await Ran.ToEndAsync(start)).Ended(1).Said("The environment variable RELEASE_KEY does not hold a private key");
        Assert.DoesNotContain("bm8ga2V5", refused.Errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_catalog_grows_with_what_is_published_and_holds_only_what_is_named_with_replace()
    {
        var folder = machine.Below("publishing");
        (await machine.CiPluginAsync(folder, "publish-local", "feed", Package, "--key", "key.json")).Ended(0).Said("with 1 package, signed by dev-");
        var first = await File.ReadAllTextAsync(Path.Combine(folder, "feed", "catalog.json"));
        (await machine.CiPluginAsync(folder, "publish-local", "feed", Package, "--key", "key.json")).Ended(0).Said("feed is as it should be: 1 package.");
        Assert.Equal(first, await File.ReadAllTextAsync(Path.Combine(folder, "feed", "catalog.json")));

        (await machine.CiPluginAsync(folder, "new", "export", "list")).Ended(0);
        (await machine.CiPluginAsync(Path.Combine(folder, "list"), "pack")).Ended(0);
        (await machine.CiPluginAsync(folder, "publish-local", "feed", Path.Combine("list", "bin", "package"), "--key", "key.json")).Ended(0).Said("with 2 packages");
        Assert.Equal(["acme.list", "acme.shop"], await OfferedAsync(folder));
        (await machine.CiPluginAsync(folder, "publish-local", "feed", Package, "--key", "key.json", "--replace")).Ended(0).Said("with 1 package,");
        Assert.Equal(["acme.shop"], await OfferedAsync(folder));

        (await machine.CiPluginAsync(folder, "publish-local", "feed", Package, "--key", "other.json")).Ended(1).Said("is not an issue of dev-").Said("--replace");
        (await machine.CiPluginAsync(folder, "publish-local", "feed", "nothing", "--key", "key.json")).Ended(1).Said("There is no nothing. Name a .ciplugin, or a folder");
    }

    [Fact]
    public async Task Run_shows_the_records_of_the_fixture_as_a_table_or_as_lines_and_goes_on_from_bookmarks()
    {
        var table = (await machine.CiPluginAsync(Plugin, "run", Package, "--limit", "4")).Ended(0)
            .Said("check Contacts can be read: ok").Said("Ada Brook").Said("stream contacts: 4 records, 0 rejected, 1 checkpoints, incomplete: As many as were asked for.");
        Assert.DoesNotContain("Emil Falk", table.Output, StringComparison.Ordinal);
        var state = Path.Combine(machine.Folder, Folder, "bookmarks.json");
        var lines = (await machine.CiPluginAsync(Plugin, "run", Package, "--limit", "0", "--format", "jsonl", "--mode", "process", "--state", state)).Ended(0).Output;
        Assert.Equal(7, lines.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => JsonNode.Parse(line)!["email"]?.GetValue<string>()).Count());
        Assert.Equal("", (await machine.CiPluginAsync(Plugin, "run", Package, "--limit", "0", "--format", "jsonl", "--state", state)).Ended(0).Output);
        (await machine.CiPluginAsync(Plugin, "run", Package, "--stream", "orders")).Ended(1).Said("There is no stream 'orders'; there are contacts.");
        (await machine.CiPluginAsync(Plugin, "run", Package, "--config", "none.json")).Ended(1).Said("There is no test file at ");
    }

    [Fact]
    public async Task Run_takes_real_settings_with_secrets_from_the_environment_and_shows_what_the_check_says()
    {
        var settings = Path.Combine(machine.Folder, Folder, "settings.json");
        await File.WriteAllTextAsync(settings, """{ "url": "http://127.0.0.1:9/v1", "token": { "$secret": "token" } }""");
        (await machine.CiPluginAsync(Plugin, "run", Package, "--settings", settings, "--secret", "token=SHOP_TOKEN")).Ended(1).Said("The environment variable SHOP_TOKEN is not set");
        var start = machine.Start(Path.Combine(machine.Folder, "tools", "ci-plugin"), Plugin, "run", Package, "--settings", settings, "--secret", "token=SHOP_TOKEN");
        start.Environment["SHOP_TOKEN"] = "planted-secret-value";
        var refused = (await Ran.ToEndAsync(start)).Ended(1).Said("check Contacts can be read: Configuration: 127.0.0.1 is a private address");
        Assert.DoesNotContain("planted-secret-value", refused.Output + refused.Errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_export_is_run_dry_and_an_enrichment_answers_the_profiles_of_the_test_file()
    {
        var folder = machine.Below("running");
        (await machine.CiPluginAsync(folder, "new", "export", "list")).Ended(0);
        (await machine.CiPluginAsync(Path.Combine(folder, "list"), "run")).Ended(0).Said("a dry run").Said("RejectedPermanent").Said("3 members would be on the list.");
        (await machine.CiPluginAsync(Path.Combine(folder, "list"), "run", "--write", "--mode", "process")).Ended(0).Said("3 members are on the list.");
        (await machine.CiPluginAsync(folder, "new", "enrichment", "firms")).Ended(0);
        (await machine.CiPluginAsync(Path.Combine(folder, "firms"), "run")).Ended(0).Said("Brook & Sons").Said("NoMatch").Said("Skipped");
    }

    [Fact]
    public async Task Doctor_tells_what_a_host_would_refuse_and_what_may_trouble_it()
    {
        var folder = machine.Below("doctor");
        (await machine.CiPluginAsync(folder, "doctor")).Ended(0).Said("ok    .NET SDK").Said("ok    Worker").Said("Nothing must be mended.");
        (await machine.CiPluginAsync(folder, "new", "export", "sick", "--feed", AuthorsMachine.Feed)).Ended(0);
        var plugin = Path.Combine(folder, "sick");
        await File.WriteAllTextAsync(Path.Combine(plugin, "Sick.cs"), """
            namespace Acme.Sick;

            internal static class Sickness
            {
                internal static async void Start() => await new HttpClient().GetAsync(new Uri("https://example.com"));
            }
            """);
        var project = Path.Combine(plugin, "Sick.csproj");
        var healthy = await File.ReadAllTextAsync(project);
        await File.WriteAllTextAsync(project, healthy.Replace(" ExcludeAssets=\"runtime\"", "", StringComparison.Ordinal));
        (await machine.CiPluginAsync(plugin, "doctor")).Ended(0)
            .Said("hint  Code: System.Net.Http.HttpClient..ctor: use context.Http")
            .Said("hint  Code: Sickness.Start is 'async void': what it throws ends the process.");

        await File.WriteAllTextAsync(project, healthy.Replace("0.1.0", "0.2.0", StringComparison.Ordinal));
        (await machine.CiPluginAsync(plugin, "doctor")).Ended(1).Said("fail  Project: Sick.csproj does not build.").Said("plugin.json does not have the version '0.2.0'");
        (await machine.CiPluginAsync(plugin, "pack")).Ended(1).Said("make them equal");

        await File.WriteAllTextAsync(project, healthy);
        await File.WriteAllTextAsync(Path.Combine(plugin, "plugin.json"), (await File.ReadAllTextAsync(Path.Combine(plugin, "plugin.json"))).Replace("[1.0.0,2.0.0)", "[2.0.0,3.0.0)", StringComparison.Ordinal).Replace("lib/Acme.Sick.dll", "lib/Sick.dll", StringComparison.Ordinal));
        (await machine.CiPluginAsync(plugin, "doctor")).Ended(1).Said("fail  Manifest: /entry/assembly").Said("'lib/Sick.dll' is not in the package").Said("2 to be mended.");

        await File.WriteAllTextAsync(Path.Combine(plugin, "nuget.config"), """<configuration><packageSources><add key="gone" value="/nowhere/packages" /></packageSources></configuration>""");
        (await machine.CiPluginAsync(plugin, "doctor")).Ended(1).Said("fail  Package source: the folder /nowhere/packages is not there.");
    }

    [Fact]
    public async Task Test_runs_a_part_of_the_checks_and_ends_with_1_when_one_fails()
    {
        var folder = machine.Below("testing");
        (await machine.CiPluginAsync(folder, "test", Package, "--config", Path.Combine(Plugin, "test.json"), "--only", "R01,R05", "--mode", "inProcess")).Ended(0).Said("R05").Said("2 passed, 0 failed");
        var broken = Path.Combine(folder, "test.json");
        await File.WriteAllTextAsync(broken, (await File.ReadAllTextAsync(Path.Combine(Plugin, "test.json"))).Replace("\"records\": 7", "\"records\": 8", StringComparison.Ordinal));
        (await machine.CiPluginAsync(folder, "test", Package, "--only", "R", "--mode", "inProcess")).Ended(1).Said("does not conform");
        (await machine.CiPluginAsync(folder, "test", Package, "--only", "Z99")).Ended(1).Said("'Z99' is neither a check nor a group");
        await File.WriteAllTextAsync(broken, """{ "component": {} }""");
        (await machine.CiPluginAsync(folder, "test", Package)).Ended(1).Said("cannot be used").Said("component");
    }

    [Fact]
    public async Task Serve_answers_as_the_fixture_says_until_it_is_stopped()
    {
        await using var server = await ServedFixture.StartAsync(machine, Plugin);
        using var http = new HttpClient();
        Assert.Equal(System.Net.HttpStatusCode.Unauthorized, (await http.GetAsync(new Uri($"http://{server.Address}/v1/contacts"))).StatusCode);
        http.DefaultRequestHeaders.Authorization = new("Bearer", "token-of-the-fixture");
        Assert.Contains("Ada Brook", await http.GetStringAsync(new Uri($"http://{server.Address}/v1/contacts")), StringComparison.Ordinal);
    }

    private static async Task<IEnumerable<string>> OfferedAsync(string folder)
    {
        var catalog = JsonNode.Parse(await File.ReadAllTextAsync(Path.Combine(folder, "feed", "catalog.json")))!;
        return catalog["signed"]!["plugins"]!.AsArray().Select(plugin => plugin!["id"]!.GetValue<string>());
    }
}
