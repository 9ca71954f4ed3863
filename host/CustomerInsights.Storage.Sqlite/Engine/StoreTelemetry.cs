using System.Diagnostics.Metrics;

namespace CustomerInsights.Storage.Sqlite.Engine;

/// <summary>Where the writers' time goes, under the meter <c>CustomerInsights.Storage</c>, by database.</summary>
internal static class StoreTelemetry
{
    internal const string Name = "CustomerInsights.Storage";

    private static readonly Meter Meter = new(Name);

    internal static readonly Histogram<double> Waited = Meter.CreateHistogram<double>("store_write_wait", "s", "From the call to the begin of its transaction.");

    internal static readonly Histogram<double> Executed = Meter.CreateHistogram<double>("store_write_execute", "s", "The commands of a transaction.");

    internal static readonly Histogram<double> Committed = Meter.CreateHistogram<double>("store_write_commit", "s", "The commit, durable on the disk.");

    internal static readonly Histogram<double> Checkpoint = Meter.CreateHistogram<double>("store_checkpoint", "s", "A round of a checkpoint that nobody waits for.");

    internal static readonly Histogram<double> Rest = Meter.CreateHistogram<double>("store_checkpoint_rest", "s", "The part of a checkpoint that writers wait for.");

    internal static void Of(this Histogram<double> histogram, string database, TimeSpan time) => histogram.Record(time.TotalSeconds, KeyValuePair.Create("database", (object?)database));
}
