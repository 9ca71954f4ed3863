using System.Text.Json;
using CustomerInsights.Sdk;

namespace CustomerInsights.Exports.Dataverse;

/// <summary>Names at the target: from a template, and in a filter.</summary>
internal static class Names
{
    private const int MaxLength = 128;

    /// <summary>Refuses a template that no name can come of.</summary>
    public static void Check(string template, string path)
    {
        var rest = template.Replace("{export}", "x", StringComparison.Ordinal).Replace("{segment}", "x", StringComparison.Ordinal);
        if (string.IsNullOrWhiteSpace(template) || rest.AsSpan().ContainsAny('{', '}') || rest.Any(char.IsControl))
        {
            throw new PluginException(FailureKind.Configuration, $"The name '{template}' is empty, or has a placeholder that is not known. There are {{export}} and {{segment}}.") { ConfigurationPath = path };
        }
    }

    /// <summary>The name for a job.</summary>
    public static string Make(string template, ExportJob job)
    {
        var name = template.Replace("{export}", job.ExportName, StringComparison.Ordinal).Replace("{segment}", job.SegmentName, StringComparison.Ordinal).Trim();
        return name.Length <= MaxLength ? name : name[..MaxLength];
    }

    /// <summary>A text in a filter, ready for an address.</summary>
    public static string Quoted(string text) => Uri.EscapeDataString($"'{text.Replace("'", "''", StringComparison.Ordinal)}'");

    /// <summary>JSON as bytes.</summary>
    public static ReadOnlyMemory<byte> Json(Action<Utf8JsonWriter> write)
    {
        var buffer = new System.Buffers.ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(buffer))
        {
            json.WriteStartObject();
            write(json);
            json.WriteEndObject();
        }

        return buffer.WrittenMemory;
    }
}
