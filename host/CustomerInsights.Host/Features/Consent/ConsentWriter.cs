using CustomerInsights.Host.Features.Privacy;
using CustomerInsights.Storage.Identifiers;

namespace CustomerInsights.Host.Features.Consent;

/// <summary>What became of something that was told of an identifier.</summary>
internal enum ConsentOutcome
{
    /// <summary>A newer one stands.</summary>
    Superseded,

    /// <summary>It holds.</summary>
    Applied,

    /// <summary>The identifier is of a person who was erased: nothing of it is kept.</summary>
    Erased,
}

/// <summary>Writes what is told of identifiers. Those of erased people do not come in again this way either.</summary>
internal sealed class ConsentWriter(IIdentifierStore identifiers, ErasureGate gate)
{
    /// <summary>Told to who tells something of an erased identifier.</summary>
    public const string ErasedMessage = "The person behind this identifier was erased, and nothing is kept of it. If the person comes back, an admin lifts the block with POST /api/v1/privacy/blocked/lift.";

    /// <summary>Applies in order, and tells what became of each.</summary>
    public async ValueTask<IReadOnlyList<ConsentOutcome>> ApplyAsync(IReadOnlyList<IdentifierChange> changes, DateTimeOffset now, CancellationToken cancellationToken)
    {
        await gate.ReadyAsync(cancellationToken);
        var open = gate.IsEmpty ? changes : [.. changes.Where(change => !gate.Has(change.Type, change.Value))];
        await gate.CountAsync("consents", changes.Count - open.Count, cancellationToken);
        var applied = open.Count == 0 ? [] : await identifiers.ApplyAsync(open, now, cancellationToken);
        var results = new List<ConsentOutcome>(changes.Count);
        var next = 0;
        foreach (var change in changes)
        {
            results.Add(next < open.Count && ReferenceEquals(open[next], change)
                ? applied[next++] ? ConsentOutcome.Applied : ConsentOutcome.Superseded
                : ConsentOutcome.Erased);
        }

        return results;
    }
}
