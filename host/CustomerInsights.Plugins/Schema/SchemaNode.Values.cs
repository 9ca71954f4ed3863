using System.Globalization;
using System.Text.Json;

namespace CustomerInsights.Plugins.Schema;

/// <content>The keywords that look at one kind of value.</content>
internal sealed partial class SchemaNode
{
    private void CheckObject(JsonElement value, string at, SchemaCheck check, int depth)
    {
        foreach (var name in Required)
        {
            if (!value.TryGetProperty(name, out _))
            {
                var meaning = Properties.TryGetValue(name, out var node) && node.Description is { } text ? $" ({text})" : "";
                check.Add(at, "required", $"'{name}'{meaning} is missing; add it.");
            }
        }

        foreach (var property in value.EnumerateObject())
        {
            var child = JsonText.Child(at, property.Name);
            var known = Properties.TryGetValue(property.Name, out var node);
            node?.Check(property.Value, child, check, depth + 1);
            foreach (var (pattern, patternNode) in PatternProperties)
            {
                if (pattern.Matches(property.Name) == true)
                {
                    known = true;
                    patternNode.Check(property.Value, child, check, depth + 1);
                }
            }

            if (known || AdditionalProperties is null)
            {
                continue;
            }

            if (AdditionalProperties.Never)
            {
                var near = Suggestion.For(property.Name, Properties.Keys);
                var end = near.Length > 0 ? near : $"; known are {string.Join(", ", Properties.Keys)}.";
                check.Add(child, "additionalProperties", $"{JsonText.Quote(property.Name)} is not known here{end}");
            }
            else
            {
                AdditionalProperties.Check(property.Value, child, check, depth + 1);
            }
        }
    }

    private void CheckArray(JsonElement value, string at, SchemaCheck check, int depth)
    {
        var count = value.GetArrayLength();
        if (count < MinItems)
        {
            check.Add(at, "minItems", $"The list has {count} entries; it needs at least {MinItems}.");
        }

        if (count > MaxItems)
        {
            check.Add(at, "maxItems", $"The list has {count} entries; it may have at most {MaxItems}.");
        }

        var seen = UniqueItems ? new Dictionary<JsonElement, int>(ByContent.Instance) : null;
        var index = 0;
        foreach (var item in value.EnumerateArray())
        {
            var child = JsonText.Child(at, index.ToString(CultureInfo.InvariantCulture));
            Items?.Check(item, child, check, depth + 1);
            if (seen is not null && !seen.TryAdd(item, index))
            {
                check.Add(child, "uniqueItems", $"{JsonText.Quote(item)} is in the list twice, first at position {seen[item]}; remove one.");
            }

            index++;
        }
    }

    private void CheckText(string text, string at, SchemaCheck check)
    {
        if (MinLength is not null || MaxLength is not null)
        {
            // Code points, not UTF-16 units, as the specification counts.
            var length = text.EnumerateRunes().Count();
            if (length < MinLength)
            {
                check.Add(at, "minLength", length == 0
                    ? "The text is empty; give at least one character."
                    : $"{JsonText.Quote(text)} has {length} characters; it needs at least {MinLength}.");
            }

            if (length > MaxLength)
            {
                check.Add(at, "maxLength", $"{JsonText.Quote(text)} has {length} characters; it may have at most {MaxLength}.");
            }
        }

        if (Pattern is not null && Pattern.Matches(text) is var matches && matches != true)
        {
            var meaning = Description is null ? "" : $" ({Description})";
            check.Add(at, "pattern", matches is null
                ? $"{JsonText.Quote(text)} could not be compared with {Pattern.Source} in time; shorten it."
                : $"{JsonText.Quote(text)} does not match {Pattern.Source}{meaning}.");
        }

        if (Format is not null && SchemaFormat.Complaint(Format, text) is { } complaint)
        {
            check.Warn(at, "format", complaint);
        }
    }

    private void CheckNumber(JsonElement value, string at, SchemaCheck check)
    {
        if (Compare(value, Minimum) < 0)
        {
            check.Add(at, "minimum", $"{value.GetRawText()} is too small; at least {Text(Minimum)}.");
        }

        if (Compare(value, Maximum) > 0)
        {
            check.Add(at, "maximum", $"{value.GetRawText()} is too large; at most {Text(Maximum)}.");
        }

        if (Compare(value, ExclusiveMinimum) <= 0)
        {
            check.Add(at, "exclusiveMinimum", $"{value.GetRawText()} is too small; it must be more than {Text(ExclusiveMinimum)}.");
        }
    }

    // Null (no bound) compares as neither smaller nor larger, so every test above is false for it.
    private static int? Compare(JsonElement value, decimal? bound) =>
        bound is not { } limit ? null
        : value.TryGetDecimal(out var exact) ? exact.CompareTo(limit)
        : value.GetDouble().CompareTo((double)limit);

    private static string Text(decimal? bound) => bound?.ToString(CultureInfo.InvariantCulture) ?? "";

    private sealed class ByContent : IEqualityComparer<JsonElement>
    {
        internal static readonly ByContent Instance = new();

        public bool Equals(JsonElement x, JsonElement y) => JsonElement.DeepEquals(x, y);

        public int GetHashCode(JsonElement value) => value.ValueKind switch
        {
            JsonValueKind.String => value.GetString()!.GetHashCode(StringComparison.Ordinal),
            JsonValueKind.Number => value.GetDouble().GetHashCode(),
            JsonValueKind.Array => value.GetArrayLength(),
            _ => (int)value.ValueKind,
        };
    }
}
