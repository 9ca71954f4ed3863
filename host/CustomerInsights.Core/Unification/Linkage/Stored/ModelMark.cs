using System.Security.Cryptography;
using System.Text.Json;

namespace CustomerInsights.Core.Unification.Linkage.Stored;

/// <summary>What a model is learnt for, as a short text: the matcher's part of the policy, and the streams with their fields and what these mean.</summary>
internal static class ModelMark
{
    /// <summary>Any change of what the policy says of the matcher, or of the mapping of its streams, gives another mark.</summary>
    internal static string Of(MatcherPolicy policy, IReadOnlyList<StreamSchema> streams) =>
        Convert.ToHexStringLower(SHA256.HashData(JsonSerializer.SerializeToUtf8Bytes(new { policy, streams })));
}
