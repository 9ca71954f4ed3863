using CustomerInsights.Host.Features.Access;
using CustomerInsights.Host.Platform;
using Microsoft.AspNetCore.Http.HttpResults;

namespace CustomerInsights.Host.Features.Privacy;

/// <summary>POST /privacy/receipts/verify: whether this host signed a receipt as it stands.</summary>
internal static class VerifyReceipt
{
    private const int LongestSignature = 1000;

    /// <summary>A receipt.</summary>
    /// <param name="Receipt">The text as it was given.</param>
    /// <param name="Signature">The signature.</param>
    public sealed record Request(string Receipt, string Signature);

    /// <summary>The answer.</summary>
    /// <param name="Valid">True when the host signed this very text.</param>
    public sealed record Response(bool Valid);

    public static void Map(IEndpointRouteBuilder routes) =>
        routes.MapPost("/privacy/receipts/verify", HandleAsync).WithName(nameof(VerifyReceipt)).WithSummary("Whether this host signed a receipt as it stands.").Requires(AccessAction.Run, ResourceKind.Privacy);

    internal static async Task<Results<Ok<Response>, ProblemHttpResult>> HandleAsync(Request request, PrivacyKeys keys, CancellationToken cancellationToken) =>
        request.Signature.Length > LongestSignature
            ? Problems.Invalid("/signature", "length", $"A signature has at most {LongestSignature:N0} characters.")
            : TypedResults.Ok(new Response((await keys.LoadAsync(cancellationToken)).Verify(request.Receipt, request.Signature)));
}
