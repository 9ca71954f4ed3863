using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace CustomerInsights.Sdk;

/// <summary>Turns configuration into a plugin's options, with failures that point at the field to fix.</summary>
public static class PluginOptions
{
    /// <summary>Reads options.</summary>
    /// <typeparam name="TOptions">The options' class.</typeparam>
    /// <param name="configuration">UTF-8 JSON.</param>
    /// <param name="type">Source-generated metadata: reflection on a plugin's types would keep it from unloading.</param>
    /// <returns>The options.</returns>
    /// <exception cref="PluginException">Configuration: not valid JSON, or of another shape; <see cref="PluginException.ConfigurationPath"/> names the place.</exception>
    public static TOptions Read<TOptions>(ReadOnlyMemory<byte> configuration, JsonTypeInfo<TOptions> type)
        where TOptions : class
    {
        ArgumentNullException.ThrowIfNull(type);
        try
        {
            return JsonSerializer.Deserialize(configuration.Span, type)
                ?? throw new PluginException(FailureKind.Configuration, "The configuration is null; give an object.");
        }
        catch (JsonException error)
        {
            var path = error.Path is null or "$" ? "" : "/" + error.Path.TrimStart('$').TrimStart('.').Replace('.', '/');
            throw new PluginException(FailureKind.Configuration, $"The configuration cannot be read at '{path}': {error.Message}")
            {
                ConfigurationPath = path,
            };
        }
    }
}
