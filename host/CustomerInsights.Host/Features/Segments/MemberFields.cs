using CustomerInsights.Core.Model;
using CustomerInsights.Core.Rules;
using CustomerInsights.Host.Features.Metadata;
using CustomerInsights.Host.Features.Profiles;
using CustomerInsights.Host.Platform;
using Microsoft.AspNetCore.Http.HttpResults;

namespace CustomerInsights.Host.Features.Segments;

/// <summary>What is shown of members besides their names: what the segment projects, or attributes that the caller chooses.</summary>
internal static class MemberFields
{
    private const int Most = 100;

    /// <summary>The fields of a question: names separated by commas; what the segment projects when none are asked for.</summary>
    public static ProblemHttpResult? Read(string? fields, SegmentModel segment, RuleSchema schema, out IReadOnlyList<MappedField> result)
    {
        result = segment.Projected;
        return fields is null ? null : Bind("fields", fields.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries), schema, out result);
    }

    /// <summary>Binds names and expressions; each is called as it is written.</summary>
    public static ProblemHttpResult? Bind(string pointer, IReadOnlyList<string> expressions, RuleSchema schema, out IReadOnlyList<MappedField> result, int most = Most)
    {
        result = [];
        if (expressions.Count > most)
        {
            return Problems.Invalid(pointer, "count", $"At most {most} fields are possible; you asked for {expressions.Count}.");
        }

        var faults = new List<Fault>();
        var bound = new List<MappedField>();
        foreach (var expression in expressions.Distinct(StringComparer.Ordinal))
        {
            var rule = RuleBinder.Bind(expression, schema, RuleUse.Value);
            faults.AddRange(rule.Errors.Select(error => new Fault(pointer, error.Code, error.ToString())));
            if (rule.Rule is { } good)
            {
                bound.Add(new MappedField(expression, good.Type, good));
            }
        }

        result = bound;
        return faults.Count > 0 ? Problems.Invalid("A field is not valid.", faults) : null;
    }

    /// <summary>The values of some profiles, by their ids.</summary>
    public static async ValueTask<IReadOnlyDictionary<ProfileId, IReadOnlyDictionary<string, object?>>> OfAsync(
        IPopulationAnswers population, PopulationQuestion question, IReadOnlyList<MappedField> fields, IReadOnlyCollection<long> profiles, CancellationToken cancellationToken)
    {
        var values = fields.Count == 0 || profiles.Count == 0 ? [] : await population.ValuesOfAsync(question, [.. fields.Select(field => field.Rule)], profiles, cancellationToken);
        return values.ToDictionary(
            profile => profile.Id,
            profile => (IReadOnlyDictionary<string, object?>)fields
                .Select((field, i) => (field.Name, Value: PlainJson.Of(profile.Values[i])))
                .ToDictionary(pair => pair.Name, pair => pair.Value, StringComparer.Ordinal));
    }
}
