using System.Security.Cryptography;
using System.Text;
using System.Text.Json;

namespace CustomerInsights.Sdk.Testing.Running;

/// <summary>One form for what a plugin answers, the same in every mode and on every system.</summary>
internal static class Canonical
{
    internal static string Value(FieldValue value)
    {
        if (value.Kind != FieldKind.Json)
        {
            return value.IsNull ? "null" : $"{value.Kind}:{value}";
        }

        try
        {
            using var document = JsonDocument.Parse(value.AsText());
            return $"Json:{JsonSerializer.Serialize(document.RootElement)}";
        }
        catch (JsonException)
        {
            return $"Json:{value.AsText()}";
        }
    }

    /// <summary>A record: operation and fields, by name.</summary>
    internal static string Record(FieldNames names, Record record)
    {
        if (record.Operation == RecordOperation.Delete)
        {
            return "delete";
        }

        var fields = names.All.Select((name, i) => (Name: name, Value: Value(record.Values[i]))).Where(field => field.Value != "null").OrderBy(field => field.Name, StringComparer.Ordinal);
        return string.Join('\u001f', fields.Select(field => $"{field.Name}={field.Value}"));
    }

    internal static string Result(EnrichmentResult result) =>
        $"{result.Outcome} {string.Join('\u001f', (result.Values ?? new Dictionary<string, FieldValue>()).OrderBy(pair => pair.Key, StringComparer.Ordinal).Select(pair => $"{pair.Key}={Value(pair.Value)}"))}";

    internal static string Digest(IEnumerable<string> lines)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (var line in lines)
        {
            hash.AppendData(Encoding.UTF8.GetBytes(line));
            hash.AppendData("\n"u8);
        }

        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }
}
