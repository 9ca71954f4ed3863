using CustomerInsights.Core.Rules;
using CustomerInsights.Host.Features.Access;
using CustomerInsights.Host.Features.Metadata;

namespace CustomerInsights.Host.Features.Measures;

/// <summary>GET /measures/templates: usual measures, with what of this model they could be filled with.</summary>
internal static class ListMeasureTemplates
{
    private const int MostSuggestions = 20;

    /// <summary>The templates.</summary>
    /// <param name="Items">All of them.</param>
    public sealed record Response(IReadOnlyList<Template> Items);

    /// <summary>A template.</summary>
    /// <param name="Name">Its name; the measure's too, unless another is asked for.</param>
    /// <param name="DisplayName">For people.</param>
    /// <param name="Description">What it tells, and when it is missing.</param>
    /// <param name="Business">Whether it gives a business measure.</param>
    /// <param name="NeedsField">Whether a field must be named.</param>
    /// <param name="Bucket">How it is divided by time.</param>
    /// <param name="Suggestions">What it could be filled with, the best first: at most 20.</param>
    public sealed record Template(string Name, string DisplayName, string Description, bool Business, bool NeedsField, TimeBucket Bucket, IReadOnlyList<Suggestion> Suggestions);

    /// <summary>What to fill a template with.</summary>
    /// <param name="Activity">An activity type.</param>
    /// <param name="Field">One of its fields; absent where none is needed.</param>
    public sealed record Suggestion(string Activity, string? Field = null);

    public static void Map(IEndpointRouteBuilder routes) =>
        routes.MapGet("/measures/templates", HandleAsync).WithName(nameof(ListMeasureTemplates)).WithSummary("Usual measures, with what of this model they could be filled with.").Requires(AccessAction.Read, ResourceKind.Measure);

    internal static async Task<Response> HandleAsync(MetadataService metadata, CancellationToken cancellationToken)
    {
        var model = await metadata.ModelAsync(cancellationToken);
        return new Response([.. MeasureTemplates.All.Select(template => new Template(
            template.Name, template.DisplayName, template.Description, template.Business, template.Field is not null, template.Bucket,
            [.. MeasureTemplates.Suggestions(template, model).Take(MostSuggestions).Select(found => new Suggestion(found.Activity, found.Field))]))]);
    }
}
