using System.Globalization;
using System.Text.Json.Serialization.Metadata;
using CustomerInsights.Sdk;

namespace CustomerInsights.Enrichments.Predictions.Studies;

/// <summary>What a schema cannot say of the settings that the predictions have in common.</summary>
internal static class OrderSettings
{
    private const string DayFormat = "yyyy-MM-dd";

    /// <summary>Reads and checks settings.</summary>
    /// <typeparam name="T">The settings of a plugin.</typeparam>
    /// <param name="configuration">UTF-8 JSON.</param>
    /// <param name="type">Metadata made at build time.</param>
    /// <exception cref="PluginException">Configuration, with the place.</exception>
    public static T Read<T>(ReadOnlyMemory<byte> configuration, JsonTypeInfo<T> type)
        where T : class, IOrderOptions
    {
        var options = PluginOptions.Read(configuration, type);
        Check(options.Orders, options.AsOf);
        return options;
    }

    /// <summary>The last day that counts as known, where it was set.</summary>
    public static DateOnly? LastDay(this IOrderOptions options) => options.AsOf is { } day ? DateOnly.ParseExact(day, DayFormat, CultureInfo.InvariantCulture) : null;

    private static void Check(IReadOnlyList<OrderSource> orders, string? asOf)
    {
        for (var i = 0; i < orders.Count; i++)
        {
            var at = i.ToString(CultureInfo.InvariantCulture);
            if (orders.Take(i).Any(before => string.Equals(before.Activity, orders[i].Activity, StringComparison.Ordinal)))
            {
                throw new PluginException(FailureKind.Configuration, $"The activity type '{orders[i].Activity}' comes twice among the orders; name it once.") { ConfigurationPath = $"/orders/{at}/activity" };
            }

            if (orders[i].Ignore is { Count: > 0 } && orders[i].Status is null)
            {
                throw new PluginException(FailureKind.Configuration, "Statuses are ignored, but no field has the status; set 'status'.") { ConfigurationPath = $"/orders/{at}/ignore" };
            }
        }

        if (asOf is not null && !DateOnly.TryParseExact(asOf, DayFormat, CultureInfo.InvariantCulture, DateTimeStyles.None, out _))
        {
            throw new PluginException(FailureKind.Configuration, $"'{(asOf.Length > 20 ? asOf[..20] : asOf)}' is no day of the calendar; write it as 2026-01-31.") { ConfigurationPath = "/asOf" };
        }
    }

    /// <summary>The activities to ask the host for.</summary>
    /// <param name="orders">Which activities are orders.</param>
    public static IReadOnlyList<ActivitySelection> Activities(IReadOnlyList<OrderSource> orders) => [.. orders.Select(source => new ActivitySelection(source.Activity, source.Fields))];
}
