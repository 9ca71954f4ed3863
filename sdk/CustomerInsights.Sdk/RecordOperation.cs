namespace CustomerInsights.Sdk;

/// <summary>What happened to a record at its source.</summary>
public enum RecordOperation
{
    /// <summary>It was added or changed. The host compares; an equal record costs no write.</summary>
    Upsert = 0,

    /// <summary>It is gone. The host removes it and what came from it alone.</summary>
    Delete = 1,
}
