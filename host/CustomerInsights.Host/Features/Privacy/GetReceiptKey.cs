using CustomerInsights.Host.Features.Access;

namespace CustomerInsights.Host.Features.Privacy;

/// <summary>GET /privacy/receipts/key: the public key, by which receipts can be verified without the host.</summary>
internal static class GetReceiptKey
{
    /// <summary>The key.</summary>
    /// <param name="Algorithm">How receipts are signed.</param>
    /// <param name="PublicKey">PEM.</param>
    public sealed record Response(string Algorithm, string PublicKey);

    public static void Map(IEndpointRouteBuilder routes) =>
        routes.MapGet("/privacy/receipts/key", HandleAsync).WithName(nameof(GetReceiptKey)).WithSummary("The public key, by which receipts can be verified without the host.").Requires(AccessAction.Read, ResourceKind.Privacy);

    internal static async Task<Response> HandleAsync(PrivacyKeys keys, CancellationToken cancellationToken) =>
        new("ECDSA P-256 with SHA-256, IEEE P1363", (await keys.LoadAsync(cancellationToken)).PublicKey());
}
