using CustomerInsights.Core.Model;
using CustomerInsights.Core.Rules;
using CustomerInsights.Storage.Profiles;

namespace CustomerInsights.Host.Features.Rules;

/// <summary>Counts how often values occur, within bounds: of a name the first 1,000 different values, texts of at most 100 characters.</summary>
internal sealed class ValueCounter
{
    private const int DifferentValues = 1_000;
    private const int Names = 2_000;
    private const int TextCharacters = 100;
    private const int Activities = 100;
    private const int KeptValues = 20;
    private readonly Dictionary<(string? Activity, string Name), Dictionary<Value, long>> _counts = [];

    public void Add(PopulationProfile profile)
    {
        Add(null, profile.Attributes);
        if (profile.Measures is { } measures)
        {
            Add(null, measures);
        }

        // A few people with very many activities would otherwise speak for all.
        foreach (var activity in profile.Activities.Take(Activities))
        {
            Add(activity.Type, activity.Document);
        }
    }

    public ValueSample Sample() => new(_counts.ToDictionary(
        pair => pair.Key,
        IReadOnlyList<RuleValueHint> (pair) =>
        [
            .. pair.Value.OrderByDescending(v => v.Value).ThenBy(v => v.Key.ToString(), StringComparer.Ordinal)
                .Take(KeptValues).Select(v => new RuleValueHint(v.Key, v.Value)),
        ]));

    private void Add(string? activity, byte[] document)
    {
        foreach (var (name, value) in ValueDocument.Read(document))
        {
            if (!_counts.TryGetValue((activity, name), out var counts))
            {
                if (_counts.Count >= Names)
                {
                    continue;
                }

                _counts[(activity, name)] = counts = [];
            }

            if (value.Type == DataType.TextList)
            {
                foreach (string item in value.AsTextList())
                {
                    Count(counts, Value.Of(item));
                }
            }
            else if (!value.IsMissing)
            {
                Count(counts, value);
            }
        }
    }

    private static void Count(Dictionary<Value, long> counts, Value value)
    {
        if (value.Type == DataType.Text && value.AsText().Length is 0 or > TextCharacters)
        {
            return;
        }

        if (counts.TryGetValue(value, out long before) || counts.Count < DifferentValues)
        {
            counts[value] = before + 1;
        }
    }
}

/// <summary>The most common values of each attribute and field. Immutable.</summary>
internal sealed class ValueSample(IReadOnlyDictionary<(string? Activity, string Name), IReadOnlyList<RuleValueHint>> values)
{
    /// <summary>At most 20, most common first.</summary>
    public IReadOnlyList<RuleValueHint> Of(string? activity, string name) => values.GetValueOrDefault((activity, name)) ?? [];
}
