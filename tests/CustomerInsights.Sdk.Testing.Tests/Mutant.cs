using System.IO.Compression;
using System.Text.Json.Nodes;
using CustomerInsights.Plugins.Manifests;
using CustomerInsights.Plugins.Packaging;
using CustomerInsights.Plugins.Trust;

namespace CustomerInsights.Sdk.Testing.Tests;

/// <summary>The plugin of <c>tests/TestPlugins/Mutants</c> in a folder of its own, healthy or broken in one way.</summary>
internal sealed class Mutant : IDisposable
{
    private string? _previous;
    private IReadOnlyList<TrustedKey> _keys = [];
    private readonly string _folder = Directory.CreateTempSubdirectory("ci-mutant-").FullName;

    private Mutant()
    {
        Package = Path.Combine(_folder, "package");
        PackageCopy.Folder(Path.Combine(AppContext.BaseDirectory, "mutants", "package"), Package);
        PackageCopy.Folder(Path.Combine(AppContext.BaseDirectory, "mutants", "conformance"), Path.Combine(_folder, "conformance"));
    }

    internal string Package { get; private set; }

    internal string TestFile => Path.Combine(_folder, "conformance", "test.json");

    internal string Folder => _folder;

    internal static Mutant Healthy() => new();

    /// <summary>With the setting that breaks a component; the others stay out of it.</summary>
    internal static Mutant Of(string component, string mutant)
    {
        var made = new Mutant();
        made.EditTest(test =>
        {
            var components = (JsonObject)test["components"]!;
            foreach (var other in components.Select(pair => pair.Key).Where(name => name != component).ToList())
            {
                components.Remove(other);
            }

            if (mutant.Length > 0)
            {
                components[component]!["config"]!["mutant"] = mutant;
            }
        });
        return made;
    }

    internal void EditTest(Action<JsonObject> edit) => Edit(TestFile, edit);

    internal void EditManifest(Action<JsonObject> edit) => Edit(Path.Combine(Package, "plugin.json"), edit);

    internal void EditSchema(string name, Action<JsonObject> edit) => Edit(Path.Combine(Package, "schema", name), edit);

    /// <summary>Packs the folder, and does something to the zip behind the packer's back.</summary>
    internal void Pack(Action<ZipArchive>? edit = null, SigningKey? key = null)
    {
        var package = Path.Combine(_folder, "mutant.ciplugin");
        PackageWriter.PackAsync(Package, package, key, new DateTimeOffset(2026, 6, 1, 0, 0, 0, TimeSpan.Zero), CancellationToken.None).GetAwaiter().GetResult();
        Package = package;
        if (edit is not null)
        {
            using var zip = ZipFile.Open(package, ZipArchiveMode.Update);
            edit(zip);
        }
    }

    /// <summary>Packs and signs with one key, and trusts another, or the same.</summary>
    internal void Sign(string keyId, string trusted)
    {
        using var key = SigningKey.Create(keyId);
        using var other = SigningKey.Create(trusted);
        Pack(key: key);
        _keys = [keyId == trusted ? key.Public : other.Public];
    }

    /// <summary>Makes the same plugin under another version, as the one before.</summary>
    internal void Previous(string version)
    {
        _previous = Path.Combine(_folder, "previous");
        PackageCopy.Folder(Package, _previous);
        Edit(Path.Combine(_previous, "plugin.json"), manifest => manifest["version"] = version);
    }

    internal Task<ConformanceReport> RunAsync(IReadOnlyList<string> only, params IsolationMode[] modes) =>
        ConformanceKit.RunAsync(Package, Options with { Only = only, Modes = modes.Length > 0 ? modes : [IsolationMode.InProcess] }, CancellationToken.None);

    internal ConformanceOptions Options => new() { TestFile = TestFile, Previous = _previous, Keys = _keys };

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private static void Edit(string file, Action<JsonObject> edit)
    {
        var json = JsonNode.Parse(File.ReadAllText(file))!.AsObject();
        edit(json);
        File.WriteAllText(file, json.ToJsonString());
    }
}
