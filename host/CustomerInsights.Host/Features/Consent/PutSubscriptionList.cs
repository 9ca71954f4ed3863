using CustomerInsights.Core.Consent;
using CustomerInsights.Host.Features.Access;
using CustomerInsights.Host.Features.Metadata;
using CustomerInsights.Host.Platform;
using CustomerInsights.Storage.Identifiers;
using Microsoft.AspNetCore.Http.HttpResults;

namespace CustomerInsights.Host.Features.Consent;

/// <summary>PUT /lists/{name}: makes or renames a list that people can subscribe to.</summary>
internal static class PutSubscriptionList
{
    private const int Most = 1000;

    /// <summary>The list.</summary>
    /// <param name="DisplayName">For people; at most 200 characters.</param>
    /// <param name="Description">For people; at most 1,000 characters.</param>
    public sealed record Request(string? DisplayName = null, string? Description = null);

    public static void Map(IEndpointRouteBuilder routes) =>
        routes.MapPut("/lists/{name}", HandleAsync).WithName(nameof(PutSubscriptionList)).WithSummary("Makes or renames a list that people can subscribe to.").Requires(AccessAction.Write, ResourceKind.Consent);

    internal static async Task<Results<Ok<SubscriptionList>, Created<SubscriptionList>, ProblemHttpResult>> HandleAsync(
        string name, Request request, IIdentifierStore identifiers, TimeProvider clock, CancellationToken cancellationToken)
    {
        if (!Names.IsDefinition(name))
        {
            return Problems.Invalid("name", "name", $"'{name}' is not a name; use 1 to 100 letters, digits, _ - and ., beginning with a letter or digit.");
        }

        if (request.DisplayName?.Length > 200 || request.Description?.Length > 1000)
        {
            return Problems.Invalid(request.DisplayName?.Length > 200 ? "/displayName" : "/description", "length", "A display name has at most 200 characters, a description at most 1,000.");
        }

        var lists = await identifiers.ListsAsync(cancellationToken);
        if (lists.Count >= Most && lists.All(list => list.Name != name))
        {
            return Problems.Invalid("name", "count", $"There are {Most:N0} lists already; delete one.");
        }

        var isNew = await identifiers.PutListAsync(name, request.DisplayName, request.Description, clock.GetUtcNow(), cancellationToken);
        var stored = (await identifiers.ListsAsync(cancellationToken)).First(list => list.Name == name);
        return isNew ? TypedResults.Created($"/api/v1/lists/{name}", stored) : TypedResults.Ok(stored);
    }
}
