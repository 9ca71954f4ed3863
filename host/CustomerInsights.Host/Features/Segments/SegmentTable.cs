using System.Runtime.CompilerServices;
using CustomerInsights.Core.Model;
using CustomerInsights.Host.Features.Metadata;
using CustomerInsights.Host.Features.Profiles;
using CustomerInsights.Host.Platform;
using CustomerInsights.Host.Platform.Tables;
using CustomerInsights.Storage.Segments;

namespace CustomerInsights.Host.Features.Segments;

/// <summary>The members of a segment as a table: profile_id, since, and the fields asked for.</summary>
internal sealed class SegmentTable(ISegmentStore store, ISegmentStateStore states, IPopulationAnswers population)
{
    private const int Piece = 1000;

    /// <summary>The table. By profile, members and values are of one moment each; in another order they are read in pieces of 1,000.</summary>
    /// <param name="model">The model.</param>
    /// <param name="name">The segment.</param>
    /// <param name="segment">What is known of it; null when its definition is not valid: then it has no fields.</param>
    /// <param name="fields">The fields.</param>
    /// <param name="order">The order.</param>
    /// <param name="now">What now() is.</param>
    /// <param name="cancellationToken">Cancels.</param>
    public Table Of(
        InsightsModel model, string name, SegmentModel? segment, IReadOnlyList<MappedField> fields, SegmentMemberOrder order, DateTimeOffset now, CancellationToken cancellationToken)
    {
        var question = segment is null ? null : new PopulationQuestion(model, segment.Document.ProfileType, now, segment.Zone);
        var rows = question is null || order != SegmentMemberOrder.Profile
            ? InOrderAsync(name, question, fields, order, cancellationToken)
            : ByProfileAsync(name, question, fields, cancellationToken);
        return Table.Of(name + "-members", ["profile_id", "since", .. fields.Select(field => field.Name)], rows);
    }

    private async IAsyncEnumerable<object?[]> ByProfileAsync(
        string name, PopulationQuestion question, IReadOnlyList<MappedField> fields, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await using var members = states.SinceAsync(name, cancellationToken).GetAsyncEnumerator(cancellationToken);
        var more = await members.MoveNextAsync();
        await foreach (var profile in population.ValuesAsync(question, [.. fields.Select(field => field.Rule)], cancellationToken))
        {
            // Both go by number. Who is a member and not met (any more) is passed over.
            while (more && members.Current.Profile < profile.Number)
            {
                more = await members.MoveNextAsync();
            }

            if (!more)
            {
                break;
            }

            if (members.Current.Profile == profile.Number)
            {
                yield return Row(profile.Id, members.Current.Since, profile.Values);
            }
        }
    }

    private async IAsyncEnumerable<object?[]> InOrderAsync(
        string name, PopulationQuestion? question, IReadOnlyList<MappedField> fields, SegmentMemberOrder order, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        string? after = null;
        do
        {
            var page = await store.ListAsync(name, order, after, Piece, cancellationToken);
            IReadOnlyList<ProfileValues> values = question is null || fields.Count == 0
                ? []
                : await population.ValuesOfAsync(question, [.. fields.Select(field => field.Rule)], [.. page.Items.Select(member => member.Number)], cancellationToken);
            var found = values.ToDictionary(profile => profile.Id, profile => profile.Values);
            foreach (var member in page.Items)
            {
                yield return Row(member.Profile, member.Since, found.GetValueOrDefault(member.Profile) ?? new Value[fields.Count]);
            }

            after = page.Next;
        }
        while (after is not null);
    }

    private static object?[] Row(ProfileId id, DateTimeOffset since, Value[] values)
    {
        var row = new object?[2 + values.Length];
        (row[0], row[1]) = (id.ToString(), since);
        for (var i = 0; i < values.Length; i++)
        {
            row[i + 2] = PlainJson.Of(values[i]);
        }

        return row;
    }
}
