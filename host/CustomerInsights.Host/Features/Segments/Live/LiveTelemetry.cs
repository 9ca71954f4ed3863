using System.Diagnostics.Metrics;

namespace CustomerInsights.Host.Features.Segments.Live;

/// <summary>Where a step's time goes, under the meter <c>CustomerInsights.Live</c>.</summary>
internal static class LiveTelemetry
{
    internal const string Name = "CustomerInsights.Live";

    private static readonly Meter Meter = new(Name);

    private static readonly Histogram<double> Stage = Meter.CreateHistogram<double>(
        "live_stage", "s", "The stages of a step that had something to do: feed and profiles read, rules evaluated, moves written.");

    private static readonly Histogram<int> Profiles = Meter.CreateHistogram<int>("live_batch", description: "Profiles that a step evaluated.");

    internal static void Took(string stage, TimeSpan time) => Stage.Record(time.TotalSeconds, KeyValuePair.Create("stage", (object?)stage));

    internal static void Evaluated(int profiles) => Profiles.Record(profiles);
}
