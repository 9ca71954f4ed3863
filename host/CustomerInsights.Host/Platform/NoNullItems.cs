using System.Collections;
using System.Reflection;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace CustomerInsights.Host.Platform;

/// <summary>
/// Refuses null inside lists and maps whose type says that there is none. The serializer looks at properties alone; without this
/// <c>{"sources": {"crm": null}}</c> would reach the slices as a null that their types rule out.
/// </summary>
internal static class NoNullItems
{
    public static void Modify(JsonTypeInfo info)
    {
        if (info.Kind != JsonTypeInfoKind.Object)
        {
            return;
        }

        var nullability = new NullabilityInfoContext();
        var collections = info.Properties.Where(property => property.Get is not null && HoldsNoNull(property, nullability)).ToList();
        if (collections.Count == 0)
        {
            return;
        }

        var before = info.OnDeserialized;
        info.OnDeserialized = value =>
        {
            before?.Invoke(value);
            foreach (var property in collections)
            {
                Check(property.Name, property.Get!(value));
            }
        };
    }

    private static bool HoldsNoNull(JsonPropertyInfo property, NullabilityInfoContext nullability)
    {
        if (property.AttributeProvider is not PropertyInfo { PropertyType: { IsGenericType: true } type } member || !typeof(IEnumerable).IsAssignableFrom(type))
        {
            return false;
        }

        // The items of a list, the values of a map.
        var item = nullability.Create(member).GenericTypeArguments[^1];
        return !item.Type.IsValueType && item.ReadState == NullabilityState.NotNull;
    }

    private static void Check(string property, object? collection)
    {
        var place = collection switch
        {
            IDictionary map => map.Keys.Cast<object>().FirstOrDefault(key => map[key] is null),
            IList list when list.Contains(null) => list.IndexOf(null),
            _ => null,
        };
        if (place is not null)
        {
            throw new JsonException($"'{property}' holds null at '{place}'; a value is needed there. Give it, or remove the entry.");
        }
    }
}
