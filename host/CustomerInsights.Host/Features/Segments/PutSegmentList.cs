using CustomerInsights.Core.Model;
using CustomerInsights.Core.Rules;
using CustomerInsights.Host.Features.Access;
using CustomerInsights.Host.Features.Metadata;
using CustomerInsights.Host.Features.Profiles;
using CustomerInsights.Host.Platform;
using CustomerInsights.Storage.Definitions;
using CustomerInsights.Storage.Profiles;
using CustomerInsights.Storage.Segments;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Http.HttpResults;

namespace CustomerInsights.Host.Features.Segments;

/// <summary>PUT /segments/{name}/list: makes those who are named by the keys of the body the members of a static segment, in the place of who was.</summary>
internal static class PutSegmentList
{
    private const int Shown = 100;
    private const string ById = "id";

    /// <summary>What came of the list.</summary>
    /// <param name="Keys">Different keys that were sent.</param>
    /// <param name="Found">Keys that name a profile, or several.</param>
    /// <param name="Members">Profiles that are members now.</param>
    /// <param name="NotFound">How many keys name nobody.</param>
    /// <param name="NotFoundKeys">The first 100 of them.</param>
    /// <param name="Several">How many keys name several profiles; all of those are members.</param>
    /// <param name="SeveralKeys">The first 100 of them.</param>
    public sealed record Response(int Keys, int Found, int Members, int NotFound, IReadOnlyList<string> NotFoundKeys, int Several, IReadOnlyList<string> SeveralKeys);

    public static void Map(IEndpointRouteBuilder routes) =>
        routes.MapPut("/segments/{name}/list", HandleAsync).WithName(nameof(PutSegmentList)).WithSummary("Makes those who are named by the keys of the body the members of a static segment, in the place of who was.")
            .Accepts<string>("text/plain", "text/csv").Requires(AccessAction.Write, ResourceKind.Segment);

    /// <summary>Answers.</summary>
    /// <param name="name">The segment: static, without a rule.</param>
    /// <param name="by">What the keys are: <c>id</c> for ids of profiles, or an attribute (email, member_id…), by exact value. Default: id.</param>
    /// <param name="column">Of a CSV file: the column with the keys. Default: the first.</param>
    /// <param name="request">The list: a key a line (text/plain), or CSV with a header (text/csv); at most 64 MiB and 1,000,000 keys of 500 characters.</param>
    /// <param name="metadata">The model.</param>
    /// <param name="definitions">Definitions.</param>
    /// <param name="population">Profiles.</param>
    /// <param name="profiles">For ids that were merged away.</param>
    /// <param name="store">Members.</param>
    /// <param name="states">Lists.</param>
    /// <param name="clock">The time.</param>
    /// <param name="cancellationToken">Cancels.</param>
    internal static async Task<Results<Ok<Response>, ProblemHttpResult>> HandleAsync(
        string name, string? by, string? column, HttpRequest request, MetadataService metadata, IDefinitionStore definitions, IPopulationAnswers population, IProfileStore profiles, ISegmentStore store, ISegmentStateStore states, TimeProvider clock, CancellationToken cancellationToken)
    {
        if (await definitions.FindAsync(DefinitionKinds.Segment, name, cancellationToken) is null)
        {
            return Problems.NotFound("segment", name);
        }

        var model = await metadata.ModelAsync(cancellationToken);
        if (model.Segments.FirstOrDefault(segment => segment.Name == name) is not { IsStatic: true, HasRule: false } segment)
        {
            return Problems.Conflict($"The segment '{name}' takes no list.", "Only a static segment without a rule does: {\"kind\": \"static\"}.");
        }

        var type = segment.Document.ProfileType;
        BoundRule? attribute = null;
        if (by is not null and not ById)
        {
            var bound = model.Schemas[type].Attributes.ContainsKey(by) ? RuleBinder.Bind(by, model.Schemas[type], RuleUse.Value).Rule : null;
            if (bound is null or { Type: DataType.TextList })
            {
                return Problems.Invalid("by", "unknown", $"'{by}' is not an attribute that names a profile.{Names.Suggest(by, [.. model.Schemas[type].Attributes.Keys, ById])}");
            }

            attribute = bound;
        }

        var csv = request.ContentType?.StartsWith("text/csv", StringComparison.OrdinalIgnoreCase) == true;
        if (!csv && request.ContentType?.StartsWith("text/plain", StringComparison.OrdinalIgnoreCase) != true)
        {
            return Problems.Make(StatusCodes.Status415UnsupportedMediaType, "media-type", "The body must be a list.", "Send 'Content-Type: text/plain' with a key a line, or 'text/csv' with a header.");
        }

        if (request.HttpContext.Features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } limit)
        {
            limit.MaxRequestBodySize = ListReading.MostBytes;
        }

        if (request.ContentLength > ListReading.MostBytes)
        {
            return Problems.TooLarge(ListReading.MostBytes);
        }

        IReadOnlyList<string> keys;
        try
        {
            keys = await ListReading.KeysAsync(request.Body, csv, column, cancellationToken);
        }
        catch (ListFaultException fault)
        {
            return Problems.Invalid("", "list", fault.Message);
        }
        catch (BadHttpRequestException large) when (large.StatusCode == StatusCodes.Status413PayloadTooLarge)
        {
            return Problems.TooLarge(ListReading.MostBytes);
        }

        var found = keys.ToDictionary(key => key, _ => 0, StringComparer.Ordinal);
        var members = await FindAsync(population, new PopulationQuestion(model, type, clock.GetUtcNow()), attribute, found, cancellationToken);
        if (attribute is null)
        {
            await FollowAsync(profiles, type, keys, found, members, cancellationToken);
        }

        var now = clock.GetUtcNow();
        await states.PutListAsync(name, [.. members], now, cancellationToken);
        if (segment.IsActiveAt(now))
        {
            var (entered, left) = SegmentAnswers.Difference(await store.MembersAsync(name, cancellationToken), [.. await states.ListedAsync(name, cancellationToken) ?? []]);
            await store.ApplyAsync(name, entered, left, now, cancellationToken);
        }

        var missing = keys.Where(key => found[key] == 0).ToList();
        var several = keys.Where(key => found[key] > 1).ToList();
        return TypedResults.Ok(new Response(keys.Count, keys.Count - missing.Count, members.Count, missing.Count, [.. missing.Take(Shown)], several.Count, [.. several.Take(Shown)]));
    }

    private static async Task<SortedSet<long>> FindAsync(
        IPopulationAnswers population, PopulationQuestion question, BoundRule? attribute, Dictionary<string, int> found, CancellationToken cancellationToken)
    {
        var members = new SortedSet<long>();
        if (found.Count == 0)
        {
            return members;
        }

        await foreach (var profile in population.ValuesAsync(question, attribute is null ? [] : [attribute], cancellationToken))
        {
            var key = attribute is null ? profile.Id.ToString() : profile.Values[0].ToString();
            if (found.TryGetValue(key, out var times))
            {
                found[key] = times + 1;
                members.Add(profile.Number);
            }
        }

        return members;
    }

    // Ids that were merged away, or that are written in another form, lead to the profile of today.
    private static async Task FollowAsync(IProfileStore profiles, string type, IReadOnlyList<string> keys, Dictionary<string, int> found, SortedSet<long> members, CancellationToken cancellationToken)
    {
        foreach (var key in keys.Where(key => found[key] == 0))
        {
            if (ProfileId.TryParse(key, out var id) && await profiles.FindAsync(id, cancellationToken) is { } profile && profile.Type == type)
            {
                found[key] = 1;
                members.Add(profile.Number);
            }
        }
    }
}
