using CustomerInsights.Plugins.Manifests;
using CustomerInsights.Sdk.Testing.Checks;
using CustomerInsights.Sdk.Testing.Fixtures;

namespace CustomerInsights.Sdk.Testing.Running;

/// <summary>One check at work: the package, and where the plugin is run the bench and the component.</summary>
internal sealed class Trial(KitPackage package, ConformanceOptions options, KitMemory memory)
{
    internal KitPackage Package => package;

    internal PluginManifest Manifest => package.Read.Manifest ?? throw Expect.NotHere("The manifest cannot be read; see M01.");

    internal ConformanceOptions Options => options;

    /// <summary>What checks of one run tell each other: a reading made in one mode is compared with that of the other.</summary>
    internal KitMemory Memory => memory;

    internal TestFile? Tests { get; init; }

    internal Bench Bench => _bench ?? throw new InvalidOperationException("This check is not for a plugin that runs.");

    internal TestedComponent Component => _component ?? throw new InvalidOperationException("This check is not for a component.");

    /// <summary>All components that are tested, for a check of the plugin as a whole.</summary>
    internal IReadOnlyList<TestedComponent> Tested { get; private init; } = [];

    internal IsolationMode Mode => Bench.Mode;

    private Bench? _bench;
    private TestedComponent? _component;

    internal Trial With(Bench bench, TestedComponent? component, IReadOnlyList<TestedComponent> tested) =>
        new(package, options, memory) { Tests = Tests, Tested = tested, _bench = bench, _component = component };
}

/// <summary>What is kept over the checks of one run.</summary>
internal sealed class KitMemory
{
    private readonly Dictionary<string, object> _kept = new(StringComparer.Ordinal);

    internal T? Find<T>(string key)
        where T : class => _kept.GetValueOrDefault(key) as T;

    internal void Keep(string key, object value) => _kept[key] = value;
}

/// <summary>A component, and how it is to be tested.</summary>
/// <param name="Contribution">What the manifest says of it.</param>
/// <param name="Test">Its entry in test.json.</param>
/// <param name="Subject">What it is.</param>
internal sealed record TestedComponent(PluginContribution Contribution, ComponentTest Test, Subject Subject)
{
    internal string Name => NameOf(Contribution.Kind, Contribution.Id);

    internal static string NameOf(PluginKind kind, string id) => $"{kind.ToString().ToLowerInvariant()}/{id}";
}
