using System.Globalization;
using System.Text;
using System.Text.Json;
using CustomerInsights.Sdk;

namespace CustomerInsights.Connectors.Postgres;

/// <summary>
/// A column. Everything is read as the text that PostgreSQL writes for it: that is one way for all types, also those of extensions, and exact.
/// </summary>
/// <param name="Name">Its name.</param>
/// <param name="Type">Its type as SQL, for casts.</param>
/// <param name="BaseType">The name of its type; of a domain, of what it is made of.</param>
/// <param name="Category">PostgreSQL's category of the type: A array, S text, and so on.</param>
/// <param name="ElementCategory">Of an array: its elements' category.</param>
internal sealed record Column(string Name, string Type, string BaseType, char Category, char ElementCategory)
{
    private const int MostDigits = 28;
    private const int MostCharacters = 1024 * 1024;
    private const DateTimeStyles Utc = DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal;
    private static readonly string[] s_times = ["yyyy-MM-dd HH:mm:sszz", "yyyy-MM-dd HH:mm:ss.FFFFFFzz", "yyyy-MM-dd HH:mm:ss", "yyyy-MM-dd HH:mm:ss.FFFFFF"];

    /// <summary>The field's kind.</summary>
    public FieldKind Kind { get; } = BaseType switch
    {
        "int2" or "int4" or "int8" or "oid" => FieldKind.Integer,
        "float4" or "float8" => FieldKind.Number,
        "numeric" => FieldKind.Decimal,
        "bool" => FieldKind.Boolean,
        "date" => FieldKind.Date,
        "timestamp" or "timestamptz" => FieldKind.Time,
        "json" or "jsonb" => FieldKind.Json,
        _ when Category == 'A' => ElementCategory is 'S' or 'E' || BaseType is "_uuid" ? FieldKind.TextList : FieldKind.Json,
        _ when Category == 'C' => FieldKind.Json,
        _ => FieldKind.Text,
    };

    /// <summary>Whether it is left out: bytes are no data of a profile.</summary>
    public bool IsLeftOut => BaseType is "bytea" or "_bytea";

    /// <summary>Whether rows can be put in its order.</summary>
    public bool HasOrder => Kind is not (FieldKind.Json or FieldKind.TextList) && BaseType is not ("xml" or "point" or "line" or "lseg" or "box" or "path" or "polygon" or "circle");

    /// <summary>Whether it is a time, of which seconds can be taken.</summary>
    public bool IsTime => BaseType is "timestamp" or "timestamptz";

    /// <summary>The column in a statement. A bare name would, in ORDER BY, mean the text that is selected under it, which has another order.</summary>
    public string Sql { get; } = "t." + Postgres.Sql.Name(Name);

    /// <summary>The expression that reads it.</summary>
    public string Read => Category is 'A' or 'C' && Kind != FieldKind.Text ? $"pg_catalog.to_json({Sql})::text" : $"{Sql}::text";

    /// <summary>A parameter as a value of its type.</summary>
    public string Parameter(int number) => string.Create(CultureInfo.InvariantCulture, $"CAST(${number}::text AS {Type})");

    /// <summary>Reads a value.</summary>
    /// <param name="text">As PostgreSQL wrote it; null for NULL.</param>
    /// <param name="value">The value.</param>
    /// <returns>False for what the kind cannot hold: infinity, NaN, more digits.</returns>
    public bool TryRead(string? text, out FieldValue value)
    {
        value = FieldValue.Null;
        if (text is null)
        {
            return true;
        }

        switch (Kind)
        {
            case FieldKind.Integer when long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var integer):
                value = integer;
                return true;
            case FieldKind.Number when double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var number) && double.IsFinite(number):
                value = number;
                return true;
            case FieldKind.Decimal when text.TrimStart('-', '0', '.').Count(char.IsAsciiDigit) <= MostDigits && decimal.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var exact):
                value = exact;
                return true;
            case FieldKind.Boolean when text is "true" or "false":
                value = text == "true";
                return true;
            case FieldKind.Date when DateOnly.TryParseExact(text, "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out var day):
                value = day;
                return true;
            case FieldKind.Time when DateTimeOffset.TryParseExact(text, s_times, CultureInfo.InvariantCulture, Utc, out var time):
                value = time;
                return true;
            case FieldKind.Text:
                value = text;
                return text.Length <= MostCharacters;
            case FieldKind.Json:
                value = FieldValue.Json(Encoding.UTF8.GetBytes(text));
                return text.Length <= MostCharacters;
            case FieldKind.TextList:
                return TryReadList(text, out value);
            default:
                return false;
        }
    }

    private static bool TryReadList(string text, out FieldValue value)
    {
        value = FieldValue.Null;
        try
        {
            // A list within a list is no list of texts; a missing element is an empty text.
            value = FieldValue.List([.. JsonSerializer.Deserialize(text, PostgresJson.Default.ListString)!.Select(item => item ?? "")]);
            return true;
        }
        catch (JsonException)
        {
            return false;
        }
    }
}
