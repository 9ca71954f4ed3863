using CustomerInsights.Plugins.Manifests;
using CustomerInsights.Plugins.Trust;

namespace CustomerInsights.Sdk.Testing;

/// <summary>What to check, and how.</summary>
public sealed record ConformanceOptions
{
    /// <summary>The author's <c>test.json</c>. Null: <c>test.json</c> beside the package if it is there; without one the plugin is not run.</summary>
    public string? TestFile { get; init; }

    /// <summary>Where the plugin runs. Default: in process and in a worker. A mode that its manifest does not support is left out.</summary>
    public IReadOnlyList<IsolationMode> Modes { get; init; } = [IsolationMode.InProcess, IsolationMode.Process];

    /// <summary>Checks (<c>R05</c>) or groups (<c>R</c>) to run. Default: all. A run of a part gives no tier.</summary>
    public IReadOnlyList<string> Only { get; init; } = [];

    /// <summary>The folder of the worker program. Null: <c>worker</c> beside the program that runs, where the package of the kit puts it.</summary>
    public string? WorkerFolder { get; init; }

    /// <summary>Dates the report and says whether a skip has expired. Default: the system's.</summary>
    public TimeProvider Clock { get; init; } = TimeProvider.System;

    /// <summary>Told each result as soon as it is there, one at a time. Default: nobody.</summary>
    public Action<ConformanceResult>? OnResult { get; init; }

    /// <summary>The package of the version before, for the checks that compare with it. Null: they are not applicable.</summary>
    public string? Previous { get; init; }

    /// <summary>The publisher's public keys, for the check of the signature. Empty: it is not applicable.</summary>
    public IReadOnlyList<TrustedKey> Keys { get; init; } = [];
}
