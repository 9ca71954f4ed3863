using System.Runtime.CompilerServices;
using CustomerInsights.Core.Model;
using CustomerInsights.Core.Rules;
using CustomerInsights.Host.Features.Metadata;
using CustomerInsights.Host.Features.Segments;
using CustomerInsights.Storage.Segments;

namespace CustomerInsights.Host.Features.Profiles;

/// <summary>Answers by streaming the store, profile by profile: slow and obvious, for any rule.</summary>
internal sealed class StreamedAnswers(PopulationScan population, ISegmentStore segments) : IPopulationAnswers
{
    public async ValueTask<MembershipAnswer> MembersAsync(
        PopulationQuestion question, IReadOnlyList<SegmentModel> asked, IReadOnlyDictionary<string, long[]> given, CancellationToken cancellationToken)
    {
        var rules = asked.Select(segment => segment.Rule).ToList();
        var moment = await MomentAsync(question, rules, cancellationToken);
        var members = asked.ToDictionary(segment => segment.Name, _ => new List<long>(), StringComparer.Ordinal);
        var of = 0L;
        await foreach (var profile in population.ScanAsync(question.Model, question.ProfileType, rules, cancellationToken))
        {
            of++;
            profile.Enter(given);
            foreach (var segment in asked)
            {
                if (RuleGuard.Compute($"Segment '{segment.Name}': ", () => segment.Rule.Matches(profile, segment.Document.TimeZone is null ? moment : moment with { Zone = segment.Zone })))
                {
                    profile.Enter(segment.Name);
                    members[segment.Name].Add(profile.Number);
                }
            }
        }

        return new MembershipAnswer(of, members.ToDictionary(pair => pair.Key, pair => pair.Value.ToArray(), StringComparer.Ordinal));
    }

    public async ValueTask<IReadOnlyList<IReadOnlyList<BusinessRow>>> BusinessAsync(
        PopulationQuestion question, IReadOnlyList<MeasureModel> measures, CancellationToken cancellationToken)
    {
        var rules = measures.Select(measure => measure.Rule).ToList();
        var moment = await MomentAsync(question, rules, cancellationToken);
        var sums = measures.Select(measure => (measure.Name, Sum: new BusinessMeasure(measure.Rule))).ToList();
        await foreach (var profile in population.ScanAsync(question.Model, question.ProfileType, rules, cancellationToken))
        {
            foreach (var (name, sum) in sums)
            {
                RuleGuard.Compute($"Measure '{name}': ", () =>
                {
                    sum.Add(profile, moment);
                    return true;
                });
            }
        }

        return [.. sums.Select(pair => RuleGuard.Compute($"Measure '{pair.Name}': ", pair.Sum.Rows))];
    }

    public async IAsyncEnumerable<ProfileValues> ValuesAsync(
        PopulationQuestion question, IReadOnlyList<BoundRule> rules, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var moment = await MomentAsync(question, rules, cancellationToken);
        var members = await segments.OfAsync(rules, cancellationToken);
        await foreach (var profile in population.ScanAsync(question.Model, question.ProfileType, rules, cancellationToken))
        {
            profile.Enter(members);
            var values = new Value[rules.Count];
            for (var i = 0; i < values.Length; i++)
            {
                values[i] = RuleGuard.Compute("", () => rules[i].Evaluate(profile, moment));
            }

            yield return new ProfileValues(profile.Number, profile.Id, values);
        }
    }

    public async ValueTask<IReadOnlyList<ProfileValues>> ValuesOfAsync(
        PopulationQuestion question, IReadOnlyList<BoundRule> rules, IReadOnlyCollection<long> numbers, CancellationToken cancellationToken)
    {
        var wanted = numbers.ToHashSet();
        var found = new List<ProfileValues>();
        var moment = await MomentAsync(question, rules, cancellationToken);
        var members = await segments.OfAsync(rules, cancellationToken);
        await foreach (var profile in population.ScanAsync(question.Model, question.ProfileType, rules, cancellationToken))
        {
            if (wanted.Remove(profile.Number))
            {
                profile.Enter(members);
                found.Add(new ProfileValues(profile.Number, profile.Id, [.. rules.Select(rule => RuleGuard.Compute("", () => rule.Evaluate(profile, moment)))]));
            }

            if (wanted.Count == 0)
            {
                break;
            }
        }

        return found;
    }

    private async Task<RuleMoment> MomentAsync(PopulationQuestion question, IReadOnlyList<BoundRule> rules, CancellationToken cancellationToken)
    {
        var moment = await population.MomentAsync(question.Model, question.ProfileType, rules, question.Now, null, cancellationToken);
        return question.Zone is null ? moment : moment with { Zone = question.Zone };
    }
}
