using System.Text.Json;
using CustomerInsights.Core.Model;
using CustomerInsights.Core.Rules;
using CustomerInsights.Host.Features.Jobs;
using CustomerInsights.Host.Features.Metadata;
using CustomerInsights.Host.Features.Profiles;
using CustomerInsights.Host.Platform;
using CustomerInsights.Storage.Profiles;
using CustomerInsights.Storage.Segments;

namespace CustomerInsights.Host.Features.Segments.Live;

/// <summary>
/// Compares what is stored with a full evaluation at one instant, the way a refresh computes it. Who differs is looked at a second time, memberships and
/// data of one moment, since both moved while the pass ran; what then differs is told apart by whether the follower of the feed has come to it yet.
/// </summary>
internal sealed class SegmentParityJob(
    MetadataService metadata, SegmentAnswers answers, IProfileStore profiles, ISegmentStore store, ChangedSince changed, LiveMembership live, TimeProvider clock) : IJobHandler
{
    public const string JobKind = "segment-parity";

    private const int Samples = 10;
    private const int Chunk = 200;

    public string Kind => JobKind;

    public async Task<JobResult> RunAsync(JobContext job, CancellationToken cancellationToken)
    {
        var model = await metadata.ModelAsync(cancellationToken);
        var plan = await LivePlan.OfAsync(model, store, clock.GetUtcNow(), cancellationToken);
        var position = live.Progress.Now.Position;
        var reports = new List<SegmentParity>();
        foreach (var type in plan.Types.OrderBy(type => type.Name, StringComparer.Ordinal))
        {
            var segments = model.Segments.Where(segment => segment.Document.ProfileType == type.Name && type.Rules.Any(rule => !rule.IsMeasure && rule.Name == segment.Name)).ToList();
            var first = await FirstLookAsync(job, model, segments, cancellationToken);
            reports.AddRange(await SecondLookAsync(type, first, position, cancellationToken));
        }

        var (differ, lag) = (reports.Sum(report => report.Differ), reports.Sum(report => report.ExplainedByLag));
        return new JobResult(
            0,
            differ + lag == 0 ? $"{reports.Count:N0} segments hold exactly whom their rules hold."
                : $"{differ:N0} memberships differ from what the rules say, and {lag:N0} more that are still to be brought up to date.",
            new Dictionary<string, long>(StringComparer.Ordinal) { ["segments"] = reports.Count, ["differ"] = differ, ["explainedByLag"] = lag })
        {
            Report = JsonSerializer.SerializeToElement(reports, Json.Options),
            Warnings = differ == 0 ? null : [.. reports.Where(report => report.Differ > 0).Select(report => $"Segment '{report.Segment}': {report.Differ:N0} memberships differ.")],
        };
    }

    private async Task<Dictionary<string, (int Members, List<long> Differ)>> FirstLookAsync(
        JobContext job, InsightsModel model, List<SegmentModel> segments, CancellationToken cancellationToken)
    {
        var found = new Dictionary<string, (int, List<long>)>(StringComparer.Ordinal);
        if (segments.Count == 0)
        {
            return found;
        }

        var type = segments[0].Document.ProfileType;
        job.Report(0, null, $"segments of {type}");
        var answer = await answers.MembersAsync(new PopulationQuestion(model, type, clock.GetUtcNow()), segments, cancellationToken);
        foreach (var segment in segments)
        {
            var before = await store.MembersAsync(segment.Name, cancellationToken);
            var (entered, left) = SegmentAnswers.Difference(before, answer.Members[segment.Name]);
            found[segment.Name] = (before.Length, [.. entered, .. left]);
        }

        return found;
    }

    private async Task<List<SegmentParity>> SecondLookAsync(
        LiveType type, Dictionary<string, (int Members, List<long> Differ)> first, long position, CancellationToken cancellationToken)
    {
        var (still, ids) = await StillAsync(type, [.. first.Values.SelectMany(one => one.Differ).Distinct()], cancellationToken);
        // Who the follower had not come to when the job began.
        var behind = still.Count == 0 ? new HashSet<long>() : await changed.ProfilesAsync(Math.Min(position, live.Progress.Now.Position), cancellationToken);
        var reports = new List<SegmentParity>();
        foreach (var rule in type.Rules.Where(rule => first.ContainsKey(rule.Name) && !rule.IsMeasure))
        {
            var (members, candidates) = first[rule.Name];

            // Only a refresh computes what is not live: the first look is all that can be said of it.
            var differ = candidates.FindAll(number => rule.NotLive is not null || still.Contains((rule.Segment, number)));
            var lag = differ.Count(behind.Contains);
            var samples = differ.Where(number => !behind.Contains(number) && ids.ContainsKey(number)).Take(Samples).Select(number => ids[number].ToString());
            reports.Add(new SegmentParity(rule.Name, members, differ.Count - lag, lag, candidates.Count - differ.Count, [.. samples], rule.NotLive));
        }

        return reports;
    }

    private async Task<(HashSet<(long Segment, long Profile)> Still, Dictionary<long, ProfileId> Ids)> StillAsync(
        LiveType type, List<long> numbers, CancellationToken cancellationToken)
    {
        var (still, ids) = (new HashSet<(long, long)>(), new Dictionary<long, ProfileId>());
        var set = type.Dependents.All;
        foreach (var chunk in numbers.Chunk(Chunk))
        {
            var read = await profiles.ReadTouchedAsync([.. chunk.Select(number => new ProfileRead(number, set.ActivityTypes.AsCollection()))], cancellationToken);
            var moment = new RuleMoment(clock.GetUtcNow());
            foreach (var one in read)
            {
                ids[one.Profile.Number] = one.Profile.Id;
                still.UnionWith(ProfileEvaluation.Evaluate(type, set, one, moment).Moves.Select(move => (move.Segment, move.Profile)));
            }
        }

        return (still, ids);
    }
}

/// <summary>How a segment's stored members compare with what its rule says.</summary>
/// <param name="Segment">The segment.</param>
/// <param name="Members">Stored members.</param>
/// <param name="Differ">Profiles that should be members and are not, or the other way round.</param>
/// <param name="ExplainedByLag">Profiles that differ and changed so lately that they are still to be evaluated.</param>
/// <param name="Settled">Profiles that differed at the first look and not at the second.</param>
/// <param name="Samples">Ids of some that differ.</param>
/// <param name="NotLive">Why only a refresh computes the segment; it may differ until the next.</param>
public sealed record SegmentParity(string Segment, int Members, int Differ, int ExplainedByLag, int Settled, IReadOnlyList<string> Samples, string? NotLive = null);
