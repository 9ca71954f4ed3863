using CustomerInsights.Core.Rules;
using CustomerInsights.Host.Features.Metadata;
using CustomerInsights.Host.Features.Profiles;
using CustomerInsights.Host.Features.Segments;
using CustomerInsights.Storage.Segments;

namespace CustomerInsights.Host.Features.Enrichments;

/// <summary>Answers an enrichment's conditions for one profile after the other, each as of its moment, which was fixed when it was opened.</summary>
internal sealed class ConditionAnswers
{
    private readonly IReadOnlyList<(ConditionModel Condition, RuleMoment Moment, DateTimeOffset? After)> _asked;
    private readonly IReadOnlyDictionary<string, long[]> _segments;

    private ConditionAnswers(IReadOnlyList<(ConditionModel Condition, RuleMoment Moment, DateTimeOffset? After)> asked, IReadOnlyDictionary<string, long[]> segments) =>
        (_asked, _segments) = (asked, segments);

    /// <summary>Prepares them.</summary>
    /// <param name="conditions">The conditions.</param>
    /// <param name="asOf">The moment of the snapshot.</param>
    /// <param name="segments">Who is in the segments that they name.</param>
    /// <param name="cancellationToken">Cancels.</param>
    public static async ValueTask<ConditionAnswers> OpenAsync(
        IReadOnlyList<ConditionModel> conditions, DateTimeOffset asOf, ISegmentStore segments, CancellationToken cancellationToken)
    {
        var members = await segments.OfAsync(conditions.Select(condition => condition.Rule), cancellationToken);
        return new([.. conditions.Select(condition => (condition, new RuleMoment(condition.Moment(asOf)), condition.After(asOf)))], members);
    }

    /// <summary>One answer per condition, in their order; false where the rule does not tell.</summary>
    /// <exception cref="ConditionFailedException">A rule overflows for this profile.</exception>
    public IReadOnlyList<bool> Of(ProfileSubject profile)
    {
        if (_asked.Count == 0)
        {
            return [];
        }

        profile.Enter(_segments);
        var answers = new bool[_asked.Count];
        for (var i = 0; i < answers.Length; i++)
        {
            var (condition, moment, after) = _asked[i];
            try
            {
                answers[i] = condition.Rule.Matches(new AsOfSubject(profile, after, moment.Now), moment);
            }
            catch (RuleEvaluationException error)
            {
                throw new ConditionFailedException($"The condition '{condition.Name}' cannot be answered: {error.Message}", error);
            }
        }

        return answers;
    }
}

/// <summary>A condition has no answer for a profile; the message names it.</summary>
internal sealed class ConditionFailedException(string message, Exception inner) : Exception(message, inner);
