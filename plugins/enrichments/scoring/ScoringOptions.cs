using System.Globalization;
using System.Security.Cryptography;
using System.Text.Json;
using System.Text.Json.Serialization;
using CustomerInsights.Enrichments.Predictions.Scoring;
using CustomerInsights.Enrichments.Predictions.Studies;
using CustomerInsights.Sdk;

namespace CustomerInsights.Enrichments.Scoring;

/// <summary>Settings; see README.md.</summary>
internal sealed record ScoringOptions(
    string Outcome,
    int HorizonDays = 30,
    string? Scope = null,
    IReadOnlyList<ActivityFeatures>? Activities = null,
    IReadOnlyList<string>? Attributes = null,
    IReadOnlyList<OrderSource>? Orders = null,
    BandOptions? Bands = null,
    int RetrainDays = 30,
    int Seed = 1,
    string ProfileType = "customer",
    string? AsOf = null,
    string Namespace = "scoring")
{
    private const string DayFormat = "yyyy-MM-dd";
    private static readonly IReadOnlyList<double> DefaultLimits = [0.5, 0.8, 0.95];
    private static readonly IReadOnlyList<string> DefaultNames = ["low", "medium", "high", "very_high"];

    /// <summary>What features are made from.</summary>
    internal FeatureSources Sources => new(Activities ?? [], Attributes ?? [], Orders ?? []);

    /// <summary>How scores are cut.</summary>
    internal BandSettings Cuts
    {
        get
        {
            var limits = Bands?.Limits ?? DefaultLimits;
            var names = Bands?.Names ?? (limits.Count == DefaultLimits.Count ? DefaultNames : [.. Enumerable.Range(1, limits.Count + 1).Select(band => string.Create(CultureInfo.InvariantCulture, $"band_{band}"))]);
            return new BandSettings(Bands?.By != "probability", limits, names);
        }
    }

    /// <summary>The moment that is now, where it was set: a blink before the end of the day, so that days without a time lie on one side.</summary>
    internal DateTimeOffset? Moment => AsOf is { } day
        ? new DateTimeOffset(DateOnly.ParseExact(day, DayFormat, CultureInfo.InvariantCulture).AddDays(1), TimeOnly.MinValue, TimeSpan.Zero).AddTicks(-1)
        : null;

    /// <summary>A fingerprint of all settings that a model depends on.</summary>
    internal string Fingerprint() => Convert.ToHexStringLower(SHA256.HashData(JsonSerializer.SerializeToUtf8Bytes(this with { RetrainDays = 0 }, ScoringJson.Default.ScoringOptions)));

    internal static ScoringOptions Read(ReadOnlyMemory<byte> configuration)
    {
        var options = PluginOptions.Read(configuration, ScoringJson.Default.ScoringOptions);
        var sources = options.Sources;
        if (sources.Activities.Count == 0 && sources.Attributes.Count == 0 && sources.Orders.Count == 0)
        {
            throw Wrong("/activities", "There is nothing to learn from: name activities, attributes or orders.");
        }

        Twice(sources.Activities.Select(one => one.Activity), "activities", "/activity", "activity type");
        Twice(sources.Attributes, "attributes", "", "attribute");
        Twice(sources.Orders.Select(one => one.Activity), "orders", "/activity", "activity type");
        if (sources.Orders.Select((order, at) => (order, at)).FirstOrDefault(pair => pair.order is { Ignore.Count: > 0, Status: null }) is { order: not null } careless)
        {
            throw Wrong(string.Create(CultureInfo.InvariantCulture, $"/orders/{careless.at}/ignore"), "Statuses are ignored, but no field has the status; set 'status'.");
        }

        if (options.AsOf is { } day && !DateOnly.TryParseExact(day, DayFormat, CultureInfo.InvariantCulture, DateTimeStyles.None, out _))
        {
            throw Wrong("/asOf", $"'{(day.Length > 20 ? day[..20] : day)}' is no day of the calendar; write it as 2026-01-31.");
        }

        var limits = options.Cuts.Limits;
        if (limits.Zip(limits.Skip(1)).Any(pair => pair.First >= pair.Second))
        {
            throw Wrong("/bands/limits", "The limits of the bands do not ascend; write them as 0.5, 0.8, 0.95.");
        }

        if (options.Cuts.Names.Count != limits.Count + 1 || options.Cuts.Names.Distinct(StringComparer.Ordinal).Count() != options.Cuts.Names.Count)
        {
            throw Wrong("/bands/names", $"There are {limits.Count} limits and so {limits.Count + 1} bands; give as many different names, the lowest band first.");
        }

        return options;
    }

    private static void Twice(IEnumerable<string> names, string place, string field, string what)
    {
        var seen = new HashSet<string>(StringComparer.Ordinal);
        foreach (var (name, at) in names.Select((name, at) => (name, at)))
        {
            if (!seen.Add(name))
            {
                throw Wrong(string.Create(CultureInfo.InvariantCulture, $"/{place}/{at}{field}"), $"The {what} '{name}' comes twice among the {place}; name it once.");
            }
        }
    }

    private static PluginException Wrong(string path, string message) => new(FailureKind.Configuration, message) { ConfigurationPath = path };
}

/// <summary>How scores are cut into bands.</summary>
internal sealed record BandOptions(IReadOnlyList<double> Limits, string By = "quantile", IReadOnlyList<string>? Names = null);

/// <summary>Metadata made at build time: reflection would keep the plugin from unloading.</summary>
[JsonSourceGenerationOptions(JsonSerializerDefaults.Web, RespectNullableAnnotations = true, RespectRequiredConstructorParameters = true)]
[JsonSerializable(typeof(ScoringOptions))]
internal sealed partial class ScoringJson : JsonSerializerContext;
