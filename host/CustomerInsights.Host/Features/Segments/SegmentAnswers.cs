using CustomerInsights.Host.Features.Metadata;
using CustomerInsights.Host.Features.Profiles;
using CustomerInsights.Storage.Segments;

namespace CustomerInsights.Host.Features.Segments;

/// <summary>Who segments hold as of a moment, with all that they build on: what follows every refresh is computed, the members of the others are as they are stored.</summary>
internal sealed class SegmentAnswers(IPopulationAnswers population, ISegmentStore store)
{
    /// <summary>The members of segments of one profile type, by their rules.</summary>
    /// <param name="question">Over which profiles, and when.</param>
    /// <param name="wanted">The segments, whatever their kind; drafts are behind what they build on.</param>
    /// <param name="cancellationToken">Cancels.</param>
    /// <exception cref="Jobs.JobFailedException">An overflow; names the segment and the expression.</exception>
    public async ValueTask<MembershipAnswer> MembersAsync(PopulationQuestion question, IReadOnlyList<SegmentModel> wanted, CancellationToken cancellationToken)
    {
        var computed = wanted.ToDictionary(segment => segment.Name, StringComparer.Ordinal);
        var stored = new HashSet<string>(StringComparer.Ordinal);
        var known = question.Model.Segments.ToDictionary(segment => segment.Name, StringComparer.Ordinal);
        var open = new Queue<SegmentModel>(wanted);
        while (open.TryDequeue(out var segment))
        {
            foreach (var name in segment.Rule.Dependencies.Segments.Where(name => !computed.ContainsKey(name)))
            {
                if (known.TryGetValue(name, out var other) && other.FollowsAt(question.Now))
                {
                    computed.Add(name, other);
                    open.Enqueue(other);
                }
                else
                {
                    stored.Add(name);
                }
            }
        }

        var given = await store.OfAsync(stored, cancellationToken);
        List<SegmentModel> ordered = [.. question.Model.Segments.Where(segment => computed.TryGetValue(segment.Name, out var one) && ReferenceEquals(one, segment))];
        ordered.AddRange(wanted.Where(segment => !ordered.Contains(segment)));
        return await population.MembersAsync(question, ordered, given, cancellationToken);
    }

    /// <summary>Who enters and who leaves, of two ascending lists.</summary>
    public static (List<long> Entered, List<long> Left) Difference(IReadOnlyList<long> before, IReadOnlyList<long> after)
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
