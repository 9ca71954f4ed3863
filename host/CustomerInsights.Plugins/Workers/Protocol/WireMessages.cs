using CustomerInsights.Plugins.Boundary;
using CustomerInsights.Plugins.Context;
using CustomerInsights.Plugins.Desired;
using CustomerInsights.Plugins.Manifests;
using CustomerInsights.Sdk;
using Microsoft.Extensions.Logging;

namespace CustomerInsights.Plugins.Workers.Protocol;

/// <summary>What the host writes to the worker's standard input: one line of JSON.</summary>
/// <param name="Socket">Where the host listens.</param>
/// <param name="Token">Proves to the host that this is the process it started; hexadecimal.</param>
/// <param name="Folder">The package.</param>
/// <param name="Isolation">As the plugin sees it.</param>
internal sealed record WorkerStart(string Socket, string Token, string Folder, IsolationMode Isolation)
{
    /// <summary>The protocol versions that both sides of this build speak.</summary>
    internal const int Protocol = 1;

    /// <summary>Folders that are granted.</summary>
    public IReadOnlyList<string> FileRoots { get; init; } = [];

    /// <summary>What of the private network is granted.</summary>
    public NetworkGrants Network { get; init; } = NetworkGrants.None;

    /// <summary>Where the host lets a sandbox out; null outside of one.</summary>
    public string? Egress { get; init; }

    /// <summary>Lines below this are not wanted.</summary>
    public LogLevel LogLevel { get; init; }

    /// <summary>Between two reports of what was measured.</summary>
    public TimeSpan MeasureEvery { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>Log lines a second.</summary>
    public int LogLinesPerSecond { get; init; }

    /// <summary>What stands where a secret was cut out.</summary>
    public string SecretMask { get; init; } = RevealedSecrets.Mask;
}

/// <summary>The worker's first words.</summary>
internal sealed record WorkerHello(int ProtocolMin, int ProtocolMax, string Sdk, string PluginId, string Version, string Token);

/// <summary>The host's answer.</summary>
internal sealed record WorkerWelcome(int Protocol);

/// <summary>Arguments of <see cref="WorkerCall.Create"/>.</summary>
internal sealed record CreateArguments(int Component, string Contribution, string ConnectionId, ReadOnlyMemory<byte> Configuration)
{
    /// <summary>By which the connection is let out of the sandbox; null outside of one.</summary>
    public string? EgressToken { get; init; }
}

/// <summary>Its answer: which shape an enrichment has.</summary>
internal sealed record CreateAnswer(bool IsPopulation);

/// <summary>Arguments of calls that need no more than the component.</summary>
internal sealed record ComponentArguments(int Component);

/// <summary>Arguments of <see cref="WorkerCall.Read"/>.</summary>
internal sealed record ReadArguments(int Component, ReadRequest Request);

/// <summary>Arguments of <see cref="WorkerCall.UpgradeState"/>.</summary>
internal sealed record StateArguments(int Component, string Stream, StreamState State);

/// <summary>Arguments of <see cref="WorkerCall.Enrich"/>.</summary>
internal sealed record EnrichArguments(int Component, IReadOnlyList<ProfileInput> Batch);

/// <summary>Arguments of <see cref="WorkerCall.Run"/>.</summary>
internal sealed record RunArguments(int Component, long Count, DateTimeOffset AsOf, ReadOnlyMemory<byte>? ResumeFrom);

/// <summary>Arguments of <see cref="WorkerCall.Open"/>.</summary>
internal sealed record OpenArguments(int Component, ExportJob Job);

/// <summary>Arguments of <see cref="WorkerCall.Write"/>.</summary>
internal sealed record WriteArguments(int Component, string BatchId, IReadOnlyList<ExportMember> Members);

/// <summary>Arguments of the calls to storage and secrets; each uses what it needs.</summary>
internal sealed record ServiceArguments(string ConnectionId, string Name)
{
    /// <summary>The bytes to store.</summary>
    public ReadOnlyMemory<byte> Value { get; init; }

    /// <summary>The secret to set.</summary>
    public string? Secret { get; init; }

    /// <summary>The ETag that must still be true.</summary>
    public string? IfMatch { get; init; }

    /// <summary>The life of the value.</summary>
    public TimeSpan? ExpiresIn { get; init; }
}

/// <summary>Arguments of <see cref="WorkerCall.PopulationRead"/>.</summary>
internal sealed record PopulationArguments(int Component, string? After);

/// <summary>What <see cref="WorkerCall.Log"/> brings.</summary>
internal sealed record LogLine(string Category, LogLevel Level, int EventId, string Text)
{
    /// <summary>The connection, where the line is about one.</summary>
    public string? ConnectionId { get; init; }
}

/// <summary>What <see cref="WorkerCall.Progress"/> brings.</summary>
internal sealed record ProgressNews(string ConnectionId, PluginProgress Progress);

/// <summary>What <see cref="WorkerCall.Waiting"/> brings.</summary>
internal sealed record WaitNews(string ConnectionId, TimeSpan Wait);

/// <summary>A value from storage; null when there is none.</summary>
internal sealed record StoredAnswer(StoredValue? Stored);

/// <summary>What <see cref="WorkerCall.Misbehaved"/> brings.</summary>
internal sealed record MisbehaviourNews(string Call, PluginFailure Failure);
