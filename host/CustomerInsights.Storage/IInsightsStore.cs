using CustomerInsights.Storage.Access;
using CustomerInsights.Storage.Activities;
using CustomerInsights.Storage.Clusters;
using CustomerInsights.Storage.Definitions;
using CustomerInsights.Storage.Enrichments;
using CustomerInsights.Storage.Events;
using CustomerInsights.Storage.Exports;
using CustomerInsights.Storage.Identifiers;
using CustomerInsights.Storage.Jobs;
using CustomerInsights.Storage.Links;
using CustomerInsights.Storage.Measures;
using CustomerInsights.Storage.Plugins;
using CustomerInsights.Storage.Policies;
using CustomerInsights.Storage.Privacy;
using CustomerInsights.Storage.Profiles;
using CustomerInsights.Storage.Records;
using CustomerInsights.Storage.Segments;
using CustomerInsights.Storage.Trends;

namespace CustomerInsights.Storage;

/// <summary>
/// A store: one contract a slice. Every write is durable when its task completes; a write that throws has left nothing behind.
/// All members are safe for any thread. Nothing here speaks of a particular database. Texts are ordered by code point ("ordinal" in the members below);
/// any text is kept as it is, NULs and lone surrogates included. A write that waits can be cancelled; one that has begun is carried through.
/// Lists throw <see cref="BadCursorException"/> for a cursor that they did not make.
/// </summary>
public interface IInsightsStore : IAsyncDisposable
{
    /// <summary>Metadata: what admins and marketers define.</summary>
    IDefinitionStore Definitions { get; }

    /// <summary>Who did what, when.</summary>
    IAuditStore Audit { get; }

    /// <summary>API keys.</summary>
    IApiKeyStore ApiKeys { get; }

    /// <summary>Durable work.</summary>
    IJobStore Jobs { get; }

    /// <summary>Source records, runs, rejected records.</summary>
    IRecordStore Records { get; }

    /// <summary>Nodes and activities, as projected from records.</summary>
    IActivityStore Activities { get; }

    /// <summary>Profiles, their nodes and edges, search.</summary>
    IProfileStore Profiles { get; }

    /// <summary>Consent, deliverability, opt-outs and subscriptions, by identifier.</summary>
    IIdentifierStore Identifiers { get; }

    /// <summary>What profiles point at: accounts and parents.</summary>
    IProfileLinkStore Links { get; }

    /// <summary>Clusters of profiles, such as households.</summary>
    IClusterStore Clusters { get; }

    /// <summary>Every change of who is who.</summary>
    ILedgerStore Ledger { get; }

    /// <summary>Who is tied to whom by identifiers.</summary>
    IIdentityStore Identities { get; }

    /// <summary>What stewards said.</summary>
    IVerdictStore Verdicts { get; }

    /// <summary>What stewards are asked.</summary>
    IReviewStore Reviews { get; }

    /// <summary>Active unification policies and previews of them.</summary>
    IPolicyStore Policies { get; }

    /// <summary>What matchers learnt.</summary>
    IMatchModelStore MatchModels { get; }

    /// <summary>What became of events.</summary>
    IEventProjection EventProjection { get; }

    /// <summary>Values of measures.</summary>
    IMeasureStore Measures { get; }

    /// <summary>Members and their history.</summary>
    ISegmentStore Segments { get; }

    /// <summary>Sizes over time, lists and times of segments.</summary>
    ISegmentStateStore SegmentStates { get; }

    /// <summary>Figures by day.</summary>
    ITrendStore Trends { get; }

    /// <summary>Export runs, their batches and what was last exported.</summary>
    IExportStore Exports { get; }

    /// <summary>Plugin history, plugin storage, secrets.</summary>
    IPluginStore Plugins { get; }

    /// <summary>What upgrades of plugins can be taken back to.</summary>
    IPluginUpgradeStore PluginUpgrades { get; }

    /// <summary>Events as received; a database of its own.</summary>
    IEventLog Events { get; }

    /// <summary>What enrichments answer.</summary>
    IEnrichmentStore Enrichments { get; }

    /// <summary>What changed, in order.</summary>
    IChangeFeed Changes { get; }

    /// <summary>Requests of people about their data.</summary>
    IPrivacyStore Privacy { get; }

    /// <summary>Who read whom; a database of its own.</summary>
    IReadAuditStore Reads { get; }

    /// <summary>Throws when the store cannot be read or written now; for the readiness check.</summary>
    ValueTask ProbeAsync(CancellationToken cancellationToken);
}
