using System.Text.Json.Nodes;
using CustomerInsights.Plugins.Manifests;

namespace CustomerInsights.Sdk.Testing.Tests;

/// <summary>The plugin of <c>tests/TestPlugins/Mutants</c> in a folder of its own, healthy or broken in one way.</summary>
internal sealed class Mutant : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("ci-mutant-").FullName;

    private Mutant()
    {
        Copy(Path.Combine(AppContext.BaseDirectory, "mutants", "package"), Package);
        Copy(Path.Combine(AppContext.BaseDirectory, "mutants", "conformance"), Path.Combine(_folder, "conformance"));
    }

    internal string Package => Path.Combine(_folder, "package");

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

            components[component]!["config"]!["mutant"] = mutant;
        });
        return made;
    }

    internal void EditTest(Action<JsonObject> edit) => Edit(TestFile, edit);

    internal void EditManifest(Action<JsonObject> edit) => Edit(Path.Combine(Package, "plugin.json"), edit);

    internal void EditSchema(string name, Action<JsonObject> edit) => Edit(Path.Combine(Package, "schema", name), edit);

    internal Task<ConformanceReport> RunAsync(IReadOnlyList<string> only, params IsolationMode[] modes) =>
        ConformanceKit.RunAsync(Package, new ConformanceOptions { TestFile = TestFile, Only = only, Modes = modes.Length > 0 ? modes : [IsolationMode.InProcess] }, CancellationToken.None);

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private static void Edit(string file, Action<JsonObject> edit)
    {
        var json = JsonNode.Parse(File.ReadAllText(file))!.AsObject();
        edit(json);
        File.WriteAllText(file, json.ToJsonString());
    }

    private static void Copy(string from, string to)
    {
        foreach (var file in Directory.EnumerateFiles(from, "*", SearchOption.AllDirectories))
        {
            var copy = Path.Combine(to, Path.GetRelativePath(from, file));
            Directory.CreateDirectory(Path.GetDirectoryName(copy)!);
            File.Copy(file, copy);
        }
    }
}
