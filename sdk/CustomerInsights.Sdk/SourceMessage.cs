namespace CustomerInsights.Sdk;

/// <summary>What a connector yields while it reads. The set is closed: host and worker protocol know every message there is.</summary>
public abstract record SourceMessage
{
    private protected SourceMessage(string stream) => Stream = stream;

    /// <summary>The stream that it belongs to.</summary>
    public string Stream { get; }
}
