using CustomerInsights.Core.Model;
using CustomerInsights.Host.Features.Access;
using CustomerInsights.Host.Features.Jobs;
using CustomerInsights.Host.Features.Metadata;
using CustomerInsights.Host.Platform;
using CustomerInsights.Storage.Privacy;
using CustomerInsights.Storage.Profiles;
using Microsoft.AspNetCore.Http.HttpResults;

namespace CustomerInsights.Host.Features.Privacy;

/// <summary>POST /privacy/requests: exports people, erases them, or makes them anonymous, as a job.</summary>
internal static class CreatePrivacyRequest
{
    private const int MostPeople = 5000;
    private const int LongestText = 1000;
    private const int LongestValue = 400;
    private static readonly string[] s_laws = ["gdpr", "ccpa", "lgpd", "other"];

    /// <summary>What is asked.</summary>
    /// <param name="Kind">export, erase or anonymise.</param>
    /// <param name="Requester">Who asked, for the record; forgotten when an erasure is done.</param>
    /// <param name="Law">gdpr, ccpa, lgpd or other.</param>
    /// <param name="Profiles">Ids of profiles.</param>
    /// <param name="Identifiers">Values that name people, each one profile at most.</param>
    /// <param name="Reason">Why, for the record; forgotten likewise.</param>
    public sealed record Request(
        PrivacyKind Kind, string Requester, string Law, IReadOnlyList<string>? Profiles = null, IReadOnlyList<ProfileIdentifier>? Identifiers = null, string? Reason = null);

    /// <summary>The request that was made.</summary>
    /// <param name="Id">Its id.</param>
    /// <param name="JobId">The job that does it.</param>
    /// <param name="People">How many people it is about.</param>
    /// <param name="NotFound">Of how many nothing is held. An erasure keeps them out all the same.</param>
    public sealed record Response(string Id, string JobId, int People, int NotFound);

    public static void Map(IEndpointRouteBuilder routes) =>
        routes.MapPost("/privacy/requests", HandleAsync).WithName(nameof(CreatePrivacyRequest)).WithSummary("Exports people, erases them, or makes them anonymous, as a job.").Requires(AccessAction.Write, ResourceKind.Privacy);

    internal static async Task<Results<Accepted<Response>, ProblemHttpResult>> HandleAsync(
        Request request, IPrivacyStore store, IProfileStore profiles, JobQueue queue, TimeProvider clock, HttpContext context, CancellationToken cancellationToken)
    {
        var faults = Check(request);
        var people = new Dictionary<ProfileId, List<ProfileIdentifier>>();
        var unknown = new List<ProfileIdentifier>();
        if (faults.Count == 0)
        {
            await ResolveAsync(request, store, profiles, people, unknown, faults, cancellationToken);
        }

        if (faults.Count > 0)
        {
            return Problems.Invalid("The request is not valid.", [.. faults.Take(100)]);
        }

        var id = Guid.CreateVersion7(clock.GetUtcNow()).ToString("D");
        var job = queue.New(PrivacyJob.JobKind, id, "{}", context.ActorName());
        List<(ProfileId?, IReadOnlyList<ProfileIdentifier>)> subjects =
            [.. people.Select(person => ((ProfileId?)person.Key, (IReadOnlyList<ProfileIdentifier>)person.Value)), .. unknown.Select(one => ((ProfileId?)null, (IReadOnlyList<ProfileIdentifier>)[one]))];
        await store.AddAsync(
            new PrivacyRequest(id, request.Kind, request.Law, request.Requester.Trim(), request.Reason?.Trim(), context.ActorName(), clock.GetUtcNow(), job.Id), subjects, cancellationToken);
        await queue.AddAsync([job], cancellationToken);
        return TypedResults.Accepted($"/api/v1/privacy/requests/{id}", new Response(id, job.Id, subjects.Count, unknown.Count));
    }

    private static List<Fault> Check(Request request)
    {
        var faults = new List<Fault>();
        if (!s_laws.Contains(request.Law))
        {
            faults.Add(new Fault("/law", "unknown", $"'{Cut(request.Law)}' is none of {string.Join(", ", s_laws)}."));
        }

        if (request.Requester.Trim().Length is 0 or > LongestText)
        {
            faults.Add(new Fault("/requester", "length", $"Say who asked, in 1 to {LongestText:N0} characters."));
        }

        if (request.Reason?.Length > LongestText)
        {
            faults.Add(new Fault("/reason", "length", $"A reason has at most {LongestText:N0} characters."));
        }

        if ((request.Profiles?.Count ?? 0) + (request.Identifiers?.Count ?? 0) is var count && count is 0 or > MostPeople)
        {
            faults.Add(new Fault("", "count", $"Name 1 to {MostPeople:N0} people, in 'profiles' or 'identifiers'; {count:N0} were named."));
        }

        for (var i = 0; faults.Count == 0 && i < request.Identifiers?.Count; i++)
        {
            var (type, value) = request.Identifiers[i];
            if (type.Length is 0 or > 100 || Semantics.NormaliseIdentifier(type, value).Length is 0 or > LongestValue)
            {
                faults.Add(new Fault($"/identifiers/{i}", "length", $"An identifier has a type (email, phone, user_id…) and a value of 1 to {LongestValue} characters."));
            }
        }

        return faults;
    }

    private static async Task ResolveAsync(
        Request request, IPrivacyStore store, IProfileStore profiles, Dictionary<ProfileId, List<ProfileIdentifier>> people, List<ProfileIdentifier> unknown, List<Fault> faults, CancellationToken cancellationToken)
    {
        for (var i = 0; i < request.Profiles?.Count; i++)
        {
            if (ProfileId.TryParse(request.Profiles[i], out var id) && await profiles.FindAsync(id, cancellationToken) is { } found)
            {
                people.TryAdd(found.Id, []);
            }
            else
            {
                faults.Add(new Fault($"/profiles/{i}", "unknown", $"There is no profile '{Cut(request.Profiles[i])}'. Search for the person: GET /api/v1/profiles?search=…"));
            }
        }

        for (var i = 0; i < request.Identifiers?.Count; i++)
        {
            var given = request.Identifiers[i];
            var identifier = given with { Value = Semantics.NormaliseIdentifier(given.Type, given.Value) };
            switch (await store.HoldersAsync(identifier, cancellationToken))
            {
                case { Count: 0 }:
                    unknown.Add(identifier);
                    break;
                case [var one]:
                    people.TryAdd(one, []);
                    people[one].Add(identifier);
                    break;
                case var several:
                    faults.Add(new Fault($"/identifiers/{i}", "ambiguous", $"{several.Count} profiles or more have this {Cut(given.Type)}: {string.Join(", ", several)}. Name those that are meant in 'profiles'."));
                    break;
            }
        }
    }

    private static string Cut(string text) => text.Length <= 100 ? text : text[..100] + "…";
}
