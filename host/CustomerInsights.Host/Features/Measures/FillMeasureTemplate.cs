using CustomerInsights.Core.Rules;
using CustomerInsights.Host.Features.Access;
using CustomerInsights.Host.Features.Metadata;
using CustomerInsights.Host.Platform;
using Microsoft.AspNetCore.Http.HttpResults;

namespace CustomerInsights.Host.Features.Measures;

/// <summary>POST /measures/templates/{name}: the definition that a template gives. Nothing is saved: send it with PUT /measures/{name}.</summary>
internal static class FillMeasureTemplate
{
    private const int LongestPeriod = 10;

    /// <summary>What to fill it with.</summary>
    /// <param name="Activity">The activity type; the first suggestion's if absent.</param>
    /// <param name="Field">The field; the first suggestion's of that activity type if absent.</param>
    /// <param name="Period">How far back, as a duration such as <c>90d</c> or <c>12mo</c>; all time if absent.</param>
    /// <param name="ProfileType">The profile type; customer if absent.</param>
    /// <param name="TimeZone">The time zone of a business measure's buckets; UTC if absent.</param>
    public sealed record Request(string? Activity = null, string? Field = null, string? Period = null, string? ProfileType = null, string? TimeZone = null);

    /// <summary>The definition.</summary>
    /// <param name="Name">A name for the measure: the template's, or with a number behind it where that is taken.</param>
    /// <param name="Definition">Ready to be saved.</param>
    public sealed record Response(string Name, MeasureDocument Definition);

    public static void Map(IEndpointRouteBuilder routes) =>
        routes.MapPost("/measures/templates/{name}", HandleAsync).WithName(nameof(FillMeasureTemplate)).WithSummary("The definition that a template gives. Nothing is saved.").Requires(AccessAction.Read, ResourceKind.Measure);

    internal static async Task<Results<Ok<Response>, ProblemHttpResult>> HandleAsync(string name, Request request, MetadataService metadata, CancellationToken cancellationToken)
    {
        if (MeasureTemplates.All.FirstOrDefault(template => template.Name == name) is not { } template)
        {
            return Problems.NotFound("measure template", name, $"See GET /measures/templates.{Names.Suggest(name, MeasureTemplates.All.Select(one => one.Name))}");
        }

        var model = await metadata.ModelAsync(cancellationToken);
        var type = request.ProfileType ?? "customer";
        if (SchemaRequest.Schema(model, type, out var schema) is { } unknown)
        {
            return unknown;
        }

        if (Choose(template, request, model, out var activity, out var field) is { } refused)
        {
            return refused;
        }

        if (request.Period is { } period && !IsDuration(period))
        {
            return Problems.Invalid("/period", "duration", "The period is not a duration; write one such as 90d, 12mo or 2y, or leave it out for all time.");
        }

        if (request.TimeZone is { } zone && (!template.Business || !TimeZones.TryFind(zone, out _)))
        {
            return Problems.Invalid("/timeZone", "timezone", template.Business ? TimeZones.Unknown(zone) : "Only templates of business measures have a time zone; leave it out.");
        }

        var definition = new MeasureDocument
        {
            DisplayName = template.DisplayName,
            Description = template.Description,
            ProfileType = type,
            Business = template.Business,
            Expression = MeasureTemplates.Fill(template, activity, field, request.Period),
            Bucket = template.Bucket,
            TimeZone = request.TimeZone,
        };
        var errors = MeasureModels.Bind(definition, schema).Measure.Errors;
        return errors.Count > 0
            ? Problems.Invalid("The template does not fit.", [.. errors.Select(error => new Fault("/field", error.Code, error.ToString()))])
            : TypedResults.Ok(new Response(Free(template.Name, model, schema), definition));
    }

    private static ProblemHttpResult? Choose(MeasureTemplate template, Request request, InsightsModel model, out string activity, out string? field)
    {
        (activity, field) = ("", null);
        var suggested = MeasureTemplates.Suggestions(template, model).ToList();
        if ((request.Activity ?? suggested.FirstOrDefault().Activity) is not { } chosen)
        {
            return Problems.Invalid("/activity", "required", "No activity type fits by itself; name one.");
        }

        if (!model.ActivityTypes.TryGetValue(chosen, out var type))
        {
            return Problems.Invalid("/activity", "unknown", $"There is no activity type '{chosen}'.{Names.Suggest(chosen, model.ActivityTypes.Keys)}");
        }

        activity = chosen;
        if (template.Field is null)
        {
            return request.Field is null ? null : Problems.Invalid("/field", "unused", $"The template '{template.Name}' needs no field; leave it out.");
        }

        var numbers = type.Fields.Where(one => MeasureTemplates.IsNumber(one.Value.Type)).Select(one => one.Key);
        field = request.Field ?? suggested.FirstOrDefault(one => one.Activity == chosen).Field;
        return field is null ? Problems.Invalid("/field", "required", $"Name a field of '{chosen}' that is a number.{Names.Suggest("", numbers)}")
            : numbers.Contains(field, StringComparer.Ordinal) ? null
            : Problems.Invalid("/field", "unknown", $"'{chosen}' has no number '{field}'.{Names.Suggest(field, numbers)}");
    }

    private static bool IsDuration(string text) =>
        text.Length is > 1 and <= LongestPeriod && char.IsAsciiDigit(text[0]) && text.All(char.IsAsciiLetterOrDigit)
        && RuleBinder.Bind($"ago({text})", new RuleSchema(), RuleUse.Value) is { Errors.Count: 0 };

    private static string Free(string name, InsightsModel model, RuleSchema schema)
    {
        bool IsTaken(string one) => schema.Attributes.ContainsKey(one) || model.Measures.Any(measure => measure.Name == one);
        return IsTaken(name) ? Enumerable.Range(2, int.MaxValue - 2).Select(i => FormattableString.Invariant($"{name}_{i}")).First(one => !IsTaken(one)) : name;
    }
}
