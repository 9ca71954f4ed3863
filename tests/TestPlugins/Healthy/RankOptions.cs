using System.Text.Json;
using System.Text.Json.Serialization;
using CustomerInsights.Sdk;

namespace Healthy;

/// <summary>What a test asks of the ranking.</summary>
public sealed class RankOptions
{
    /// <summary>Types of activities that it wants to be handed.</summary>
    public IReadOnlyList<string> Activities { get; set; } = [];

    /// <summary>Questions that it asks; the answers become attributes of the same name.</summary>
    public IReadOnlyList<Question> Conditions { get; set; } = [];

    /// <summary>A condition, times in seconds. Its own: one that does not stand in the settings as it is asked.</summary>
    public sealed record Question(string Name, string Rule, DateTimeOffset? At = null, double Before = 0, double? Within = null, bool Own = false)
    {
        internal EnrichmentCondition ToCondition() =>
            new(Name, Own ? $"({Rule})" : Rule) { At = At, Before = TimeSpan.FromSeconds(Before), Within = Within is { } seconds ? TimeSpan.FromSeconds(seconds) : null };
    }

    internal static RankOptions Read(ReadOnlyMemory<byte> configuration) => PluginOptions.Read(configuration, RankJson.Default.RankOptions);
}

[JsonSourceGenerationOptions(JsonSerializerDefaults.Web)]
[JsonSerializable(typeof(RankOptions))]
internal sealed partial class RankJson : JsonSerializerContext;
