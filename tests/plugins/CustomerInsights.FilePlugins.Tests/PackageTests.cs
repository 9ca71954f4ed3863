using System.Reflection;
using System.Runtime.Loader;
using System.Text.Json;
using CustomerInsights.Sdk;

namespace CustomerInsights.FilePlugins.Tests;

/// <summary>The packages as the build lays them out.</summary>
public sealed class PackageTests
{
    private static readonly string[] SchemaKeywords =
    [
        "$schema", "title", "description", "type", "enum", "const", "required", "properties", "additionalProperties", "items",
        "minimum", "maximum", "minLength", "maxLength", "minItems", "maxItems", "uniqueItems", "pattern", "default",
    ];

    [Theory]
    [InlineData("customer-insights.csv-connector", "CustomerInsights.Connectors.Csv.dll CustomerInsights.Connectors.Files.dll", typeof(ISourceConnector))]
    [InlineData("customer-insights.json-connector", "CustomerInsights.Connectors.Files.dll CustomerInsights.Connectors.Json.dll", typeof(ISourceConnector))]
    [InlineData("customer-insights.csv-export", "CustomerInsights.Exports.Csv.dll", typeof(IExportTarget))]
    public void A_package_holds_what_its_manifest_names_and_nothing_of_the_hosts(string id, string assemblies, Type contract)
    {
        var folder = Path.Combine(RepositoryRoot.Path, "artifacts", "plugins", id, "0.9.0");
        using var manifest = JsonDocument.Parse(File.ReadAllBytes(Path.Combine(folder, "plugin.json")));
        var contribution = manifest.RootElement.GetProperty("contributes")[0];
        var entry = Path.Combine(folder, manifest.RootElement.GetProperty("entry").GetProperty("assembly").GetString()!);

        Assert.Equal((id, "0.9.0", "[1.0.0,2.0.0)"), (Text("id"), Text("version"), Text("sdk")));
        Assert.Equal(assemblies.Split(' '), Directory.GetFiles(Path.Combine(folder, "lib"), "*.dll").Select(Path.GetFileName).Order(StringComparer.Ordinal));
        Assert.True(File.Exists(Path.ChangeExtension(entry, ".deps.json")));
        Assert.All(["README.md", "CHANGELOG.md", contribution.GetProperty("configSchema").GetString()!], file => Assert.True(File.Exists(Path.Combine(folder, file)), file));

        var context = new AssemblyLoadContext(id, isCollectible: true);
        context.Resolving += (loading, name) => File.Exists(Path.Combine(folder, "lib", name.Name + ".dll")) ? loading.LoadFromAssemblyPath(Path.Combine(folder, "lib", name.Name + ".dll")) : null;
        var type = context.LoadFromAssemblyPath(entry).GetType(contribution.GetProperty("type").GetString()!, throwOnError: true)!;
        Assert.True(contract.IsAssignableFrom(type));
        Assert.NotNull(Activator.CreateInstance(type));
        context.Unload();

        string? Text(string name) => manifest.RootElement.GetProperty(name).GetString();
    }

    [Theory]
    [InlineData("plugins/connectors/csv/schema/csv.json", typeof(Connectors.Csv.CsvOptions))]
    [InlineData("plugins/connectors/json/schema/json.json", typeof(Connectors.Json.JsonOptions))]
    [InlineData("plugins/exports/csv/schema/csv.json", typeof(Exports.Csv.CsvExportOptions))]
    public void A_schema_names_every_setting_and_keeps_to_the_subset(string path, Type options)
    {
        using var schema = JsonDocument.Parse(File.ReadAllBytes(Path.Combine(RepositoryRoot.Path, path)));
        Check(schema.RootElement, options);

        static void Check(JsonElement schema, Type? options)
        {
            Assert.Empty(schema.EnumerateObject().Select(property => property.Name).Except(SchemaKeywords, StringComparer.Ordinal));
            if (schema.TryGetProperty("properties", out var properties))
            {
                if (options is not null)
                {
                    Assert.Equal(
                        options.GetProperties().Select(property => JsonNamingPolicy.CamelCase.ConvertName(property.Name)).Order(StringComparer.Ordinal),
                        properties.EnumerateObject().Select(property => property.Name).Order(StringComparer.Ordinal));
                }

                foreach (var property in properties.EnumerateObject())
                {
                    Check(property.Value, options?.GetProperties().Single(member => JsonNamingPolicy.CamelCase.ConvertName(member.Name) == property.Name) is { } member ? Element(member) : null);
                }
            }

            if (schema.TryGetProperty("items", out var items))
            {
                Check(items, options);
            }

            if (schema.TryGetProperty("additionalProperties", out var additional) && additional.ValueKind == JsonValueKind.Object)
            {
                Check(additional, options);
            }
        }

        // The class behind a list or a dictionary; null for plain values.
        static Type? Element(PropertyInfo member) =>
            member.PropertyType.GenericTypeArguments.LastOrDefault() is { } element && element.Namespace!.StartsWith("CustomerInsights", StringComparison.Ordinal) ? element : null;
    }
}
