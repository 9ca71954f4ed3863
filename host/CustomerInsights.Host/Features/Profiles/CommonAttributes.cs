using System.Collections.Concurrent;
using CustomerInsights.Core.Rules;
using CustomerInsights.Host.Features.Metadata;

namespace CustomerInsights.Host.Features.Profiles;

/// <summary>Which attributes most profiles of a type have. Counted over all of them, and kept for an hour.</summary>
internal sealed class CommonAttributes(MetadataService metadata, IPopulationAnswers answers, TimeProvider clock)
{
    private static readonly TimeSpan s_kept = TimeSpan.FromHours(1);

    private readonly ConcurrentDictionary<string, Known> _known = new(StringComparer.Ordinal);

    /// <summary>The names of attributes that more than half of the profiles of a type have.</summary>
    public async ValueTask<IReadOnlySet<string>> OfAsync(string profileType, CancellationToken cancellationToken)
    {
        var (model, now) = (await metadata.ModelAsync(cancellationToken), clock.GetUtcNow());
        if (_known.TryGetValue(profileType, out var known) && ReferenceEquals(known.Model, model) && now - known.At < s_kept)
        {
            return known.Names;
        }

        var names = await CountAsync(model, profileType, now, cancellationToken);
        _known[profileType] = new Known(model, now, names);
        return names;
    }

    private async Task<IReadOnlySet<string>> CountAsync(InsightsModel model, string profileType, DateTimeOffset now, CancellationToken cancellationToken)
    {
        if (!model.ProfileTypes.TryGetValue(profileType, out var type) || !model.Schemas.TryGetValue(profileType, out var schema))
        {
            return new HashSet<string>(StringComparer.Ordinal);
        }

        List<string> names = [.. type.Document.Attributes.Keys];
        var measures = names.Select(name => $"count(profile where `{name}` is present)").Prepend("count(profile)").Select((expression, i) => new MeasureModel(
            $"common{i}", new MeasureDocument { Business = true, ProfileType = profileType, Expression = expression }, RuleBinder.Bind(expression, schema, RuleUse.BusinessMeasure).Rule!)).ToList();
        var counts = (await answers.BusinessAsync(new PopulationQuestion(model, profileType, now), measures, cancellationToken))
            .Select(rows => rows.Count == 0 || rows[0].Value.IsMissing ? 0 : rows[0].Value.AsInteger()).ToList();
        return names.Where((_, i) => 2 * counts[i + 1] > counts[0]).ToHashSet(StringComparer.Ordinal);
    }

    private sealed record Known(InsightsModel Model, DateTimeOffset At, IReadOnlySet<string> Names);
}
