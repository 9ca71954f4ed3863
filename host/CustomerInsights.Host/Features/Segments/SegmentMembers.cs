using CustomerInsights.Core.Model;
using CustomerInsights.Host.Features.Access;
using CustomerInsights.Host.Features.Metadata;
using CustomerInsights.Host.Features.Profiles;
using CustomerInsights.Host.Platform;
using CustomerInsights.Host.Platform.Tables;
using CustomerInsights.Storage.Definitions;
using CustomerInsights.Storage.Segments;
using Microsoft.AspNetCore.Http.HttpResults;

namespace CustomerInsights.Host.Features.Segments;

/// <summary>GET /segments/{name}/members: who is in it, since when, as it was last computed.</summary>
internal static class ListSegmentMembers
{
    /// <summary>The members.</summary>
    /// <param name="Count">Members in all.</param>
    /// <param name="Active">False: the segment is not computed at present, and these are the members that it kept.</param>
    /// <param name="Items">The members, in the order asked for.</param>
    /// <param name="Next">The next page's cursor.</param>
    public sealed record Response(long Count, bool Active, IReadOnlyList<Member> Items, string? Next) : ICounted
    {
        long ICounted.Count => Items.Count;
    }

    /// <summary>A member.</summary>
    /// <param name="ProfileId">The profile.</param>
    /// <param name="DisplayName">What to call it.</param>
    /// <param name="Since">Since when.</param>
    /// <param name="Fields">What the segment projects, or the fields asked for; absent when there are none.</param>
    public sealed record Member(string ProfileId, string DisplayName, DateTimeOffset Since, IReadOnlyDictionary<string, object?>? Fields);

    public static void Map(IEndpointRouteBuilder routes) =>
        routes.MapGet("/segments/{name}/members", HandleAsync).WithName(nameof(ListSegmentMembers)).WithSummary("Who is in it, since when, as it was last computed.").Requires(AccessAction.Read, ResourceKind.Segment).AsTable("members");

    /// <summary>Answers.</summary>
    /// <param name="name">The segment.</param>
    /// <param name="sort">profile (oldest first), newest (who entered last, first), oldest or name. Default: profile.</param>
    /// <param name="fields">Attributes and measures to show, separated by commas; what the segment projects if absent.</param>
    /// <param name="cursor">Where to go on.</param>
    /// <param name="limit">1 to 1,000. Default: 50.</param>
    /// <param name="table">Asked for as a file.</param>
    /// <param name="definitions">Definitions.</param>
    /// <param name="metadata">The model.</param>
    /// <param name="store">Members.</param>
    /// <param name="members">Members as a file.</param>
    /// <param name="population">Values.</param>
    /// <param name="looks">Notes the look.</param>
    /// <param name="clock">The time.</param>
    /// <param name="cancellationToken">Cancels.</param>
    internal static async Task<Results<Ok<Response>, TableResult, ProblemHttpResult>> HandleAsync(
        string name, string? sort, string? fields, string? cursor, int? limit, TableRequest? table, IDefinitionStore definitions, MetadataService metadata, ISegmentStore store, SegmentTable members, IPopulationAnswers population, SegmentLooks looks, TimeProvider clock, CancellationToken cancellationToken)
    {
        if (await definitions.FindAsync(DefinitionKinds.Segment, name, cancellationToken) is null)
        {
            return Problems.NotFound("segment", name);
        }

        var order = SegmentMemberOrder.Profile;
        if (sort is not null && (!Enum.TryParse(sort, ignoreCase: true, out order) || !Enum.IsDefined(order) || char.IsAsciiDigit(sort[0])))
        {
            return Problems.Invalid("sort", "sort", $"'{sort}' is not an order; use profile, newest, oldest or name.");
        }

        var request = new PageRequest(cursor, limit);
        var model = await metadata.ModelAsync(cancellationToken);
        var segment = model.Segments.FirstOrDefault(segment => segment.Name == name);
        IReadOnlyList<MappedField> shown = [];
        if (segment is not null && MemberFields.Read(fields, segment, model.Schemas[segment.Document.ProfileType], out shown) is { } refused)
        {
            return refused;
        }

        await looks.NoteAsync(name, cancellationToken);
        var now = clock.GetUtcNow();
        if (table is not null)
        {
            return new TableResult(table.Format, members.Of(model, name, segment, shown, order, now, cancellationToken));
        }

        var page = await store.ListAsync(name, order, request.After(), request.Size(), cancellationToken);
        var values = segment is null
            ? new Dictionary<ProfileId, IReadOnlyDictionary<string, object?>>()
            : await MemberFields.OfAsync(
                population, new PopulationQuestion(model, segment.Document.ProfileType, now, segment.Zone), shown, [.. page.Items.Select(member => member.Number)], cancellationToken);
        var response = PageRequest.Response(page, member => new Member(member.Profile.ToString(), member.DisplayName, member.Since, values.GetValueOrDefault(member.Profile)));
        return TypedResults.Ok(new Response(await store.CountAsync(name, cancellationToken), segment?.IsActiveAt(now) == true, response.Items, response.Next));
    }
}
