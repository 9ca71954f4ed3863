using System.Globalization;
using System.Text;
using System.Text.Json;
using CustomerInsights.Sdk;

namespace CustomerInsights.Connectors.Http;

/// <summary>Reads one field of records.</summary>
internal sealed class FieldReader
{
    private const int MostDigits = 28;
    private const int MostCharacters = 1024 * 1024;
    private const NumberStyles Numeric = NumberStyles.AllowLeadingSign | NumberStyles.AllowDecimalPoint | NumberStyles.AllowExponent;
    private const DateTimeStyles Utc = DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal;
    private static readonly string[] s_times = ["yyyy-MM-dd'T'HH:mm:ssK", "yyyy-MM-dd'T'HH:mm:ss.FFFFFFFK", "yyyy-MM-dd'T'HH:mmK", "yyyy-MM-dd HH:mm:ssK", "yyyy-MM-dd HH:mm:ss.FFFFFFFK", "yyyy-MM-dd"];

    private readonly FieldOptions _options;
    private readonly JsonPointer _at;

    public FieldReader(FieldOptions options)
    {
        _options = options;
        _at = options.At is { } at ? new JsonPointer(at) : JsonPointer.ToMember(options.Name);
        Kind = options.Type switch
        {
            "integer" => FieldKind.Integer,
            "number" => FieldKind.Number,
            "decimal" => FieldKind.Decimal,
            "boolean" => FieldKind.Boolean,
            "date" => FieldKind.Date,
            "time" => FieldKind.Time,
            "textList" => FieldKind.TextList,
            "json" => FieldKind.Json,
            _ => FieldKind.Text,
        };
    }

    public string Name => _options.Name;

    public FieldKind Kind { get; }

    public FieldDescriptor Descriptor => new(Name, Kind) { SemanticType = _options.SemanticType };

    /// <summary>The value as the API wrote it; null when there is none.</summary>
    public string? Raw(JsonElement record) => _at.Text(record);

    /// <summary>Reads it.</summary>
    /// <param name="record">The record.</param>
    /// <param name="value">The value; null values stay null.</param>
    /// <returns>False when the value is of another kind.</returns>
    public bool TryRead(JsonElement record, out FieldValue value)
    {
        value = FieldValue.Null;
        if (_at.Find(record) is not { } found || found.ValueKind is JsonValueKind.Null or JsonValueKind.Undefined)
        {
            return true;
        }

        switch (Kind)
        {
            case FieldKind.Json:
                var json = found.GetRawText();
                value = FieldValue.Json(Encoding.UTF8.GetBytes(json));
                return json.Length <= MostCharacters;
            case FieldKind.TextList:
                return TryReadList(found, out value);
            case FieldKind.Text when found.ValueKind == JsonValueKind.String:
                var text = found.GetString()!;
                value = text;
                return text.Length <= MostCharacters;
            default:
                return found.ValueKind is JsonValueKind.String or JsonValueKind.Number or JsonValueKind.True or JsonValueKind.False
                    && TryParse(found.ValueKind == JsonValueKind.String ? found.GetString()! : found.GetRawText(), out value);
        }
    }

    /// <summary>Reads a value from its text. Numbers may come as texts: many APIs write amounts so.</summary>
    public bool TryParse(string text, out FieldValue value)
    {
        value = FieldValue.Null;
        switch (Kind)
        {
            case FieldKind.Text:
                value = text;
                return true;
            case FieldKind.Integer when long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var integer):
                value = integer;
                return true;
            case FieldKind.Number when double.TryParse(text, Numeric, CultureInfo.InvariantCulture, out var number) && double.IsFinite(number):
                value = number;
                return true;
            case FieldKind.Decimal when text.Count(char.IsAsciiDigit) <= MostDigits && decimal.TryParse(text, Numeric, CultureInfo.InvariantCulture, out var exact):
                value = exact;
                return true;
            case FieldKind.Boolean when text is "true" or "false":
                value = text == "true";
                return true;
            case FieldKind.Date when DateOnly.TryParseExact(text, "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out var day):
                value = day;
                return true;
            case FieldKind.Time when TryTime(text, out var time):
                value = time;
                return true;
            default:
                return false;
        }
    }

    /// <summary>A text that the API understands, for an earlier value; the same text where this kind of field has no time.</summary>
    public string Earlier(string text, TimeSpan by)
    {
        if (by <= TimeSpan.Zero || !TryParse(text, out var value))
        {
            return text;
        }

        return Kind switch
        {
            FieldKind.Integer => Math.Max(0, value.AsInteger() - (long)by.TotalSeconds).ToString(CultureInfo.InvariantCulture),
            FieldKind.Date => value.AsDate().AddDays(-Math.Min(value.AsDate().DayNumber, (int)Math.Ceiling(by.TotalDays))).ToString("yyyy-MM-dd", CultureInfo.InvariantCulture),
            FieldKind.Time => Written(value.AsTime() - by),
            _ => text,
        };
    }

    /// <summary>Compares two values of this field.</summary>
    public int Compare(FieldValue one, FieldValue other) => Kind switch
    {
        FieldKind.Integer => one.AsInteger().CompareTo(other.AsInteger()),
        FieldKind.Number => one.AsNumber().CompareTo(other.AsNumber()),
        FieldKind.Decimal => one.AsDecimal().CompareTo(other.AsDecimal()),
        FieldKind.Date => one.AsDate().CompareTo(other.AsDate()),
        FieldKind.Time => one.AsTime().CompareTo(other.AsTime()),
        _ => string.CompareOrdinal(one.AsText(), other.AsText()),
    };

    private string Written(DateTimeOffset time) => _options.Format switch
    {
        "unixSeconds" => time.ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture),
        "unixMilliseconds" => time.ToUnixTimeMilliseconds().ToString(CultureInfo.InvariantCulture),
        _ => time.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.FFFFFFF'Z'", CultureInfo.InvariantCulture),
    };

    private bool TryTime(string text, out DateTimeOffset time)
    {
        if (_options.Format == "iso")
        {
            return DateTimeOffset.TryParseExact(text, s_times, CultureInfo.InvariantCulture, Utc, out time);
        }

        time = default;
        if (!decimal.TryParse(text, Numeric, CultureInfo.InvariantCulture, out var number))
        {
            return false;
        }

        var ticks = number * (_options.Format == "unixSeconds" ? TimeSpan.TicksPerSecond : TimeSpan.TicksPerMillisecond);
        if (ticks < -DateTimeOffset.UnixEpoch.Ticks || ticks > DateTimeOffset.MaxValue.Ticks - DateTimeOffset.UnixEpoch.Ticks)
        {
            return false;
        }

        time = DateTimeOffset.UnixEpoch.AddTicks((long)ticks);
        return true;
    }

    private static bool TryReadList(JsonElement found, out FieldValue value)
    {
        value = FieldValue.Null;
        if (found.ValueKind != JsonValueKind.Array)
        {
            return false;
        }

        var texts = new List<string>(found.GetArrayLength());
        foreach (var item in found.EnumerateArray())
        {
            if (item.ValueKind is not (JsonValueKind.String or JsonValueKind.Number))
            {
                return false;
            }

            texts.Add(item.ValueKind == JsonValueKind.String ? item.GetString()! : item.GetRawText());
        }

        value = FieldValue.List(texts);
        return true;
    }
}
