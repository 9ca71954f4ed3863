using System.Text.Json;
using System.Text.Json.Serialization;
using CustomerInsights.Core.Unification.Linkage;

namespace CustomerInsights.Host.Commands.Unify;

/// <summary>What somebody knows better than the guess: the file given with <c>--policy</c>.</summary>
internal sealed record MatchSettings
{
    private static readonly JsonSerializerOptions s_form = new(JsonSerializerDefaults.Web)
    {
        UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
        Converters = { new JsonStringEnumConverter(JsonNamingPolicy.CamelCase, allowIntegerValues: false) },
    };

    /// <summary>The types of fields by name; what is not named is guessed.</summary>
    public IReadOnlyDictionary<string, MatchFieldType> Fields { get; init; } = new Dictionary<string, MatchFieldType>(StringComparer.Ordinal);

    /// <summary>Average evidence in bits that keeps records together.</summary>
    public double Strictness { get; init; }

    /// <summary>Candidates for each record, on average.</summary>
    public double? PairsPerRecord { get; init; }

    /// <summary>The country of telephone numbers that name none, ISO 3166 alpha-2; null for none. A column of countries stands above it.</summary>
    public string? Country { get; init; }

    /// <summary>True when no file holds a person twice.</summary>
    public bool FilesAreFreeOfDuplicates { get; init; }

    /// <summary>Reads the file.</summary>
    /// <exception cref="JsonException">It is not such a file; names the place.</exception>
    internal static MatchSettings Read(string json)
    {
        var settings = JsonSerializer.Deserialize<MatchSettings>(json, s_form) ?? new MatchSettings();
        return settings.Country is { } country && !MatchColumnBuilder.IsCountry(country)
            ? throw new JsonException($"\"country\": '{country}' is no country whose telephone numbers are known. Use two capitals of ISO 3166 such as GB.")
            : settings;
    }
}
