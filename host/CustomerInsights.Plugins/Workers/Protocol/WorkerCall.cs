namespace CustomerInsights.Plugins.Workers.Protocol;

/// <summary>What can be asked over the socket. Numbers are the protocol: add at the end.</summary>
internal enum WorkerCall : byte
{
    /// <summary>Host to worker: load the plugin.</summary>
    Load = 1,

    /// <summary>Make a component.</summary>
    Create = 2,

    /// <summary>Dispose a component.</summary>
    Dispose = 3,

    /// <summary>Try a component's configuration.</summary>
    Check = 4,

    /// <summary>Connector: find the streams.</summary>
    Discover = 5,

    /// <summary>Connector: read. A stream.</summary>
    Read = 6,

    /// <summary>Connector: bring a state to the current format.</summary>
    UpgradeState = 7,

    /// <summary>Enrichment: what it reads and writes.</summary>
    DescribeEnrichment = 8,

    /// <summary>Enrichment: answer a batch.</summary>
    Enrich = 9,

    /// <summary>Enrichment: run over a population. A stream.</summary>
    Run = 10,

    /// <summary>Export: what it wants.</summary>
    DescribeExport = 11,

    /// <summary>Export: open a session.</summary>
    Open = 12,

    /// <summary>Session: write a batch.</summary>
    Write = 13,

    /// <summary>Session: end well.</summary>
    Commit = 14,

    /// <summary>Session: give up.</summary>
    Abort = 15,

    /// <summary>Session: dispose.</summary>
    Close = 16,

    /// <summary>Notice: the plugin is about to be stopped.</summary>
    Stopping = 17,

    /// <summary>Worker to host, notice: a log line.</summary>
    Log = 32,

    /// <summary>Notice: progress of a connection.</summary>
    Progress = 33,

    /// <summary>Storage: get.</summary>
    StorageGet = 34,

    /// <summary>Storage: put.</summary>
    StoragePut = 35,

    /// <summary>Storage: delete.</summary>
    StorageDelete = 36,

    /// <summary>Storage: list the keys.</summary>
    StorageList = 37,

    /// <summary>Secrets: open.</summary>
    SecretReveal = 38,

    /// <summary>Secrets: replace.</summary>
    SecretUpdate = 39,

    /// <summary>Population: read the profiles. A stream.</summary>
    PopulationRead = 40,

    /// <summary>Notice: a disposal in the plugin failed, which no answer tells.</summary>
    Misbehaved = 41,

    /// <summary>Notice: a connection waits for another try of a request or for a rate limit.</summary>
    Waiting = 42,

    /// <summary>Notice: what was measured.</summary>
    Measurements = 43,
}
