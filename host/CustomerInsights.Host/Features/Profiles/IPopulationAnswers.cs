using CustomerInsights.Core.Model;
using CustomerInsights.Core.Rules;
using CustomerInsights.Host.Features.Metadata;

namespace CustomerInsights.Host.Features.Profiles;

/// <summary>What rules answer over all profiles of a type, all of one moment. The one place that decides how: by columns, or by streaming the store.</summary>
internal interface IPopulationAnswers
{
    /// <summary>Who holds each segment's rule.</summary>
    /// <param name="question">Over which profiles, and when.</param>
    /// <param name="segments">The segments, in the order in which they build on each other; with all that they ask for which is not in <paramref name="given"/>.</param>
    /// <param name="given">Members, ascending by number, of segments that are not computed: static ones, uploaded lists.</param>
    /// <param name="cancellationToken">Cancels.</param>
    /// <exception cref="Jobs.JobFailedException">An overflow; names the segment and the expression.</exception>
    ValueTask<MembershipAnswer> MembersAsync(
        PopulationQuestion question, IReadOnlyList<SegmentModel> segments, IReadOnlyDictionary<string, long[]> given, CancellationToken cancellationToken);

    /// <summary>The rows of business measures, one list a measure, in their order.</summary>
    /// <exception cref="Jobs.JobFailedException">An overflow; names the measure and the expression.</exception>
    ValueTask<IReadOnlyList<IReadOnlyList<BusinessRow>>> BusinessAsync(
        PopulationQuestion question, IReadOnlyList<MeasureModel> measures, CancellationToken cancellationToken);

    /// <summary>The rules' values of every profile, oldest first.</summary>
    /// <exception cref="Jobs.JobFailedException">An overflow; names the expression.</exception>
    IAsyncEnumerable<ProfileValues> ValuesAsync(PopulationQuestion question, IReadOnlyList<BoundRule> rules, CancellationToken cancellationToken);

    /// <summary>The rules' values of some profiles, oldest first; who is not there (any more) is left out.</summary>
    /// <exception cref="Jobs.JobFailedException">An overflow; names the expression.</exception>
    ValueTask<IReadOnlyList<ProfileValues>> ValuesOfAsync(
        PopulationQuestion question, IReadOnlyList<BoundRule> rules, IReadOnlyCollection<long> numbers, CancellationToken cancellationToken);
}

/// <summary>Over which profiles a question is asked, and when.</summary>
/// <param name="Model">The metadata.</param>
/// <param name="ProfileType">Whose profiles.</param>
/// <param name="Now">The instant that <c>now()</c> answers.</param>
/// <param name="Zone">The zone of calendar days where a segment names none; UTC when null.</param>
internal sealed record PopulationQuestion(InsightsModel Model, string ProfileType, DateTimeOffset Now, TimeZoneInfo? Zone = null);

/// <summary>Who is in.</summary>
/// <param name="Of">How many profiles there are.</param>
/// <param name="Members">By segment: the members' numbers, ascending.</param>
internal sealed record MembershipAnswer(long Of, IReadOnlyDictionary<string, long[]> Members);

/// <summary>A profile's values.</summary>
/// <param name="Number">The profile's number.</param>
/// <param name="Id">Its id.</param>
/// <param name="Values">One value a rule, in their order; missing where there is none.</param>
internal readonly record struct ProfileValues(long Number, ProfileId Id, Value[] Values);
