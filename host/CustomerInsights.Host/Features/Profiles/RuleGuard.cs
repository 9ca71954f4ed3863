using CustomerInsights.Core.Rules;
using CustomerInsights.Host.Features.Jobs;

namespace CustomerInsights.Host.Features.Profiles;

/// <summary>What a rule has no answer for fails the job or the question that asked.</summary>
internal static class RuleGuard
{
    /// <summary>The value, or the failure.</summary>
    /// <param name="what">Whose rule it is, before the message: <c>Segment 'vip': </c>.</param>
    /// <param name="compute">Evaluates.</param>
    /// <exception cref="JobFailedException">An overflow; the message names the expression.</exception>
    public static T Compute<T>(string what, Func<T> compute)
    {
        try
        {
            return compute();
        }
        catch (RuleEvaluationException error)
        {
            throw new JobFailedException("Data", what + error.Message);
        }
    }
}
