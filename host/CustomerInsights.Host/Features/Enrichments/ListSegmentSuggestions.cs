using System.Text;
using CustomerInsights.Core.Model;
using CustomerInsights.Core.Rules;
using CustomerInsights.Host.Features.Access;
using CustomerInsights.Host.Features.Metadata;
using CustomerInsights.Host.Platform;
using CustomerInsights.Storage.Definitions;
using CustomerInsights.Storage.Enrichments;
using Microsoft.AspNetCore.Http.HttpResults;

namespace CustomerInsights.Host.Features.Enrichments;

/// <summary>
/// GET /enrichments/{name}/segment-suggestions: segments that could be made of what an enrichment says. Those of the plugin's own come first, out of the report of the run whose
/// answers profiles have; then one for each of its yes-or-no attributes that none of them names. Each is a rule that could be saved as it is.
/// </summary>
internal static class ListSegmentSuggestions
{
    private const string Title = "Suggested segments";
    private const int Most = 50;
    private const int LongestName = 200;
    private const int LooksBack = 100;

    /// <summary>The suggestions.</summary>
    /// <param name="Items">At most 50, the plugin's own first.</param>
    public sealed record Response(IReadOnlyList<Suggestion> Items);

    /// <summary>A suggestion.</summary>
    /// <param name="Name">A name that no segment has.</param>
    /// <param name="DisplayName">For people.</param>
    /// <param name="Rule">The rule.</param>
    /// <param name="ProfileType">Whom it is about.</param>
    /// <param name="Origin">Who suggests it.</param>
    /// <param name="Segment">A segment that has this rule already; absent when none does.</param>
    public sealed record Suggestion(string Name, string DisplayName, string Rule, string ProfileType, SuggestionOrigin Origin, string? Segment = null);

    /// <summary>Who suggests a segment.</summary>
    public enum SuggestionOrigin
    {
        /// <summary>The plugin, in its last report.</summary>
        Plugin,

        /// <summary>The host, by the kind of an attribute.</summary>
        Attribute,
    }

    public static void Map(IEndpointRouteBuilder routes) =>
        routes.MapGet("/enrichments/{name}/segment-suggestions", HandleAsync).WithName(nameof(ListSegmentSuggestions))
            .WithSummary("Segments that could be made of what an enrichment says.").Requires(AccessAction.Read, ResourceKind.Enrichment);

    internal static async Task<Results<Ok<Response>, ProblemHttpResult>> HandleAsync(
        string name, IDefinitionStore definitions, MetadataService metadata, IEnrichmentStore store, CancellationToken cancellationToken)
    {
        if (await definitions.FindAsync(DefinitionKinds.Enrichment, name, cancellationToken) is null)
        {
            return Problems.NotFound("enrichment", name);
        }

        var model = await metadata.ModelAsync(cancellationToken);
        if (!model.Enrichments.TryGetValue(name, out var enrichment))
        {
            // It has faults; its status tells them.
            return TypedResults.Ok(new Response([]));
        }

        var said = enrichment.Description;
        SchemaRequest.Schema(model, said.ProfileType, out var schema);
        var taken = model.Segments.Select(segment => segment.Name).ToHashSet(StringComparer.Ordinal);
        var suggestions = new List<Suggestion>();
        var named = new HashSet<string>(StringComparer.Ordinal);
        foreach (var (title, rule) in OfPlugin(await ReportAsync(store, name, cancellationToken)))
        {
            Add(title, rule, SuggestionOrigin.Plugin);
        }

        foreach (var field in said.Writes.Where(field => field.Type == DataType.Boolean))
        {
            var attribute = said.Attribute(field.Name);
            if (!named.Contains(attribute))
            {
                Add(attribute, attribute, SuggestionOrigin.Attribute);
            }
        }

        return TypedResults.Ok(new Response(suggestions));

        // What does not hold in this model, say because another version of the plugin wrote other attributes, is not offered.
        void Add(string title, string rule, SuggestionOrigin origin)
        {
            if (suggestions.Count < Most && RuleBinder.Bind(rule, schema, RuleUse.Condition).Rule is { } bound)
            {
                named.UnionWith(bound.Dependencies.Attributes);
                var same = model.Segments.FirstOrDefault(segment => segment.Document.Rule == rule && segment.Document.ProfileType == said.ProfileType);
                suggestions.Add(new Suggestion(Free(Name(title), taken), title, rule, said.ProfileType, origin, same?.Name));
            }
        }
    }

    private static async ValueTask<ReportResponse?> ReportAsync(IEnrichmentStore store, string name, CancellationToken cancellationToken)
    {
        var runs = (await store.ListRunsAsync(name, null, LooksBack, cancellationToken)).Items;
        return runs.FirstOrDefault(run => run.Succeeded) is { } visible && await store.FindRunAsync(name, visible.JobId, cancellationToken) is { Report: { } report }
            ? Json.Read<ReportResponse>(report)
            : null;
    }

    private static IEnumerable<(string Title, string Rule)> OfPlugin(ReportResponse? report) =>
        from table in report?.Tables ?? []
        where table.Title == Title
        from row in table.Rows
        where row.Count >= 2
        let title = row[0]?.ToString()
        let rule = row[1]?.ToString()
        where title is { Length: > 0 and <= LongestName } && rule is { Length: > 0 }
        select (title, rule);

    private static string Name(string title)
    {
        var name = new StringBuilder(title.Length);
        foreach (var letter in title)
        {
            if (char.IsAsciiLetterOrDigit(letter))
            {
                name.Append(char.ToLowerInvariant(letter));
            }
            else if (name.Length > 0 && name[^1] != '-')
            {
                name.Append('-');
            }
        }

        var made = name.ToString().Trim('-');
        return Names.IsDefinition(made) ? made : "segment";
    }

    private static string Free(string name, HashSet<string> taken)
    {
        var free = name;
        for (var i = 2; !taken.Add(free); i++)
        {
            free = string.Create(System.Globalization.CultureInfo.InvariantCulture, $"{name}-{i}");
        }

        return free;
    }
}
