using System.Reflection.Metadata;
using System.Reflection.PortableExecutable;
using System.Xml.Linq;

namespace CustomerInsights.Standards.Tests;

/// <summary>References run one way: Core ← Storage ← Host and Sdk ← Plugins ← Host; a plugin knows the SDK alone.</summary>
public sealed class LayerTests
{
    private const string Prefix = "CustomerInsights.";

    // A project that is not named here fails the test: whoever adds one decides where it belongs.
    private static readonly Dictionary<string, string[]> Allowed = new(StringComparer.Ordinal)
    {
        ["CustomerInsights.Core"] = [],
        ["CustomerInsights.Sdk"] = [],
        ["CustomerInsights.Sdk.Testing"] = ["CustomerInsights.Sdk", "CustomerInsights.Plugins"],
        ["CustomerInsights.PluginTool"] = ["CustomerInsights.Sdk", "CustomerInsights.Sdk.Testing", "CustomerInsights.Plugins"],
        ["CustomerInsights.Storage"] = ["CustomerInsights.Core"],
        ["CustomerInsights.Storage.Sqlite"] = ["CustomerInsights.Core", "CustomerInsights.Storage"],
        ["CustomerInsights.Storage.Postgres"] = ["CustomerInsights.Core", "CustomerInsights.Storage"],
        ["CustomerInsights.Plugins"] = ["CustomerInsights.Sdk"],
        ["CustomerInsights.Worker"] = ["CustomerInsights.Sdk", "CustomerInsights.Plugins"],
        ["CustomerInsights.Host"] =
        [
            "CustomerInsights.Core", "CustomerInsights.Sdk", "CustomerInsights.Storage", "CustomerInsights.Storage.Sqlite",
            "CustomerInsights.Storage.Postgres", "CustomerInsights.Plugins",
        ],
    };

    private static readonly string[] PluginMay = ["CustomerInsights.Sdk"];

    [Theory]
    [InlineData("CustomerInsights.Core")]
    [InlineData("CustomerInsights.Sdk")]
    [InlineData("CustomerInsights.Storage")]
    [InlineData("CustomerInsights.Storage.Sqlite")]
    [InlineData("CustomerInsights.Plugins")]
    public void A_built_layer_references_what_it_may_and_nothing_else(string name)
    {
        var path = Path.Combine(AppContext.BaseDirectory, name + ".dll");
        Assert.True(File.Exists(path), $"{name}.dll is not beside the test; reference its project from CustomerInsights.Standards.Tests.");
        AssertAllowed(name, References(path), Allowed[name]);
    }

    [Fact]
    public void Every_project_of_sdk_and_host_references_what_it_may_and_nothing_else()
    {
        foreach (var project in Repository.Files("sdk", "*.csproj").Concat(Repository.Files("host", "*.csproj")).Where(file => !Repository.Relative(file).Contains("/templates/", StringComparison.Ordinal)))
        {
            var name = Path.GetFileNameWithoutExtension(project);
            Assert.True(Allowed.ContainsKey(name), $"{Repository.Relative(project)} has no place among the layers yet; decide what it may reference and add it to LayerTests.Allowed.");
            AssertAllowed(name, ProjectReferences(project), Allowed[name]);
            foreach (var built in Built(project))
            {
                AssertAllowed(name, References(built), Allowed[name]);
            }
        }
    }

    [Fact]
    public void Every_plugin_references_the_sdk_and_its_private_libraries_alone()
    {
        var projects = Repository.Files("plugins", "*.csproj").ToList();

        // A project under plugins/ without a manifest is a library that plugins ship privately; a plugin never references another plugin.
        string[] allowed =
        [
            .. PluginMay,
            .. projects.Where(project => !File.Exists(Path.Combine(Path.GetDirectoryName(project)!, "plugin.json"))).Select(project => Path.GetFileNameWithoutExtension(project)),
        ];
        foreach (var project in projects)
        {
            var name = Path.GetFileNameWithoutExtension(project);
            AssertAllowed(name, ProjectReferences(project).Where(reference => reference.StartsWith(Prefix, StringComparison.Ordinal)), allowed);
            foreach (var built in Built(project))
            {
                AssertAllowed(name, References(built).Where(reference => reference != name), allowed);
            }
        }
    }

    private static void AssertAllowed(string name, IEnumerable<string> references, string[] allowed)
    {
        var wrong = references.Except(allowed, StringComparer.Ordinal).ToList();
        Assert.True(
            wrong.Count == 0,
            $"{name} references {string.Join(", ", wrong)}. It may reference {(allowed.Length == 0 ? "none of ours" : string.Join(", ", allowed))}: "
            + "references run Core <- Storage <- Host and Sdk <- Plugins <- Host. Move the code, or ask through an interface of the lower layer.");
    }

    private static List<string> References(string assembly)
    {
        using var stream = File.OpenRead(assembly);
        using var file = new PEReader(stream);
        var reader = file.GetMetadataReader();
        return [.. reader.AssemblyReferences
            .Select(handle => reader.GetString(reader.GetAssemblyReference(handle).Name))
            .Where(reference => reference.StartsWith(Prefix, StringComparison.Ordinal))];
    }

    private static IEnumerable<string> ProjectReferences(string project) =>
        XDocument.Load(project).Descendants("ProjectReference")
            .Where(reference => (string?)reference.Attribute("ReferenceOutputAssembly") != "false")
            .Select(reference => Path.GetFileNameWithoutExtension(((string)reference.Attribute("Include")!).Replace('\\', '/')));

    private static IEnumerable<string> Built(string project)
    {
        var bin = Path.Combine(Path.GetDirectoryName(project)!, "bin");
        var name = Path.GetFileNameWithoutExtension(project) + ".dll";
        return Directory.Exists(bin) ? Directory.EnumerateFiles(bin, name, SearchOption.AllDirectories).Where(file => !file.Contains("/ref/", StringComparison.Ordinal)) : [];
    }
}
