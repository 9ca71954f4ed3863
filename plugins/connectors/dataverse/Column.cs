using System.Globalization;
using System.Text.Json;
using CustomerInsights.Sdk;

namespace CustomerInsights.Connectors.Dataverse;

/// <summary>A column of a table.</summary>
/// <param name="Name">Its logical name.</param>
/// <param name="Type">Its AttributeType.</param>
/// <param name="IsDay">Whether a DateTime is a day alone.</param>
internal sealed record Column(string Name, string Type, bool IsDay)
{
    private const int MostCharacters = 1024 * 1024;

    // What the columns of contacts and accounts mean that people use most; a proposal.
    private static readonly Dictionary<string, string> s_meanings = new(StringComparer.Ordinal)
    {
        ["firstname"] = "person.first_name",
        ["lastname"] = "person.last_name",
        ["fullname"] = "person.full_name",
        ["birthdate"] = "person.birth_date",
        ["emailaddress1"] = "contact.email",
        ["telephone1"] = "contact.phone",
        ["mobilephone"] = "contact.phone",
    };

    /// <summary>The field's kind; Null for a type that is left out.</summary>
    public FieldKind Kind { get; } = Type switch
    {
        "String" or "Memo" or "EntityName" or "Uniqueidentifier" or "Lookup" or "Customer" or "Owner" => FieldKind.Text,
        "Integer" or "BigInt" or "Picklist" or "State" or "Status" => FieldKind.Integer,
        "Decimal" or "Money" => FieldKind.Decimal,
        "Double" => FieldKind.Number,
        "Boolean" => FieldKind.Boolean,
        "DateTime" => IsDay ? FieldKind.Date : FieldKind.Time,
        _ => FieldKind.Null,
    };

    /// <summary>The property in a row: ids of other rows have one of their own.</summary>
    public string Property { get; } = Type is "Lookup" or "Customer" or "Owner" ? $"_{Name}_value" : Name;

    /// <summary>The field.</summary>
    public FieldDescriptor Descriptor => new(Name, Kind) { SemanticType = s_meanings.GetValueOrDefault(Name), Description = Type };

    /// <summary>Reads the value in a row; false for one of another kind.</summary>
    public bool TryRead(JsonElement row, out FieldValue value)
    {
        value = FieldValue.Null;
        if (!row.TryGetProperty(Property, out var found) || found.ValueKind == JsonValueKind.Null)
        {
            return true;
        }

        switch (Kind, found.ValueKind)
        {
            case (FieldKind.Text, JsonValueKind.String):
                var text = found.GetString()!;
                value = text;
                return text.Length <= MostCharacters;
            case (FieldKind.Integer, JsonValueKind.Number) when found.TryGetInt64(out var integer):
                value = integer;
                return true;
            case (FieldKind.Decimal, JsonValueKind.Number) when found.TryGetDecimal(out var exact):
                value = exact;
                return true;
            case (FieldKind.Number, JsonValueKind.Number) when found.TryGetDouble(out var number) && double.IsFinite(number):
                value = number;
                return true;
            case (FieldKind.Boolean, JsonValueKind.True or JsonValueKind.False):
                value = found.GetBoolean();
                return true;
            case (FieldKind.Date, JsonValueKind.String) when found.GetString() is { Length: >= 10 } day && DateOnly.TryParseExact(day.AsSpan(0, 10), "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out var date):
                value = date;
                return true;
            case (FieldKind.Time, JsonValueKind.String) when DateTimeOffset.TryParse(found.GetString(), CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var time):
                value = time;
                return true;
            default:
                return false;
        }
    }
}
