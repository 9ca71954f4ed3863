using CustomerInsights.Plugins.Manifests;
using CustomerInsights.Plugins.Packaging;

namespace CustomerInsights.Plugins.Trust;

/// <summary>Whom this installation trusts at one moment: the admin's file and the catalogs together. A value; safe for any thread.</summary>
public sealed class TrustSet
{
    private readonly Dictionary<string, (TrustedPublisher Publisher, List<TrustedKey> Keys)> _publishers = new(StringComparer.Ordinal);
    private readonly Dictionary<string, string> _revoked = new(StringComparer.Ordinal);
    private readonly List<BlockedVersions> _blocked;

    /// <summary>
    /// Puts documents together. The first that names a publisher names its keys and trust: a catalog cannot give a key to a
    /// publisher that the admin, or the program, knows already. A key that any of them revokes is revoked.
    /// </summary>
    /// <param name="documents">The admin's first, then the program's, then the catalogs'.</param>
    public TrustSet(IEnumerable<TrustDocument> documents)
    {
        ArgumentNullException.ThrowIfNull(documents);
        var all = documents.ToList();
        _blocked = [.. all.SelectMany(document => document.Blocked)];
        foreach (var publisher in all.SelectMany(document => document.Publishers))
        {
            _publishers.TryAdd(publisher.Id, (publisher, [.. publisher.Keys]));
            foreach (var key in publisher.Keys.Where(key => key.RevokedUtc is not null))
            {
                _revoked.TryAdd(key.KeyId, key.RevokedReason ?? "no reason given");
            }
        }

        foreach (var key in all.SelectMany(document => document.RevokedKeys))
        {
            _revoked[key.KeyId] = key.Reason;
        }

        Follow([.. all.SelectMany(document => document.Rotations)]);
    }

    /// <summary>The block that names a version.</summary>
    /// <param name="id">The plugin.</param>
    /// <param name="version">The version.</param>
    /// <returns>The block, or null.</returns>
    public BlockedVersions? FindBlock(string id, SemanticVersion version) => _blocked.Find(block => block.Names(id, version));

    /// <summary>Judges who signed a list of files. Says nothing of the files themselves.</summary>
    /// <param name="publisher">The first part of the plugin's id; nobody else may sign for it.</param>
    /// <param name="signed">The exact bytes of <c>META/files.json</c>.</param>
    /// <param name="signatures">The signatures.</param>
    /// <returns>Valid, UnknownPublisher, Revoked or Unsigned; Modified when a known key's signature does not fit.</returns>
    public PackageVerdict Judge(string publisher, ReadOnlySpan<byte> signed, IReadOnlyList<PackageSignature> signatures)
    {
        ArgumentNullException.ThrowIfNull(signatures);
        if (signatures.Count == 0)
        {
            return new(PackageState.Unsigned, "It is not signed.");
        }

        if (!_publishers.TryGetValue(publisher, out var known))
        {
            return new(PackageState.UnknownPublisher, $"It is signed by '{PackagePath.Show(signatures[0].KeyId)}', but the publisher '{publisher}' is not known here. Add its key to trust.json, or a catalog that lists it.");
        }

        var worst = new PackageVerdict(
            PackageState.UnknownPublisher, $"It is signed by '{PackagePath.Show(signatures[0].KeyId)}', which is not a key of the publisher '{publisher}'. Ask the publisher for its key and add it to trust.json, if that is right.");
        foreach (var signature in signatures)
        {
            foreach (var key in known.Keys.Where(key => key.KeyId == signature.KeyId))
            {
                var verdict = Judge(known.Publisher, key, signed, signature);
                if (verdict.State == PackageState.Valid)
                {
                    return verdict;
                }

                worst = verdict;
            }
        }

        return worst;
    }

    private PackageVerdict Judge(TrustedPublisher publisher, TrustedKey key, ReadOnlySpan<byte> signed, PackageSignature signature)
    {
        if (!key.Verifies(signed, signature))
        {
            return new(PackageState.Modified, $"The signature of '{key.KeyId}' does not fit META/files.json: the list of files was changed after it was signed.") { ModifiedFiles = [PackagePath.FilesList] };
        }

        if (_revoked.TryGetValue(key.KeyId, out var reason))
        {
            return new(PackageState.Revoked, $"It is signed by '{key.KeyId}', which was revoked: {reason}. Look for a version that is signed with another key.") { KeyId = key.KeyId };
        }

        return key.NotAfterUtc is { } end && signature.SignedUtc > end
            ? new(PackageState.UnknownPublisher, $"It was signed by '{key.KeyId}' at {signature.SignedUtc:u}, after that key's end at {end:u}.") { KeyId = key.KeyId }
            : new(PackageState.Valid, $"Signed by {publisher.Name} with '{key.KeyId}'.") { KeyId = key.KeyId, Trust = publisher.Trust };
    }

    // Again and again, for the statements come in any order; each round adds a key or is the last one.
    private void Follow(List<KeyRotation> rotations)
    {
        bool added;
        do
        {
            added = false;
            foreach (var rotation in rotations)
            {
                if (_publishers.TryGetValue(rotation.Publisher, out var known)
                    && !known.Keys.Exists(key => key.KeyId == rotation.NewKeyId)
                    && known.Keys.Find(key => key.KeyId == rotation.OldKeyId) is { } old
                    && !_revoked.ContainsKey(old.KeyId)
                    && rotation.IsSignedBy(old))
                {
                    known.Keys.Add(new TrustedKey(rotation.NewKeyId, rotation.Spki));
                    added = true;
                }
            }
        }
        while (added);
    }
}
