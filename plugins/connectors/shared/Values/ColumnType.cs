using CustomerInsights.Sdk;

namespace CustomerInsights.Connectors.Files;

/// <summary>How a column's text becomes values.</summary>
/// <param name="Kind">The kind.</param>
/// <param name="Format">For dates and times: a numeric shape such as <c>M/d/yyyy</c>, any .NET format, <c>unix</c>, <c>unixMs</c> or null for ISO 8601.</param>
internal sealed record ColumnType(FieldKind Kind, string? Format = null)
{
    public static ColumnType Text { get; } = new(FieldKind.Text);

    /// <summary>The settings' name of a kind, or null when it is none that a cell can have.</summary>
    public static FieldKind? Parse(string name) => name switch
    {
        "text" => FieldKind.Text,
        "integer" => FieldKind.Integer,
        "decimal" => FieldKind.Decimal,
        "number" => FieldKind.Number,
        "boolean" => FieldKind.Boolean,
        "date" => FieldKind.Date,
        "time" => FieldKind.Time,
        _ => null,
    };

    /// <summary>The shape of dates and times, where the format names one.</summary>
    public DateShape Shape { get; } = Kind is FieldKind.Date or FieldKind.Time ? DateShapes.Of(Format) : DateShape.None;

    /// <summary>What a value should have been, for messages: <c>a date as M/d/yyyy</c>.</summary>
    public string Expected => Kind switch
    {
        FieldKind.Integer => "an integer",
        FieldKind.Decimal => "a decimal",
        FieldKind.Number => "a number",
        FieldKind.Boolean => "true or false",
        FieldKind.Date => $"a date as {Format ?? "yyyy-MM-dd"}",
        FieldKind.Time => $"a time as {Format ?? "ISO 8601"}",
        _ => "text",
    };
}
