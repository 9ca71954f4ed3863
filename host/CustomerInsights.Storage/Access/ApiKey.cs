namespace CustomerInsights.Storage.Access;

/// <summary>An API key.</summary>
/// <param name="Id">The public part, by which it is found.</param>
/// <param name="Name">For people, unique among keys that are not revoked.</param>
/// <param name="Role">The role that it acts in.</param>
/// <param name="SecretHash">SHA-256 of the secret part, which has 256 random bits.</param>
/// <param name="CreatedAt">When it was made.</param>
/// <param name="RevokedAt">When it was revoked, or null.</param>
public sealed record ApiKey(string Id, string Name, string Role, byte[] SecretHash, DateTimeOffset CreatedAt, DateTimeOffset? RevokedAt);
