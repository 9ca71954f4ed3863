using CustomerInsights.Core.Model;

namespace CustomerInsights.Host.Platform;

/// <summary>Values as REST shows them: decimals, dates and times as text, the rest as JSON has it.</summary>
internal static class PlainJson
{
    public static object? Of(Value value) => value.Type switch
    {
        null => null,
        DataType.Integer => value.AsInteger(),
        DataType.Number => value.AsNumber(),
        DataType.Boolean => value.AsBoolean(),
        DataType.TextList => value.AsTextList(),
        _ => value.ToString(),
    };

    public static IReadOnlyDictionary<string, object?> Of(byte[]? document) => document is null
        ? new Dictionary<string, object?>(StringComparer.Ordinal)
        : ValueDocument.Read(document).ToDictionary(pair => pair.Key, pair => Of(pair.Value), StringComparer.Ordinal);
}
