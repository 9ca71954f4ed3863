using CustomerInsights.Sdk;

namespace CustomerInsights.Connectors.Files;

/// <summary>The types that settings give a field, instead of inferring them.</summary>
internal static class GivenTypes
{
    /// <summary>The field's type, then one for each further format. Empty: to be inferred.</summary>
    /// <param name="field">The field, for messages.</param>
    /// <param name="type">The setting.</param>
    /// <param name="format">The setting.</param>
    /// <param name="formats">The setting.</param>
    /// <param name="wrong">Makes the failure of a message.</param>
    public static ColumnType[] Of(string field, string? type, string? format, IReadOnlyList<string>? formats, Func<string, PluginException> wrong)
    {
        if (type is null)
        {
            return format is null && formats is null
                ? []
                : throw wrong($"'{field}' has a format and no type. Set its 'type' to 'date' or 'time'.");
        }

        if (ColumnType.Parse(type) is not { } kind)
        {
            throw wrong($"The type '{type}' of '{field}' is not known. Choose text, integer, decimal, number, boolean, date or time.");
        }

        string?[] all = [.. format is null ? [] : new[] { format }, .. formats ?? []];
        return all.Length == 0
            ? [new ColumnType(kind, kind == FieldKind.Date ? "yyyy-MM-dd" : null)]
            : [.. all.Select(one => new ColumnType(kind, one))];
    }
}
