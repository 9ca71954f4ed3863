using System.Security.Cryptography;

namespace CustomerInsights.Host.Features.Access;

/// <summary>
/// The key of this run for the command line of the same machine: it lies in the data directory, readable by its owner alone (who could open the
/// store itself), and dies with the process.
/// </summary>
internal sealed class LocalKey
{
    private readonly string _id;
    private readonly byte[] _hash;

    public LocalKey() => (_id, Text, _hash) = ApiKeyText.Make();

    public string Text { get; }

    public string Id => _id;

    public bool Is(string id) => id == _id;

    public bool Matches(string id, byte[] hash) => id == _id && CryptographicOperations.FixedTimeEquals(hash, _hash);
}
