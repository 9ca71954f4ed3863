namespace CustomerInsights.Sdk;

/// <summary>What a <see cref="FieldValue"/> holds. The kinds are the data model's types, and JSON for what is nested.</summary>
public enum FieldKind
{
    /// <summary>No value.</summary>
    Null = 0,

    /// <summary>Unicode text, at most 1,048,576 characters.</summary>
    Text = 1,

    /// <summary>64-bit signed integer.</summary>
    Integer = 2,

    /// <summary>IEEE 754 double, finite.</summary>
    Number = 3,

    /// <summary>Exact decimal with up to 28 significant digits.</summary>
    Decimal = 4,

    /// <summary>True or false.</summary>
    Boolean = 5,

    /// <summary>A calendar day without a time zone.</summary>
    Date = 6,

    /// <summary>An instant in UTC, to 100 ns.</summary>
    Time = 7,

    /// <summary>An ordered list of texts.</summary>
    TextList = 8,

    /// <summary>A nested object or array as UTF-8 JSON text.</summary>
    Json = 9,
}
