namespace CustomerInsights.Sdk;

/// <summary>When what an export writes becomes visible at its target.</summary>
public enum ExportVisibility
{
    /// <summary>Nothing before the commit, nothing after an abort.</summary>
    Transactional = 0,

    /// <summary>Batch by batch; an aborted run leaves what was done.</summary>
    Stepwise = 1,
}
