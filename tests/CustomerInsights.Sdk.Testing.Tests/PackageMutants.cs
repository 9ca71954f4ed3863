using System.IO.Compression;
using System.Text;
using System.Text.Json.Nodes;

namespace CustomerInsights.Sdk.Testing.Tests;

/// <summary>Mutants that are made of the healthy package: its manifest, its schemas, its files, its zip.</summary>
internal static class PackageMutants
{
    internal static IReadOnlyList<MutantCase> All { get; } =
    [
        Manifest("M01", "a member too many", "/colour", manifest => manifest["colour"] = "red"),
        Manifest("M02", "of another publisher", "publisher", manifest => manifest["publisher"]!["id"] = "other"),
        new("M03", null, "as old as the one before", "raise the version", Break: mutant => mutant.Previous("1.0.0")),
        Manifest("M04", "made for an older SDK", "compiled against", manifest => manifest["sdk"] = "[0.8.0,1.0.0)"),
        Manifest("M05", "a readme that is not there", "missing.md", manifest => manifest["readme"] = "missing.md"),
        File("M06", "an icon with a script", "script", "icon.svg", "<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>"),
        Manifest("M07", "a licence of its own words", "SPDX", manifest => manifest["license"] = "Free as in beer"),
        File("M08", "a changelog of another version", "1.0.0", "CHANGELOG.md", "# Changes\n\n## 0.9.0\n\n- The first.\n"),
        File("M09", "a readme that says nothing", "say what the plugin does", "README.md", "# Plugin\n"),
        Manifest("M10", "a link without TLS", "https", manifest => manifest["links"]!["source"] = "http://tests.example"),
        Zip("P01", "a file that is not listed", "does not list", zip => Write(zip, "lib/Extra.dll", "extra")),
        Zip("P02", "a file that was changed", "SHA-256", zip => Write(zip, "README.md", new string('x', 300))),
        new("P03", null, "signed with another key", "UnknownPublisher", Break: mutant => mutant.Sign("another-key", trusted: "test-key")),
        Zip("P04", "a name that leads out", "leads out", zip => Write(zip, "lib/../../out.txt", "out")),
        new("P04", null, "a link", "is a link", Break: mutant => System.IO.File.CreateSymbolicLink(Path.Combine(mutant.Package, "link.md"), Path.Combine(mutant.Package, "README.md"))),
        File("P05", "the SDK in it", "the host supplies", "lib/CustomerInsights.Sdk.dll", "not really"),
        new("P06", null, "no deps.json", "deps.json", Break: mutant => System.IO.File.Delete(Path.Combine(mutant.Package, "lib", "Mutants.deps.json"))),
        File("P06", "an assembly that is not listed", "Extra.dll", "lib/Extra.dll", "extra"),
        Zip("P07", "packed by another tool", "other bytes", zip => zip.Entries.First(entry => entry.FullName == "README.md").LastWriteTime = new DateTimeOffset(2026, 1, 1, 0, 0, 0, TimeSpan.Zero)),
        File("P08", "settings of development", "appsettings.Development.json", "lib/appsettings.Development.json", "{}"),
        File("P08", "a private key", "private key", "notes.txt", "-----BEGIN PRIVATE KEY-----\n"),
        Schema("C02", "a keyword that forms cannot draw", "anyOf", schema => schema["anyOf"] = new JsonArray(new JsonObject())),
        Schema("C03", "a default past its own bounds", "default", schema => schema["properties"]!["size"]!["default"] = 0),
        new("C03", null, "settings of test.json that are not valid", "/size", Break: mutant => mutant.EditTest(test => test["components"]!["rows"]!["config"]!["size"] = 0)),
        new("C04", "rows", "C04", "no place", Break: mutant => mutant.EditSchema("rows.json", schema => schema.Remove("required"))),
        new("C05", "rows", "C05", "/label"),
        new("C06", "rows", "C06", "as Bug", Break: mutant => mutant.EditSchema("rows.json", schema => schema["properties"]!["size"] = new JsonObject())),
        new("C07", "rows", "C07", "as a bug"),
        Schema("C08", "a key in plain text", "apiToken", schema => schema["properties"]!["apiToken"] = new JsonObject { ["type"] = "string" }),
        Schema("C09", "a secret with an example", "key", schema => schema["properties"]!["key"]!["examples"] = new JsonArray(new JsonObject { ["$secret"] = "key" })),
        new("C10", "rows", "C10", "does not name", Break: mutant => mutant.EditSchema("rows.json", schema => schema.Remove("additionalProperties"))),
    ];

    private static MutantCase Manifest(string check, string name, string says, Action<JsonObject> edit) => new(check, null, name, says, Break: mutant => mutant.EditManifest(edit));

    private static MutantCase Schema(string check, string name, string says, Action<JsonObject> edit) => new(check, null, name, says, Break: mutant => mutant.EditSchema("rows.json", edit));

    private static MutantCase File(string check, string name, string says, string file, string text) =>
        new(check, null, name, says, Break: mutant => System.IO.File.WriteAllText(Path.Combine(mutant.Package, file), text));

    private static MutantCase Zip(string check, string name, string says, Action<ZipArchive> edit) => new(check, null, name, says, Break: mutant => mutant.Pack(edit));

    private static void Write(ZipArchive zip, string name, string text)
    {
        zip.GetEntry(name)?.Delete();
        using var stream = zip.CreateEntry(name).Open();
        stream.Write(Encoding.UTF8.GetBytes(text));
    }
}
