using System.Runtime.CompilerServices;
using CustomerInsights.Host.Platform;
using CustomerInsights.Storage;
using CustomerInsights.Storage.Links;
using CustomerInsights.Storage.Profiles;

namespace CustomerInsights.Host.Features.Profiles;

/// <summary>Adds accounts and parents to profiles on their way out.</summary>
internal sealed class ProfileOwners(IProfileLinkStore links)
{
    /// <summary>The account and the parent of one profile; a parent on a circle is none.</summary>
    public async ValueTask<(ProfileReference? BelongsTo, ProfileReference? Parent)> OfAsync(StoredProfile profile, CancellationToken cancellationToken)
    {
        var owner = await links.TargetAsync(profile.Id, LinkKind.BelongsTo, cancellationToken);
        var ancestry = await links.AncestorsAsync(profile.Id, cancellationToken);
        return (owner is null ? null : Reference(owner), ancestry.Profiles.Count == 0 ? null : Reference(ancestry.Profiles[0]));
    }

    /// <summary>A page of profiles with their accounts and parents.</summary>
    public async ValueTask<PageResponse<ProfileResponse>> PageAsync(Page<StoredProfile> page, CancellationToken cancellationToken)
    {
        List<long> numbers = [.. page.Items.Select(profile => profile.Number)];
        var owners = await links.TargetsOfAsync(numbers, LinkKind.BelongsTo, cancellationToken);
        var parents = await links.TargetsOfAsync(numbers, LinkKind.Parent, cancellationToken);
        return PageRequest.Response(page, profile => ProfileResponse.Of(profile) with
        {
            BelongsTo = owners.TryGetValue(profile.Number, out var owner) ? Reference(owner) : null,
            Parent = parents.TryGetValue(profile.Number, out var parent) ? Reference(parent) : null,
        });
    }

    /// <summary>Profiles, page after page, with their accounts and parents.</summary>
    public async IAsyncEnumerable<ProfileResponse> ReadAsync(IAsyncEnumerable<Page<StoredProfile>> pages, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await foreach (var page in pages.WithCancellation(cancellationToken))
        {
            foreach (var profile in (await PageAsync(page, cancellationToken)).Items)
            {
                yield return profile;
            }
        }
    }

    public static ProfileReference Reference(StoredProfile profile) => new(profile.Id.ToString(), profile.Type, profile.DisplayName);

    private static ProfileReference Reference(LinkTarget target) => new(target.Id.ToString(), target.Type, target.DisplayName);
}
