using System.Text.Json;
using System.Text.Json.Serialization;
using CustomerInsights.Sdk;

namespace Mutants;

/// <summary>The settings of all components; each uses its own.</summary>
public sealed class MutantOptions
{
    public string Mutant { get; set; } = "";

    public string? Table { get; set; }

    public string Label { get; set; } = "";

    public int Size { get; set; } = 10;

    public Uri? Url { get; set; }

    public SecretReference? Key { get; set; }

    public bool Difference { get; set; }

    internal bool Is(string mutant) => Mutant == mutant;

    internal static MutantOptions Read(ReadOnlyMemory<byte> configuration)
    {
        using var raw = JsonDocument.Parse(configuration);
        var mutant = raw.RootElement.TryGetProperty("mutant", out var named) ? named.GetString() : "";
        if (mutant == "C06" && raw.RootElement.TryGetProperty("size", out var size))
        {
            size.GetInt32();
        }

        if (mutant == "C10" && raw.RootElement.EnumerateObject().FirstOrDefault(member => member.Name is not ("mutant" or "table" or "label" or "size" or "key")).Name is { } unknown)
        {
            throw new KeyNotFoundException(unknown);
        }

        return PluginOptions.Read(configuration, MutantJson.Default.MutantOptions);
    }

    internal void Check()
    {
        if (string.IsNullOrEmpty(Table))
        {
            throw new PluginException(FailureKind.Configuration, "No table is named; name one.") { ConfigurationPath = Is("C04") ? null : "/table" };
        }

        if (Is("C05") && Label.Length == 0)
        {
            throw new PluginException(FailureKind.Configuration, "No label is given; give one.") { ConfigurationPath = "/label" };
        }

        if (Is("C07") && Size > 500)
        {
            throw new InvalidOperationException("The size is out of range.");
        }
    }
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(MutantOptions))]
[JsonSerializable(typeof(Bookmark))]
[JsonSerializable(typeof(Dictionary<string, string>))]
[JsonSerializable(typeof(string))]
internal sealed partial class MutantJson : JsonSerializerContext;
