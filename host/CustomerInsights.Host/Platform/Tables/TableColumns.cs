using System.Collections;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using CustomerInsights.Host.Features.Metadata;

namespace CustomerInsights.Host.Platform.Tables;

/// <summary>The columns of a kind of row, and those that are asked for.</summary>
internal static class TableColumns
{
    /// <summary>A column for each property, called and in order as in JSON.</summary>
    public static IReadOnlyList<TableColumn> Of(Type row) => Json.Options.GetTypeInfo(row) is { Kind: JsonTypeInfoKind.Object } info
        ? [.. info.Properties.Where(property => property.Get is not null).Select(property => new TableColumn(property.Name, property.PropertyType, property.Get!))]
        : throw new InvalidOperationException($"{row} has no properties that could be columns.");

    /// <summary>The columns asked for: <c>city</c>, or what is inside one: <c>attributes.city</c>. All when none are named.</summary>
    /// <exception cref="BadParameterException">There is no such column.</exception>
    public static IReadOnlyList<TableColumn> Choose(IReadOnlyList<TableColumn> columns, IReadOnlyList<string>? fields) =>
        fields is null ? columns : [.. fields.Select(field => Find(columns, field))];

    private static TableColumn Find(IReadOnlyList<TableColumn> columns, string field)
    {
        if (columns.FirstOrDefault(column => column.Name == field) is { } whole)
        {
            return whole;
        }

        var point = field.IndexOf('.', StringComparison.Ordinal);
        if (point > 0 && columns.FirstOrDefault(column => column.Name == field[..point]) is { } outer)
        {
            var inside = field[(point + 1)..];
            Check(outer.Type, inside, field);
            return new TableColumn(field, typeof(object), row => Inside(outer.Read(row), inside));
        }

        var names = columns.Select(column => column.Name).ToList();
        throw new BadParameterException("fields", $"There is no field '{field}'.{Names.Suggest(field, names)} There are {string.Join(", ", names)}.");
    }

    // Names in a dictionary are data; those of a type are known, and a wrong one is a mistake.
    private static void Check(Type type, string path, string field)
    {
        if (Nullable.GetUnderlyingType(type) is null && type != typeof(object) && Json.Options.GetTypeInfo(type) is { } info && info.Kind != JsonTypeInfoKind.Dictionary)
        {
            var (name, rest) = path.IndexOf('.', StringComparison.Ordinal) is > 0 and var point ? (path[..point], path[(point + 1)..]) : (path, null);
            if (info.Properties.FirstOrDefault(property => property.Name == name && info.Kind == JsonTypeInfoKind.Object) is not { } property)
            {
                throw new BadParameterException("fields", $"There is no field '{field}': nothing there is called '{name}'.{Names.Suggest(name, info.Properties.Select(one => one.Name))}");
            }

            if (rest is not null)
            {
                Check(property.PropertyType, rest, field);
            }
        }
    }

    // A key may have points of its own: the attributes of enrichments have.
    private static object? Inside(object? value, string path)
    {
        if (Member(value, path) is { } whole)
        {
            return whole;
        }

        for (var point = path.IndexOf('.', StringComparison.Ordinal); point > 0; point = path.IndexOf('.', point + 1))
        {
            if (Member(value, path[..point]) is { } inner)
            {
                return Inside(inner, path[(point + 1)..]);
            }
        }

        return null;
    }

    private static object? Member(object? value, string name)
    {
        switch (value)
        {
            case null or string:
                return null;
            case JsonElement element:
                return element.ValueKind == JsonValueKind.Object && element.TryGetProperty(name, out var found) && found.ValueKind != JsonValueKind.Null ? found : null;
            case IReadOnlyDictionary<string, object?> dictionary:
                return dictionary.GetValueOrDefault(name);
            case IDictionary dictionary:
                return dictionary.Contains(name) ? dictionary[name] : null;
            default:
                var info = Json.Options.GetTypeInfo(value.GetType());
                return info.Kind == JsonTypeInfoKind.Object ? info.Properties.FirstOrDefault(property => property.Name == name)?.Get?.Invoke(value) : null;
        }
    }
}
