using System.Reflection;
using Npgsql;

namespace CustomerInsights.Connectors.Postgres;

/// <summary>
/// The driver makes a meter for the whole process and never gives it back. The runtime keeps all meters, and with its gauges this one keeps the plugin's
/// code in memory after it was unloaded. Nobody listens to it here, so it is ended; there is no public way to it.
/// </summary>
internal static class DriverMeter
{
    /// <summary>Ends it, once or more often. Where another release of the driver has no such field, nothing happens, and the conformance test tells.</summary>
    public static void End() =>
        (typeof(NpgsqlConnection).Assembly.GetType("Npgsql.MetricsReporter")?.GetField("Meter", BindingFlags.Static | BindingFlags.NonPublic | BindingFlags.Public)?.GetValue(null) as IDisposable)?.Dispose();
}
