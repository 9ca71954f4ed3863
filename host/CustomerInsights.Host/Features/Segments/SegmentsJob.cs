using CustomerInsights.Core.Rules;
using CustomerInsights.Host.Features.Jobs;
using CustomerInsights.Host.Features.Metadata;
using CustomerInsights.Host.Features.Profiles;
using CustomerInsights.Storage;
using CustomerInsights.Storage.Segments;

namespace CustomerInsights.Host.Features.Segments;

/// <summary>Computes all segments in one pass per profile type, and writes who entered and who left.</summary>
internal sealed class SegmentsJob(
    MetadataService metadata, IPopulationAnswers population, ISegmentStore store, IChangeFeed changes, TimeProvider clock) : IJobHandler
{
    public const string JobKind = "segments";

    private const string Consumer = "segments";

    public string Kind => JobKind;

    public async Task<JobResult> RunAsync(JobContext job, CancellationToken cancellationToken)
    {
        var model = await metadata.ModelAsync(cancellationToken);
        var position = await changes.LastAsync(cancellationToken);
        var now = clock.GetUtcNow();
        var (entered, left) = (0L, 0L);
        foreach (var type in model.Segments.Select(segment => segment.Document.ProfileType).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal))
        {
            var segments = model.Segments.Where(segment => segment.Document.ProfileType == type).ToList();
            job.Report(0, null, $"segments of {type}");
            var answer = await population.MembersAsync(new PopulationQuestion(model, type, now), segments, new Dictionary<string, long[]>(), cancellationToken);
            foreach (var segment in segments)
            {
                var before = await store.MembersAsync(segment.Name, cancellationToken);
                var (come, gone) = Difference(before, answer.Members[segment.Name]);
                if (come.Count + gone.Count > 0)
                {
                    await store.ApplyAsync(segment.Name, come, gone, now, cancellationToken);
                }

                entered += come.Count;
                left += gone.Count;
            }
        }

        if (await changes.PositionAsync(Consumer, cancellationToken) < position)
        {
            await changes.AdvanceAsync(Consumer, position, cancellationToken);
            await changes.TrimAsync(cancellationToken);
        }

        var faults = model.Faults.Where(fault => fault is { Kind: DefinitionKinds.Segment, Warning: false }).Select(fault => $"Segment '{fault.Name}' is left out: {fault.Message}").ToList();
        return new JobResult(
            entered + left,
            entered + left == 0 ? "No membership changed." : $"{entered:N0} entered and {left:N0} left segments.",
            new Dictionary<string, long>(StringComparer.Ordinal) { ["entered"] = entered, ["left"] = left })
        {
            Warnings = faults.Count == 0 ? null : faults,
        };
    }

    /// <summary>Who enters and who leaves, of two ascending lists.</summary>
    internal static (List<long> Entered, List<long> Left) Difference(IReadOnlyList<long> before, IReadOnlyList<long> after)
    {
        var (entered, left) = (new List<long>(), new List<long>());
        var (i, j) = (0, 0);
        while (i < before.Count || j < after.Count)
        {
            if (j == after.Count || (i < before.Count && before[i] < after[j]))
            {
                left.Add(before[i++]);
            }
            else if (i == before.Count || after[j] < before[i])
            {
                entered.Add(after[j++]);
            }
            else
            {
                i++;
                j++;
            }
        }

        return (entered, left);
    }
}
