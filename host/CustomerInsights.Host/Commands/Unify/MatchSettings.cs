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

    /// <summary>For experts: the levels of fields by name, from most to least alike.</summary>
    public IReadOnlyDictionary<string, IReadOnlyList<MatchLevel>> Levels { get; init; } = new Dictionary<string, IReadOnlyList<MatchLevel>>(StringComparer.Ordinal);

    /// <summary>For experts: what records must have in common to be compared.</summary>
    public IReadOnlyList<MatchKey> Keys { get; init; } = [];

    /// <summary>Where the keys come from; keys that are written are added where nothing is said.</summary>
    public MatchKeyUse? KeyUse { get; init; }

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

    /// <summary>The options of a run.</summary>
    /// <exception cref="InvalidDataException">Levels or keys do not fit the fields; names the place and the remedy.</exception>
    internal MatcherOptions Options(MatchFiles data, int files)
    {
        foreach (var (name, levels) in Levels)
        {
            foreach (var (path, message, remedy) in MatchLevels.Problems(Column(data, name, $"/levels/{name}").Type, levels))
            {
                throw new InvalidDataException($"/levels/{name}{path}: {message} {remedy}");
            }
        }

        for (var key = 0; key < Keys.Count; key++)
        {
            foreach (var part in Keys[key].Parts)
            {
                var allowed = MatchKeys.PartsOf(Column(data, part.Field, $"/keys/{key}").Type);
                if (!allowed.Contains(part.Part))
                {
                    throw new InvalidDataException($"/keys/{key}: '{part.Field}' has no part '{part.Part}'. Use one of {string.Join(", ", allowed)}.");
                }
            }
        }

        var options = new MatcherOptions
        {
            Strictness = Strictness,
            Sources = data.Sources,
            DuplicateFree = FilesAreFreeOfDuplicates ? [.. Enumerable.Range(0, files)] : [],
            Levels = Levels,
            Keys = Keys,
            KeyUse = KeyUse ?? (Keys.Count > 0 ? MatchKeyUse.Add : MatchKeyUse.Auto),
        };
        return PairsPerRecord is { } pairs ? options with { PairsPerRecord = pairs } : options;
    }

    private static MatchColumn Column(MatchFiles data, string name, string path) =>
        data.Columns.FirstOrDefault(column => column.Name == name) ?? throw new InvalidDataException($"{path}: there is no field '{name}' that is compared; there are {string.Join(", ", data.Columns.Select(column => column.Name))}.");
}
