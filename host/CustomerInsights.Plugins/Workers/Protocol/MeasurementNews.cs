namespace CustomerInsights.Plugins.Workers.Protocol;

/// <summary>What <see cref="WorkerCall.Measurements"/> brings: what was measured in a worker since the last time.</summary>
/// <param name="Instruments">By instrument.</param>
/// <param name="Dropped">Measurements that were too many.</param>
internal sealed record MeasurementNews(IReadOnlyList<InstrumentNews> Instruments, long Dropped);

/// <summary>One instrument's.</summary>
/// <param name="Meter">The name of its meter.</param>
/// <param name="Name">Its own.</param>
/// <param name="Kind">What it does with values.</param>
/// <param name="Series">By tags.</param>
internal sealed record InstrumentNews(string Meter, string Name, InstrumentKind Kind, IReadOnlyList<SeriesNews> Series)
{
    /// <summary>The version of its meter.</summary>
    public string? MeterVersion { get; init; }

    /// <summary>What it measures in.</summary>
    public string? Unit { get; init; }

    /// <summary>What it measures.</summary>
    public string? Description { get; init; }
}

/// <summary>One series'.</summary>
/// <param name="Tags">Name and value in turn.</param>
/// <param name="Values">One sum for a counter, the last value for a gauge, all of them for a histogram.</param>
internal sealed record SeriesNews(IReadOnlyList<string> Tags, IReadOnlyList<double> Values);

/// <summary>What an instrument does with values. Observable ones come as what changed since the last look.</summary>
internal enum InstrumentKind : byte
{
    /// <summary>Adds up and never falls.</summary>
    Counter,

    /// <summary>Adds up and may fall.</summary>
    UpDownCounter,

    /// <summary>Keeps the spread.</summary>
    Histogram,

    /// <summary>Keeps the last.</summary>
    Gauge,
}
