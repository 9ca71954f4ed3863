namespace CustomerInsights.Host.Features.Access;

/// <summary>What can be done to a thing.</summary>
public enum AccessAction
{
    /// <summary>See it.</summary>
    Read,

    /// <summary>Make, change or delete it.</summary>
    Write,

    /// <summary>Make it do its work: refresh, run, cancel.</summary>
    Run,
}

/// <summary>The kinds of things that access is asked for.</summary>
public enum ResourceKind
{
    Source,

    /// <summary>Where systems outside are, and who asks there.</summary>
    Connection,

    Record,
    Metadata,
    Unification,

    /// <summary>A steward's word on who is who: verdicts, and the undo of a merge.</summary>
    Verdict,

    Profile,

    /// <summary>What people agreed to: consent, deliverability, opt-outs, subscriptions.</summary>
    Consent,

    Activity,
    Measure,
    Segment,
    Enrichment,
    Export,
    Plugin,
    Job,
    Recipe,
    Secret,
    Key,
    Audit,

    /// <summary>Requests of people about their data, and what is kept out after an erasure.</summary>
    Privacy,
}

/// <summary>The one question of access: may this principal do this action on this kind of resource, this one?</summary>
public interface IAccess
{
    /// <summary>Answers it.</summary>
    /// <param name="principal">Who asks.</param>
    /// <param name="action">What it wants to do.</param>
    /// <param name="kind">On what kind of thing.</param>
    /// <param name="id">On which one; null for the kind as a whole.</param>
    /// <returns>True when it may.</returns>
    bool May(System.Security.Claims.ClaimsPrincipal principal, AccessAction action, ResourceKind kind, string? id);
}
