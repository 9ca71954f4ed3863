namespace CustomerInsights.Sdk;

/// <summary>How the reading of a stream ended.</summary>
public enum StreamOutcome
{
    /// <summary>Everything asked for was yielded.</summary>
    Complete = 0,

    /// <summary>The source has not changed since the state given; nothing was yielded, nothing is to be deleted.</summary>
    Unchanged = 1,

    /// <summary>The stream ended early: a limit, a failure, a cancel. No checkpoint of that stream follows.</summary>
    Incomplete = 2,
}
