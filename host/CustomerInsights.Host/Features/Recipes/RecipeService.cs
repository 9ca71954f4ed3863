using System.Text.Json.Nodes;
using CustomerInsights.Host.Features.Metadata;
using CustomerInsights.Host.Platform;
using CustomerInsights.Plugins.Manifests;
using CustomerInsights.Storage.Definitions;
using CustomerInsights.Storage.Records;

namespace CustomerInsights.Host.Features.Recipes;

/// <summary>Compares a recipe with what is defined, and makes it so.</summary>
internal sealed class RecipeService(IDefinitionStore definitions, MetadataService metadata, ISourceDiscovery discovery)
{
    /// <summary>What a recipe does to one definition.</summary>
    public enum Effect
    {
        /// <summary>It is made.</summary>
        Create,

        /// <summary>It is changed.</summary>
        Change,

        /// <summary>It is as the recipe says.</summary>
        Same,
    }

    /// <summary>What a recipe does to a definition.</summary>
    /// <param name="Kind">The definition's kind.</param>
    /// <param name="Name">Its name.</param>
    /// <param name="Effect">What the recipe does to it.</param>
    /// <param name="Differences">For a change: what stands now and what the recipe says, by JSON pointer.</param>
    public sealed record Step(string Kind, string Name, Effect Effect, IReadOnlyList<Difference>? Differences = null);

    /// <summary>A difference.</summary>
    /// <param name="Pointer">The place.</param>
    /// <param name="From">What stands there now; absent when nothing does.</param>
    /// <param name="To">What the recipe says; absent when it says nothing.</param>
    public sealed record Difference(string Pointer, JsonNode? From, JsonNode? To);

    /// <summary>What a recipe does in all.</summary>
    /// <param name="Applied">False for a dry run, and when nothing was to be done.</param>
    /// <param name="Created">How many definitions are made.</param>
    /// <param name="Changed">How many are changed.</param>
    /// <param name="Same">How many are as the recipe says.</param>
    /// <param name="Steps">Each of them.</param>
    /// <param name="Warnings">What to look at.</param>
    public sealed record Report(bool Applied, int Created, int Changed, int Same, IReadOnlyList<Step> Steps, IReadOnlyList<Fault> Warnings);

    public async ValueTask<(Report? Report, IReadOnlyList<Fault> Faults)> ApplyAsync(RecipeDocument recipe, bool dryRun, string actor, CancellationToken cancellationToken)
    {
        if (recipe.Recipe != 1)
        {
            return (null, [new Fault("/recipe", "version", $"This host reads recipes of format 1, not {recipe.Recipe}.")]);
        }

        var current = (await definitions.SnapshotAsync(cancellationToken)).ToDictionary(definition => (definition.Kind, definition.Name));
        var steps = new List<Step>();
        var changes = new List<DefinitionChange>();
        var faults = new List<Fault>();
        foreach (var (kind, section, name, document) in Items(recipe))
        {
            if (!Names.IsDefinition(name))
            {
                faults.Add(new Fault($"/{section}/{Names.Escape(name)}", "name", $"'{name}' is not a name; use 1 to 100 letters, digits, _ - and ., beginning with a letter or digit."));
            }

            var existing = current.GetValueOrDefault((kind, name));
            var differences = existing is null ? [] : Differences(JsonNode.Parse(existing.Document), JsonNode.Parse(document), "").Take(100).ToList();
            var effect = existing is null ? Effect.Create : differences.Count == 0 ? Effect.Same : Effect.Change;
            steps.Add(new Step(kind, name, effect, differences.Count == 0 ? null : differences));
            if (effect != Effect.Same)
            {
                changes.Add(new DefinitionChange(kind, name, document, existing?.Version ?? 0));
            }
        }

        var (discovered, found) = await DiscoverAsync(recipe, changes, cancellationToken);
        faults.AddRange(found);
        if (faults.Count > 0)
        {
            // The rest is told too, but for what hangs on streams that could not be discovered.
            var (_, others) = await metadata.TryAsync(changes, discovered, cancellationToken);
            faults.AddRange(others.Where(fault => fault is { Warning: false, Kind: not (DefinitionKinds.Mapping or DefinitionKinds.Unification) }).Select(ToFault));
            return (null, faults);
        }

        var (errors, warnings) = await CheckOrApplyAsync(changes, discovered, dryRun, actor, cancellationToken);
        return errors.Count > 0
            ? (null, errors)
            : (new Report(
                !dryRun && changes.Count > 0,
                steps.Count(step => step.Effect == Effect.Create),
                steps.Count(step => step.Effect == Effect.Change),
                steps.Count(step => step.Effect == Effect.Same),
                steps,
                warnings), []);
    }

    private async ValueTask<(List<Fault> Errors, List<Fault> Warnings)> CheckOrApplyAsync(
        List<DefinitionChange> changes, Discovered discovered, bool dryRun, string actor, CancellationToken cancellationToken)
    {
        if (changes.Count == 0)
        {
            return ([], []);
        }

        IReadOnlyList<DefinitionFault> found;
        if (dryRun)
        {
            found = (await metadata.TryAsync(changes, discovered, cancellationToken)).NewFaults;
        }
        else
        {
            var outcome = await metadata.ApplyAsync(changes, discovered, actor, cancellationToken);
            found = [.. outcome.Faults, .. outcome.Warnings];
        }

        return ([.. found.Where(fault => !fault.Warning).Select(ToFault)], [.. found.Where(fault => fault.Warning).Select(ToFault)]);
    }

    // Only sources, enrichments and exports that the recipe makes or changes are asked, so that applying it again touches nothing outside.
    private async ValueTask<(Discovered Discovered, List<Fault> Faults)> DiscoverAsync(
        RecipeDocument recipe, List<DefinitionChange> changes, CancellationToken cancellationToken)
    {
        var streams = new Dictionary<string, IReadOnlyList<StreamField>>(StringComparer.Ordinal);
        var faults = new List<Fault>();
        foreach (var name in changes.Where(change => change.Kind == DefinitionKinds.Connection).Select(change => change.Name))
        {
            faults.AddRange(discovery.CheckConnection(recipe.Connections![name]).Select(fault => fault with { Pointer = $"/connections/{Names.Escape(name)}{fault.Pointer}" }));
        }

        foreach (var name in changes.Where(change => change.Kind == DefinitionKinds.Source).Select(change => change.Name))
        {
            var (found, wrong) = await discovery.DiscoverAsync(name, recipe.Sources![name], recipe.Connections, cancellationToken);
            faults.AddRange(wrong.Select(fault => fault with { Pointer = $"/sources/{Names.Escape(name)}{fault.Pointer}" }));
            foreach (var (stream, fields) in found)
            {
                streams[stream] = fields;
            }
        }

        foreach (var name in changes.Where(change => change.Kind == DefinitionKinds.EventSource).Select(change => change.Name))
        {
            foreach (var (stream, fields) in EventSources.Streams(name, recipe.EventSources![name]))
            {
                streams[stream] = fields;
            }
        }

        var enrichments = new Dictionary<string, EnrichmentDescription>(StringComparer.Ordinal);
        foreach (var name in changes.Where(change => change.Kind == DefinitionKinds.Enrichment).Select(change => change.Name))
        {
            var (description, wrong) = await discovery.DescribeAsync(name, recipe.Enrichments![name], recipe.Connections, cancellationToken);
            faults.AddRange(wrong.Select(fault => fault with { Pointer = $"/enrichments/{Names.Escape(name)}{fault.Pointer}" }));
            if (description is not null)
            {
                enrichments[name] = description;
            }
        }

        foreach (var name in changes.Where(change => change.Kind == DefinitionKinds.Export).Select(change => change.Name))
        {
            var export = recipe.Exports![name];
            var wrong = await discovery.CheckExportAsync(name, export, recipe.Connections, cancellationToken);
            faults.AddRange(wrong.Select(fault => fault with { Pointer = $"/exports/{Names.Escape(name)}{fault.Pointer}" }));
        }

        return (new Discovered(streams, enrichments), faults);
    }

    private static readonly Dictionary<string, string> s_sections = new(StringComparer.Ordinal)
    {
        [DefinitionKinds.ConsentSettings] = "consentSettings",
        [DefinitionKinds.ProfileType] = "profileTypes",
        [DefinitionKinds.ActivityType] = "activityTypes",
        [DefinitionKinds.Relationship] = "relationships",
        [DefinitionKinds.Connection] = "connections",
        [DefinitionKinds.Source] = "sources",
        [DefinitionKinds.EventSource] = "eventSources",
        [DefinitionKinds.Mapping] = "mappings",
        [DefinitionKinds.Unification] = "unification",
        [DefinitionKinds.Measure] = "measures",
        [DefinitionKinds.Segment] = "segments",
        [DefinitionKinds.Enrichment] = "enrichments",
        [DefinitionKinds.Export] = "exports",
        [DefinitionKinds.Card] = "cards",
    };

    private static Fault ToFault(DefinitionFault fault) =>
        new($"/{s_sections[fault.Kind]}/{Names.Escape(fault.Name)}{fault.Pointer}", fault.Code, fault.Message);

    private static IEnumerable<(string Kind, string Section, string Name, string Document)> Items(RecipeDocument recipe)
    {
        IEnumerable<(string, string, string, string)> Of<T>(string kind, IReadOnlyDictionary<string, T>? documents) =>
            (documents ?? new Dictionary<string, T>()).Select(pair => (kind, s_sections[kind], pair.Key, Json.Write(pair.Value)));

        return Of(DefinitionKinds.ConsentSettings, recipe.ConsentSettings)
            .Concat(Of(DefinitionKinds.ProfileType, recipe.ProfileTypes))
            .Concat(Of(DefinitionKinds.ActivityType, recipe.ActivityTypes))
            .Concat(Of(DefinitionKinds.Relationship, recipe.Relationships))
            .Concat(Of(DefinitionKinds.Connection, recipe.Connections))
            .Concat(Of(DefinitionKinds.Source, recipe.Sources))
            .Concat(Of(DefinitionKinds.EventSource, recipe.EventSources))
            .Concat(Of(DefinitionKinds.Mapping, recipe.Mappings))
            .Concat(Of(DefinitionKinds.Unification, recipe.Unification))
            .Concat(Of(DefinitionKinds.Measure, recipe.Measures))
            .Concat(Of(DefinitionKinds.Segment, recipe.Segments))
            .Concat(Of(DefinitionKinds.Enrichment, recipe.Enrichments))
            .Concat(Of(DefinitionKinds.Export, recipe.Exports))
            .Concat(Of(DefinitionKinds.Card, recipe.Cards));
    }

    private static IEnumerable<Difference> Differences(JsonNode? from, JsonNode? to, string pointer)
    {
        if (from is JsonObject before && to is JsonObject after)
        {
            return before.Select(pair => pair.Key).Union(after.Select(pair => pair.Key))
                .SelectMany(name => Differences(before[name], after[name], $"{pointer}/{Names.Escape(name)}"));
        }

        return JsonNode.DeepEquals(from, to) ? [] : [new Difference(pointer, from?.DeepClone(), to?.DeepClone())];
    }
}
