using CustomerInsights.Core.Model;
using CustomerInsights.Core.Rules;
using CustomerInsights.Core.Statistics;
using CustomerInsights.Host.Features.Jobs;
using CustomerInsights.Host.Features.Metadata;
using CustomerInsights.Host.Features.Profiles;
using CustomerInsights.Host.Platform;
using CustomerInsights.Storage.Measures;

namespace CustomerInsights.Host.Features.Measures;

/// <summary>Computes measures per profile in one pass over the profiles of a type, and keeps their distributions.</summary>
internal sealed class ProfileMeasures(PopulationScan population, IMeasureStore store)
{
    private const int WriteAt = 1000;

    /// <summary>Computes those that are due; the others keep the values that they have.</summary>
    /// <param name="job">Is told how far it is.</param>
    /// <param name="model">The model.</param>
    /// <param name="type">The profile type.</param>
    /// <param name="measures">All its measures per profile, in the model's order.</param>
    /// <param name="due">The names of those to compute.</param>
    /// <param name="now">The instant.</param>
    /// <param name="cancellationToken">Cancels.</param>
    /// <returns>How many profiles' values changed.</returns>
    public async Task<long> ComputeAsync(
        JobContext job, InsightsModel model, string type, IReadOnlyList<MeasureModel> measures, IReadOnlyDictionary<string, string> due, DateTimeOffset now, CancellationToken cancellationToken)
    {
        var rules = measures.Where(measure => due.ContainsKey(measure.Name)).Select(measure => measure.Rule).ToList();

        var engagement = await RankAsync(model, type, [.. measures.Where(measure => measure.Engagement is not null && due.ContainsKey(measure.Name))], now, cancellationToken);
        var pass = new Pass(measures, due, engagement, now);

        // Ranks are of what this pass computes, not of what the last one left: a second refresh would else change what the first made.
        var unranked = new Pass([.. measures.Where(measure => !measure.Rule.Dependencies.Population)], due, engagement, now);
        var moment = await population.MomentAsync(model, type, rules, now, (profile, plain) => unranked.Evaluate(profile, plain), cancellationToken);
        var changes = new List<KeyValuePair<long, byte[]?>>();
        var (done, written) = (0L, 0L);
        await foreach (var profile in population.ScanAsync(model, type, rules, cancellationToken))
        {
            var document = pass.Evaluate(profile, moment);
            pass.Count();
            if (!document.AsSpan().SequenceEqual(profile.StoredMeasures ?? []))
            {
                changes.Add(new KeyValuePair<long, byte[]?>(profile.Number, document));
                written++;
            }

            if (changes.Count >= WriteAt)
            {
                await store.PutProfileValuesAsync([.. changes], cancellationToken);
                changes.Clear();
            }

            job.Report(++done, null, $"measures of {type}");
        }

        if (changes.Count > 0)
        {
            await store.PutProfileValuesAsync(changes, cancellationToken);
        }

        foreach (var (name, distribution) in pass.Distributions)
        {
            await store.PutDistributionAsync(name, Json.Write(DistributionResponse.Of(distribution.Summary())), now, cancellationToken);
        }

        return written;
    }

    // Where points stand among everybody's takes a pass of its own. What is kept of it scores single profiles until the next one.
    private async Task<Dictionary<string, EngagementRanks>> RankAsync(
        InsightsModel model, string type, IReadOnlyList<MeasureModel> scores, DateTimeOffset now, CancellationToken cancellationToken)
    {
        var points = scores.Select(_ => new List<double>()).ToList();
        if (scores.Count > 0)
        {
            await foreach (var profile in population.ScanAsync(model, type, [.. scores.Select(score => score.Rule)], cancellationToken))
            {
                for (var i = 0; i < scores.Count; i++)
                {
                    points[i].Add(EngagementReading.Points(scores[i].Engagement!, profile, now));
                }
            }
        }

        var ranks = new Dictionary<string, EngagementRanks>(StringComparer.Ordinal);
        for (var i = 0; i < scores.Count; i++)
        {
            var own = ranks[scores[i].Name] = EngagementRanks.Of(points[i]);
            await store.PutRanksAsync(scores[i].Name, EngagementReading.Write(own), now, cancellationToken);
        }

        return ranks;
    }

    private sealed class Pass(
        IReadOnlyList<MeasureModel> measures, IReadOnlyDictionary<string, string> due, IReadOnlyDictionary<string, EngagementRanks> ranks, DateTimeOffset now)
    {
        private readonly List<string> _names = [.. measures.Select(measure => measure.Name)];
        private readonly bool[] _isDue = [.. measures.Select(measure => due.ContainsKey(measure.Name))];
        private readonly Value[] _values = new Value[measures.Count];
        private readonly ValueDistribution[] _distributions = [.. measures.Select(_ => new ValueDistribution())];

        public IEnumerable<(string Name, ValueDistribution Distribution)> Distributions => _names.Zip(_distributions);

        // Null when there are no measures at all: a profile then has no measures document.
        public byte[]? Evaluate(ProfileSubject profile, RuleMoment moment)
        {
            if (measures.Count == 0)
            {
                return null;
            }

            for (var i = 0; i < _values.Length; i++)
            {
                if (_isDue[i])
                {
                    profile.Clear(_names[i]);
                }
            }

            for (var i = 0; i < _values.Length; i++)
            {
                _values[i] = _isDue[i] ? Compute(measures[i], profile, moment) : profile.Attribute(_names[i]);
                profile.Set(_names[i], _values[i]);
            }

            return ValueDocument.Write(_names, _values);
        }

        /// <summary>Counts the values that were evaluated last.</summary>
        public void Count()
        {
            for (var i = 0; i < _values.Length; i++)
            {
                _distributions[i].Add(_values[i]);
            }
        }

        private Value Compute(MeasureModel measure, ProfileSubject profile, RuleMoment moment)
        {
            if (measure.Engagement is { } engagement)
            {
                return Value.Of((long)ranks[measure.Name].Score(EngagementReading.Points(engagement, profile, now)));
            }

            try
            {
                return measure.Rule.Evaluate(profile, moment);
            }
            catch (RuleEvaluationException error)
            {
                throw new JobFailedException("Data", $"Measure '{measure.Name}': {error.Message}");
            }
        }
    }
}
