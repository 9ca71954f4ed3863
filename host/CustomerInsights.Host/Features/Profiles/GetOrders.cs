using CustomerInsights.Core.Model;
using CustomerInsights.Core.Rules;
using CustomerInsights.Host.Features.Access;
using CustomerInsights.Host.Features.Metadata;
using CustomerInsights.Host.Platform;
using CustomerInsights.Storage.Profiles;
using Microsoft.AspNetCore.Http.HttpResults;

namespace CustomerInsights.Host.Features.Profiles;

/// <summary>GET /profiles/{id}/orders: what a person bought: lifetime value, average value and number of orders.</summary>
internal static class GetOrders
{
    private const string Amount = "order.amount";
    private const string Currency = "order.currency";
    private const string Status = "order.status";

    // What did not come about, or was taken back, is no order.
    private static readonly HashSet<string> s_undone = new(["cancelled", "canceled", "refunded", "returned", "failed", "void"], StringComparer.OrdinalIgnoreCase);

    /// <summary>Orders by currency, the most frequent first; empty for who has none.</summary>
    /// <param name="Id">The profile's id; another than asked for when that one was merged away.</param>
    /// <param name="Types">Activity types that are orders: those with a field of semantic type order.amount.</param>
    /// <param name="Currencies">One for each currency.</param>
    /// <param name="Undone">Orders that were cancelled, returned or refunded, by their field of semantic type order.status; they are not in the sums.</param>
    public sealed record Response(string Id, IReadOnlyList<string> Types, IReadOnlyList<Sum> Currencies, long Undone);

    /// <summary>Orders in one currency.</summary>
    /// <param name="Currency">As the orders name it; absent where they name none.</param>
    /// <param name="LifetimeValue">The sum of the amounts.</param>
    /// <param name="AverageValue">The sum by the number of orders, to two places.</param>
    /// <param name="Orders">How many there are.</param>
    /// <param name="First">When the first one was.</param>
    /// <param name="Last">When the last one was.</param>
    public sealed record Sum(string? Currency, string LifetimeValue, string AverageValue, long Orders, DateTimeOffset First, DateTimeOffset Last);

    public static void Map(IEndpointRouteBuilder routes) =>
        routes.MapGet("/profiles/{id}/orders", HandleAsync).WithName(nameof(GetOrders))
            .WithSummary("What a person bought: lifetime value, average value and number of orders, by currency.").Requires(AccessAction.Read, ResourceKind.Profile);

    internal static async Task<Results<Ok<Response>, ProblemHttpResult>> HandleAsync(
        string id, IProfileStore profiles, MetadataService metadata, CancellationToken cancellationToken)
    {
        if (!ProfileId.TryParse(id, out var asked) || await profiles.FindAsync(asked, cancellationToken) is not { } profile)
        {
            return Problems.NotFound("profile", id, "Search for the person: GET /api/v1/profiles?search=…");
        }

        var model = await metadata.ModelAsync(cancellationToken);
        var types = model.ActivityTypes.Where(type => FieldOf(type.Value, Amount) is not null).Select(type => type.Key).Order(StringComparer.Ordinal).ToList();
        if (await profiles.ReadTouchedAsync([new ProfileRead(profile.Number, types)], cancellationToken) is not [var touched])
        {
            return Problems.NotFound("profile", id, "It was merged or removed just now; ask again.");
        }

        var subject = new ProfileSubject(touched.Profile, RelatedProfiles.None);
        var orders = types.SelectMany(type => Read(subject, type, model.ActivityTypes[type])).ToList();
        return TypedResults.Ok(new Response(
            profile.Id.ToString(),
            types,
            [.. orders.Where(order => !order.Undone).GroupBy(order => order.Currency).OrderByDescending(group => group.Count()).ThenBy(group => group.Key, StringComparer.Ordinal).Select(Of)],
            orders.Count(order => order.Undone)));
    }

    private static IEnumerable<Order> Read(ProfileSubject profile, string type, ActivityTypeDocument document)
    {
        var (amount, currency, status) = (FieldOf(document, Amount)!, FieldOf(document, Currency), FieldOf(document, Status));
        foreach (var activity in profile.Activities(type))
        {
            if (Number(activity.Field(amount)) is { } value)
            {
                yield return new Order(activity.At, value, Text(activity, currency), Text(activity, status) is { } state && s_undone.Contains(state.Trim()));
            }
        }
    }

    private static Sum Of(IGrouping<string?, Order> orders)
    {
        var (total, count) = (orders.Sum(order => order.Amount), orders.LongCount());
        return new Sum(
            orders.Key, Value.Of(total).ToString(), Value.Of(decimal.Round(total / count, 2)).ToString(), count, orders.Min(order => order.At), orders.Max(order => order.At));
    }

    private static string? FieldOf(ActivityTypeDocument type, string semantic) => type.Fields.FirstOrDefault(field => field.Value.SemanticType == semantic).Key;

    private static string? Text(IRuleActivity activity, string? field) => field is null || activity.Field(field) is not { IsMissing: false } value ? null : value.ToString();

    private static decimal? Number(Value value) => value.Type switch
    {
        DataType.Decimal => value.AsDecimal(),
        DataType.Integer => value.AsInteger(),
        DataType.Number when Math.Abs(value.AsNumber()) < 1e27 => (decimal)value.AsNumber(),
        _ => null,
    };

    private sealed record Order(DateTimeOffset At, decimal Amount, string? Currency, bool Undone);
}
