using CustomerInsights.Core.Model;
using CustomerInsights.Host.Features.Jobs;
using CustomerInsights.Host.Features.Metadata;
using CustomerInsights.Storage.Activities;
using CustomerInsights.Storage.Profiles;

namespace CustomerInsights.Host.Features.Activities;

/// <summary>
/// Gives activities that carry no key to the one person whose attributes are theirs, or takes them away again: profiles and records have changed since. Nobody is joined by it.
/// Doing it again changes nothing.
/// </summary>
internal sealed class MatchActivitiesJob(MetadataService metadata, IProfileStore profiles, IActivityStore activities) : IJobHandler
{
    public const string JobKind = "match-activities";

    private const int BatchSize = 1000;
    private const long Several = -1;

    public string Kind => JobKind;

    /// <summary>What matches there are in a model.</summary>
    public static IReadOnlyList<MatchModel> Of(InsightsModel model) => [.. model.Mappings.Values.Select(mapping => mapping.Activity?.Match).OfType<MatchModel>()];

    public async Task<JobResult> RunAsync(JobContext job, CancellationToken cancellationToken)
    {
        var model = await metadata.ModelAsync(cancellationToken);
        var people = await PeopleAsync(Of(model), cancellationToken);
        var (changed, matched, several, nobody) = (0L, 0L, 0L, 0L);
        var batch = new List<ActivityAssignment>(BatchSize);
        await foreach (var activity in activities.ReadMatchedAsync(cancellationToken))
        {
            var found = people.TryGetValue(Convert.ToHexString(activity.Key), out var profile);
            matched += found && profile != Several ? 1 : 0;
            several += found && profile == Several ? 1 : 0;
            nobody += found ? 0 : 1;
            batch.Add(new ActivityAssignment(activity.Number, found && profile != Several ? profile : null, found && profile == Several));
            if (batch.Count == BatchSize)
            {
                changed += await activities.AssignAsync(batch, cancellationToken);
                batch.Clear();
                job.Report(matched + several + nobody, null, "matching activities");
            }
        }

        changed += await activities.AssignAsync(batch, cancellationToken);
        return new JobResult(
            changed,
            $"{matched:N0} activities without a key found their person by attributes, {nobody:N0} nobody, {several:N0} several people; {changed:N0} changed hands.",
            new Dictionary<string, long>(StringComparer.Ordinal) { ["matched"] = matched, ["nobody"] = nobody, ["several"] = several });
    }

    // By hash: the one profile, or that there are several. Matches of one type on the same attributes are one.
    private async Task<Dictionary<string, long>> PeopleAsync(IReadOnlyList<MatchModel> matches, CancellationToken cancellationToken)
    {
        var people = new Dictionary<string, long>(StringComparer.Ordinal);
        foreach (var type in matches.GroupBy(match => match.ProfileType, StringComparer.Ordinal))
        {
            var distinct = type.DistinctBy(match => string.Join(',', match.Attributes), StringComparer.Ordinal).ToList();
            await foreach (var batch in profiles.ReadPopulationAsync(new PopulationQuery(type.Key, []), cancellationToken))
            {
                foreach (var profile in batch)
                {
                    var attributes = ValueDocument.Read(profile.Attributes);
                    foreach (var key in distinct.Select(match => match.KeyOf(attributes)).OfType<byte[]>())
                    {
                        var text = Convert.ToHexString(key);
                        people[text] = people.ContainsKey(text) ? Several : profile.Number;
                    }
                }
            }
        }

        return people;
    }
}
