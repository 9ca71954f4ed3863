using CustomerInsights.Plugins.Schema;

namespace CustomerInsights.Plugins.Manifests;

/// <summary>Schemas that are built into this assembly, from the files people read.</summary>
internal static class EmbeddedSchema
{
    internal static JsonSchema Load(string name)
    {
        using var stream = typeof(EmbeddedSchema).Assembly.GetManifestResourceStream(name)
            ?? throw new InvalidOperationException($"The resource {name} is missing from the build.");
        using var reader = new StreamReader(stream);
        return JsonSchema.Load(reader.ReadToEnd());
    }
}
