using System.Text.Json.Serialization;

namespace CustomerInsights.Plugins.Manifests;

/// <summary>Where a plugin's code runs.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<IsolationMode>))]
public enum IsolationMode
{
    /// <summary>In the host's process, in a load context of its own.</summary>
    [JsonStringEnumMemberName("inProcess")]
    InProcess = 0,

    /// <summary>In a worker process of its own.</summary>
    [JsonStringEnumMemberName("process")]
    Process = 1,

    /// <summary>In a worker process without network. On Linux only; elsewhere refused.</summary>
    [JsonStringEnumMemberName("sandboxedProcess")]
    SandboxedProcess = 2,
}

internal static class IsolationModeText
{
    /// <summary>The word that files use.</summary>
    internal static string ToWord(this IsolationMode mode) => mode switch
    {
        IsolationMode.InProcess => "inProcess",
        IsolationMode.Process => "process",
        _ => "sandboxedProcess",
    };
}
