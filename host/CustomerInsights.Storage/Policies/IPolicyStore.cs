namespace CustomerInsights.Storage.Policies;

/// <summary>The unification policy that runs go by, and what policies would do.</summary>
public interface IPolicyStore
{
    /// <summary>Previews that are kept of a profile type; an older one goes, with its labels, when a new one comes.</summary>
    const int MostPreviews = 50;

    /// <summary>The active policy of a profile type, or null.</summary>
    ValueTask<ActivePolicy?> FindActiveAsync(string profileType, CancellationToken cancellationToken);

    /// <summary>Makes a policy the active one, with an audit row. Writes nothing when an equal document is active.</summary>
    /// <param name="policy">The policy; its time is set by the store.</param>
    /// <param name="cancellationToken">Cancels.</param>
    /// <returns>The policy as it now stands.</returns>
    ValueTask<ActivePolicy> ActivateAsync(ActivePolicy policy, CancellationToken cancellationToken);

    /// <summary>Forgets the active policy and all previews of a profile type whose policy was deleted.</summary>
    ValueTask ForgetAsync(string profileType, CancellationToken cancellationToken);

    /// <summary>The profile types of which something is stored.</summary>
    ValueTask<IReadOnlyList<string>> TypesAsync(CancellationToken cancellationToken);

    /// <summary>Stores a preview; one with the same id is replaced, and loses its labels.</summary>
    ValueTask AddPreviewAsync(PolicyPreview preview, CancellationToken cancellationToken);

    /// <summary>Previews of a profile type, newest first.</summary>
    ValueTask<Page<PolicyPreview>> ListPreviewsAsync(string profileType, string? after, int limit, CancellationToken cancellationToken);

    /// <summary>A preview by id, or null.</summary>
    ValueTask<PolicyPreview?> FindPreviewAsync(string id, CancellationToken cancellationToken);

    /// <summary>The newest preview of a policy, or null.</summary>
    ValueTask<PolicyPreview?> FindPreviewOfAsync(string profileType, string hash, CancellationToken cancellationToken);

    /// <summary>Stores what somebody said of pairs of a preview; a pair that has a label takes the new one. False when there is no such preview.</summary>
    ValueTask<bool> LabelAsync(string preview, IReadOnlyList<PreviewLabel> labels, string principal, CancellationToken cancellationToken);

    /// <summary>The labels of a preview, by nodes.</summary>
    ValueTask<IReadOnlyList<PreviewLabel>> LabelsAsync(string preview, CancellationToken cancellationToken);
}
