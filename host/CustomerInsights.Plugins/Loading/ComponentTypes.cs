using System.Reflection;
using CustomerInsights.Plugins.Manifests;
using CustomerInsights.Plugins.Schema;
using CustomerInsights.Sdk;

namespace CustomerInsights.Plugins.Loading;

/// <summary>Finds the types that a manifest names and holds them to their contracts.</summary>
internal static class ComponentTypes
{
    /// <summary>The type of a component.</summary>
    /// <exception cref="RuleException">The type is not there or cannot be used; the message says what to change where.</exception>
    internal static Type Find(Assembly assembly, string typeName, PluginKind kind, string place)
    {
        var contracts = ContractsOf(kind);
        var type = Find(assembly, typeName, place, contracts);
        var met = contracts.Where(contract => contract.IsAssignableFrom(type)).ToList();
        return met.Count switch
        {
            1 => type,
            0 => throw new RuleException($"{place}: the type {typeName} does not implement {Names(contracts)}, which a component of kind '{kind.ToString().ToLowerInvariant()}' must."),
            _ => throw new RuleException($"{place}: the type {typeName} implements {string.Join(" and ", met.Select(contract => contract.Name))}; a component implements exactly one of them."),
        };
    }

    /// <summary>The type of the startup.</summary>
    /// <exception cref="RuleException">As above.</exception>
    internal static Type FindStartup(Assembly assembly, string typeName)
    {
        const string place = "/entry/startup";
        var type = Find(assembly, typeName, place, [typeof(IPluginStartup)]);
        return !typeof(IPluginStartup).IsAssignableFrom(type)
            ? throw new RuleException($"{place}: the type {typeName} does not implement IPluginStartup.")
            : type.GetConstructor(Type.EmptyTypes) is null
                ? throw new RuleException($"{place}: the type {typeName} needs a public constructor without parameters.")
                : type;
    }

    private static Type Find(Assembly assembly, string typeName, string place, Type[] contracts)
    {
        var type = assembly.GetType(typeName, throwOnError: false)
            ?? throw new RuleException($"{place}: there is no type {typeName} in {assembly.GetName().Name}{Candidates(assembly, typeName, contracts)}");
        return type switch
        {
            { IsVisible: false } => throw new RuleException($"{place}: the type {typeName} is not public."),
            { IsAbstract: true } or { IsInterface: true } => throw new RuleException($"{place}: the type {typeName} is abstract; name a class that can be made."),
            { ContainsGenericParameters: true } => throw new RuleException($"{place}: the type {typeName} is generic; name a closed class."),
            _ when type.GetConstructors().Length != 1 => throw new RuleException($"{place}: the type {typeName} needs exactly one public constructor."),
            _ => type,
        };
    }

    private static string Candidates(Assembly assembly, string typeName, Type[] contracts)
    {
        var names = assembly.GetExportedTypes()
            .Where(type => type is { IsAbstract: false, IsInterface: false } && contracts.Any(contract => contract.IsAssignableFrom(type)))
            .Select(type => type.FullName!)
            .ToList();
        var near = Suggestion.For(typeName, names);
        return near.Length > 0 ? near : names.Count > 0 ? $". It has {string.Join(", ", names)}." : $", and none that implements {Names(contracts)}.";
    }

    private static Type[] ContractsOf(PluginKind kind) => kind switch
    {
        PluginKind.Connector => [typeof(ISourceConnector)],
        PluginKind.Enrichment => [typeof(IProfileEnrichment), typeof(IPopulationEnrichment)],
        _ => [typeof(IExportTarget)],
    };

    private static string Names(Type[] contracts) => string.Join(" or ", contracts.Select(contract => contract.Name));

    /// <summary>A sentence about a type; caught where the plugin is loaded.</summary>
    internal sealed class RuleException(string message) : Exception(message);
}
