using System.Security.Cryptography;
using CustomerInsights.Core.Unification;
using CustomerInsights.Host.Features.Jobs;
using CustomerInsights.Host.Features.Metadata;
using CustomerInsights.Host.Platform;
using CustomerInsights.Storage.Definitions;
using CustomerInsights.Storage.Policies;
using CustomerInsights.Storage.Profiles;

namespace CustomerInsights.Host.Features.Unification;

/// <summary>The policy that a type's records are unified by.</summary>
/// <param name="Model">All metadata, with this policy in the place of the saved one.</param>
/// <param name="Unification">The policy, bound.</param>
/// <param name="Document">The policy as it was sent; the bound one has more in it.</param>
/// <param name="Active">The policy as activated; null for the first of a type, which its first run makes active.</param>
/// <param name="Waits">That the saved policy is another one and what to do, for people; null when it is the same.</param>
internal sealed record PolicyInForce(InsightsModel Model, UnificationModel Unification, UnificationPolicy Document, ActivePolicy? Active, string? Waits)
{
    /// <summary>Names the policy: equal policies have equal hashes.</summary>
    public string Hash { get; } = ActivePolicies.Hash(Document);
}

/// <summary>
/// Which policy runs and verdicts go by: the active one, not the one saved last. A saved policy becomes active only when somebody could see what it
/// does, that is when its preview was computed. The first of a type has nothing to change and becomes active with its first run, which computes it.
/// </summary>
internal sealed class ActivePolicies(MetadataService metadata, IDefinitionStore definitions, IPolicyStore store, IProfileStore profiles)
{

    /// <summary>SHA-256 of a policy as it is stored, in lower case hexadecimal.</summary>
    public static string Hash(UnificationPolicy policy) => Convert.ToHexStringLower(SHA256.HashData(Json.Bytes(policy)));

    /// <summary>The policy that records of a type are unified by now.</summary>
    /// <param name="type">The profile type.</param>
    /// <param name="cancellationToken">Cancels.</param>
    /// <exception cref="JobFailedException">There is none that is usable.</exception>
    public async Task<PolicyInForce> OfAsync(string type, CancellationToken cancellationToken)
    {
        var active = await store.FindActiveAsync(type, cancellationToken);
        var model = await metadata.ModelAsync(cancellationToken);
        var document = await definitions.FindAsync(DefinitionKinds.Unification, type, cancellationToken) is { } definition ? Json.Read<UnificationPolicy>(definition.Document) : null;
        var saved = document is null ? null : model.Unification.GetValueOrDefault(type);
        if (active is null)
        {
            return saved is null ? throw Unusable(model, type, null)
                : await HasProfilesAsync(type, cancellationToken)
                    ? throw new JobFailedException("Configuration", $"'{type}' has profiles and no active policy. {Remedy(type)}")
                    : new(model, saved, document!, null, null);
        }

        var standing = Json.Read<UnificationPolicy>(active.Document);
        if (document is null)
        {
            throw Unusable(model, type, null);
        }

        if (saved is not null && Hash(document) == Hash(standing))
        {
            return new(model, saved, standing, active, null);
        }

        var (with, _) = await metadata.TryAsync([new DefinitionChange(DefinitionKinds.Unification, type, active.Document)], Discovered.Nothing, cancellationToken);
        return with.Unification.TryGetValue(type, out var unification)
            ? new(with, unification, standing, active, $"The policy of '{type}' that was saved last is not active; {active.By}'s of {active.At:yyyy-MM-dd HH:mm} UTC is. {Remedy(type)}")
            : throw Unusable(with, type, $" It is the active one; the one saved last waits. {Remedy(type)}");
    }

    /// <summary>Whether there are profiles of a type, so that a first policy would change what somebody has.</summary>
    public async Task<bool> HasProfilesAsync(string type, CancellationToken cancellationToken) =>
        (await profiles.CountAsync(cancellationToken)).Any(one => one.Key == type && one.Value > 0);

    /// <summary>A draft in the place of the saved policy.</summary>
    /// <param name="type">The profile type.</param>
    /// <param name="draft">The draft.</param>
    /// <param name="cancellationToken">Cancels.</param>
    /// <returns>All metadata with it, and what is wrong with it; warnings are left out.</returns>
    public async Task<(InsightsModel Model, IReadOnlyList<DefinitionFault> Faults)> TryAsync(string type, UnificationPolicy draft, CancellationToken cancellationToken)
    {
        var (model, faults) = await metadata.TryAsync([new DefinitionChange(DefinitionKinds.Unification, type, Json.Write(draft))], Discovered.Nothing, cancellationToken);
        return (model, [.. faults.Where(fault => !fault.Warning)]);
    }

    private static string Remedy(string type) => $"Compute its preview with POST /api/v1/unification/policies/{type}/previews, then make it active with POST /api/v1/unification/policies/{type}/activation.";

    private static JobFailedException Unusable(InsightsModel model, string type, string? more)
    {
        var fault = model.Faults.FirstOrDefault(fault => fault.Kind == DefinitionKinds.Unification && fault.Name == type && !fault.Warning);
        return new JobFailedException(
            "Configuration",
            fault is null ? $"There is no unification policy for '{type}': save one with PUT /api/v1/unification/policies/{type}." : $"The unification policy of '{type}' is not usable at {fault.Pointer}: {fault.Message}{more}");
    }
}

/// <summary>A deleted policy leaves neither an active one nor previews. The next of the type is a first one when its profiles are gone; before that it needs a preview.</summary>
internal sealed class ForgetPolicy(IPolicyStore store) : IDefinitionFollower
{
    public string Kind => DefinitionKinds.Unification;

    public ValueTask DeletedAsync(string name, CancellationToken cancellationToken) => store.ForgetAsync(name, cancellationToken);

    public async ValueTask SweepAsync(IReadOnlySet<string> defined, CancellationToken cancellationToken)
    {
        foreach (var type in (await store.TypesAsync(cancellationToken)).Where(type => !defined.Contains(type)))
        {
            await store.ForgetAsync(type, cancellationToken);
        }
    }
}
