using System.Globalization;
using CustomerInsights.Core.Model;
using CustomerInsights.Host.Features.Access;
using CustomerInsights.Host.Features.Metadata;
using CustomerInsights.Host.Platform;
using CustomerInsights.Host.Platform.Tables;
using CustomerInsights.Storage;
using CustomerInsights.Storage.Definitions;
using CustomerInsights.Storage.Measures;
using CustomerInsights.Storage.Profiles;
using Microsoft.AspNetCore.Http.HttpResults;

namespace CustomerInsights.Host.Features.Measures;

/// <summary>GET /measures/{name}/values: the rows of a business measure, or the values of a measure per profile, as they were last computed.</summary>
internal static class GetMeasureValues
{
    private const int MostOnPage = 1000;

    /// <summary>The values.</summary>
    /// <param name="Rows">Of a business measure: the rows, ordered by dimensions; 1,000 on a page unless 'limit' says less.</param>
    /// <param name="Total">Of a business measure with a total: the value over all rows together.</param>
    /// <param name="Items">Of a measure per profile: the values, oldest profile first; profiles without a value are left out, so that a page may have fewer than 'limit'.</param>
    /// <param name="AsOf">Of a business measure: when the rows last changed; absent before the first computation.</param>
    /// <param name="Next">Send it as <c>cursor</c> to get the next page; absent at the end.</param>
    public sealed record Response(
        IReadOnlyList<BusinessRowResponse>? Rows = null, object? Total = null, IReadOnlyList<ProfileValue>? Items = null, DateTimeOffset? AsOf = null, string? Next = null);

    /// <summary>A profile's value.</summary>
    /// <param name="ProfileId">The profile.</param>
    /// <param name="Value">The value.</param>
    public sealed record ProfileValue(string ProfileId, object? Value);

    public static void Map(IEndpointRouteBuilder routes) =>
        routes.MapGet("/measures/{name}/values", HandleAsync).WithName(nameof(GetMeasureValues)).WithSummary("The rows of a business measure, or the values of a measure per profile.").Requires(AccessAction.Read, ResourceKind.Measure).AsTable("values");

    internal static async Task<Results<Ok<Response>, TableResult, ProblemHttpResult>> HandleAsync(
        string name, string? cursor, int? limit, TableRequest? table, MeasureTable values, IDefinitionStore definitions, IMeasureStore store, IProfileStore profiles, CancellationToken cancellationToken)
    {
        if (await definitions.FindAsync(DefinitionKinds.Measure, name, cancellationToken) is not { } definition)
        {
            return Problems.NotFound("measure", name);
        }

        if (table is not null)
        {
            var (file, refused) = await values.OfAsync(name, cancellationToken);
            return file is null ? refused! : new TableResult(table, file);
        }

        var request = new PageRequest(cursor, limit ?? MostOnPage);
        var document = Json.Read<MeasureDocument>(definition.Document);
        return document.Business
            ? Business(name, request, await store.FindBusinessAsync(name, cancellationToken))
            : TypedResults.Ok(await ProfilesAsync(name, document.ProfileType, request, profiles, cancellationToken));
    }

    // The cursor names the moment of the rows and the next one: rows of two moments are no list.
    private static Results<Ok<Response>, TableResult, ProblemHttpResult> Business(string name, PageRequest request, BusinessMeasureRows? stored)
    {
        if (stored is null)
        {
            return TypedResults.Ok(new Response([]));
        }

        var first = 0;
        if (request.After() is { } after)
        {
            var parts = after.Split(':');
            if (parts.Length != 2 || !long.TryParse(parts[0], CultureInfo.InvariantCulture, out var moment) || !int.TryParse(parts[1], CultureInfo.InvariantCulture, out first) || first < 0)
            {
                throw new BadCursorException("values");
            }

            if (moment != stored.AsOf.UtcTicks)
            {
                return Problems.Conflict($"The measure '{name}' was computed anew between two pages.", "Begin again without a cursor.");
            }
        }

        var rows = BusinessRows.Read(stored.RowsJson);
        var next = first + request.Size() < rows.Rows.Count ? string.Create(CultureInfo.InvariantCulture, $"{stored.AsOf.UtcTicks}:{first + request.Size()}") : null;
        var page = PageRequest.Response(new Page<BusinessRowResponse>([.. rows.Rows.Skip(first).Take(request.Size())], next), row => row);
        return TypedResults.Ok(new Response(page.Items, rows.Total, AsOf: stored.AsOf, Next: page.Next));
    }

    private static async Task<Response> ProfilesAsync(string name, string type, PageRequest request, IProfileStore profiles, CancellationToken cancellationToken)
    {
        var after = request.After() is not { } text ? 0 : long.TryParse(text, CultureInfo.InvariantCulture, out var number) ? number : throw new BadCursorException("values");
        var numbers = await profiles.NumbersAsync(type, after, request.Size() + 1, cancellationToken);
        var shown = numbers.Take(request.Size()).ToList();
        var found = await profiles.ReadTouchedAsync([.. shown.Select(one => new ProfileRead(one, []))], cancellationToken);
        var items = found
            .Where(one => one.Profile.Measures is not null)
            .Select(one => (one.Profile.Id, Value: ValueDocument.Read(one.Profile.Measures!).GetValueOrDefault(name)))
            .Where(one => !one.Value.IsMissing)
            .Select(one => new ProfileValue(one.Id.ToString(), PlainJson.Of(one.Value)));
        var page = PageRequest.Response(
            new Page<ProfileValue>([.. items], numbers.Length > shown.Count ? shown[^1].ToString(CultureInfo.InvariantCulture) : null), item => item);
        return new Response(Items: page.Items, Next: page.Next);
    }
}
