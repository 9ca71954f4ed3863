using System.Collections;
using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using System.Reflection;
using System.Reflection.Metadata;

namespace CustomerInsights.Plugins.Loading;

/// <summary>
/// Caches of the runtime that hold types of plugins. Most clear themselves for hot reload, through a hook that is public.
/// Two do not know of collectible types in .NET 10.0 (fixed after it by dotnet/runtime #114619) and are scrubbed through
/// their private fields; <c>RuntimeCachesTests</c> fails when the runtime has changed and this is to be looked at again.
/// </summary>
internal static class RuntimeCaches
{
    private const BindingFlags Fields = BindingFlags.Static | BindingFlags.Instance | BindingFlags.NonPublic | BindingFlags.Public | BindingFlags.DeclaredOnly;

    /// <summary>Calls every <c>ClearCache</c> that hot reload would call.</summary>
    internal static void Flush()
    {
        foreach (var assembly in AppDomain.CurrentDomain.GetAssemblies().Where(assembly => !assembly.IsCollectible))
        {
            foreach (var handler in assembly.GetCustomAttributes<MetadataUpdateHandlerAttribute>().Select(attribute => attribute.HandlerType))
            {
                var clear = handler.GetMethod("ClearCache", BindingFlags.Static | BindingFlags.Public | BindingFlags.NonPublic, [typeof(Type[])]);
                Try(() => clear?.Invoke(null, [null]));
            }
        }
    }

    /// <summary>Removes collectible types from the caches of TypeDescriptor and of the validation attributes.</summary>
    internal static void Scrub()
    {
        Try(() =>
        {
            foreach (var field in StaticTables(typeof(TypeDescriptor)).Concat(StaticTables(Provider)))
            {
                RemoveCollectible(field.GetValue(null));
            }

            foreach (var node in Nodes().ToList())
            {
                RemoveCollectible(TypeData?.GetValue(node));
            }

            RemoveCollectible(ValidationItems());
        });
    }

    /// <summary>What of the private fields is not as this class knows it; empty when the scrub can work.</summary>
    internal static IReadOnlyList<string> Unknown()
    {
        var missing = new List<string>();
        void Expect(object? found, string name)
        {
            if (found is null)
            {
                missing.Add(name);
            }
        }

        Expect(ProviderTypeTable?.GetValue(null) as IDictionary, "TypeDescriptor.s_providerTypeTable");
        Expect(ProviderTable?.GetValue(null) as IDictionary, "TypeDescriptor.s_providerTable");
        Expect(TypeData, "ReflectTypeDescriptionProvider._typeData");
        Expect(ValidationItems() as IDictionary, "ValidationAttributeStore._typeStoreItems");
        return missing;
    }

    private static Type? Provider { get; } = typeof(TypeDescriptor).Assembly.GetType("System.ComponentModel.ReflectTypeDescriptionProvider");

    private static Type? Node { get; } = typeof(TypeDescriptor).GetNestedType("TypeDescriptionNode", BindingFlags.NonPublic);

    private static FieldInfo? TypeData { get; } = Provider?.GetField("_typeData", Fields);

    private static FieldInfo? ProviderTypeTable { get; } = typeof(TypeDescriptor).GetField("s_providerTypeTable", Fields);

    private static FieldInfo? ProviderTable { get; } = typeof(TypeDescriptor).GetField("s_providerTable", Fields);

    private static IEnumerable<FieldInfo> StaticTables(Type? type) =>
        type?.GetFields(Fields).Where(field => field.IsStatic && typeof(IDictionary).IsAssignableFrom(field.FieldType)) ?? [];

    // Every chain of description nodes, down to the reflecting providers, which keep data by type.
    private static IEnumerable<object> Nodes()
    {
        var next = Node?.GetField("Next", Fields);
        var provider = Node?.GetField("Provider", Fields);
        foreach (var table in new[] { ProviderTypeTable, ProviderTable })
        {
            if (table?.GetValue(null) is not IDictionary entries)
            {
                continue;
            }

            foreach (var first in entries.Values.Cast<object?>().ToList())
            {
                for (var node = first; node is not null && Node?.IsInstanceOfType(node) == true; node = next?.GetValue(node))
                {
                    if (provider?.GetValue(node) is { } found && Provider?.IsInstanceOfType(found) == true)
                    {
                        yield return found;
                    }
                }
            }
        }
    }

    private static object? ValidationItems()
    {
        var store = typeof(Validator).Assembly.GetType("System.ComponentModel.DataAnnotations.ValidationAttributeStore");
        var instance = store?.GetProperty("Instance", Fields)?.GetValue(null);
        return instance is null ? null : store!.GetField("_typeStoreItems", Fields)?.GetValue(instance);
    }

    private static void RemoveCollectible(object? table)
    {
        if (table is not IDictionary entries)
        {
            return;
        }

        // TypeDescriptor locks its tables by themselves.
        lock (entries)
        {
            foreach (var key in entries.Keys.Cast<object>().Where(key => key is MemberInfo { IsCollectible: true }).ToList())
            {
                entries.Remove(key);
            }
        }
    }

    // A cache of another shape than known is not worth a crash: the context stays in memory and is reported as such.
    private static bool Try(Action action)
    {
        try
        {
            action();
            return true;
        }
        catch (Exception)
        {
            return false;
        }
    }
}
