using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;
using CustomerInsights.Core.Model;
using CustomerInsights.Core.Rules;
using CustomerInsights.Core.Unification;
using CustomerInsights.Host.Features.Metadata;
using CustomerInsights.Host.Features.Recipes;
using CustomerInsights.Samples.Generator;

namespace CustomerInsights.Samples.Tests;

/// <summary>The sample as the tests read it: its recipe, and its rows without the host's connectors.</summary>
internal static class Retail
{
    // As the host reads it: unknown fields and repeated ones are errors.
    private static readonly JsonSerializerOptions s_strict = new(JsonSerializerDefaults.Web)
    {
        UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
        NumberHandling = JsonNumberHandling.Strict,
        RespectNullableAnnotations = true,
        RespectRequiredConstructorParameters = true,
        AllowDuplicateProperties = false,
        Converters = { new JsonStringEnumConverter(JsonNamingPolicy.CamelCase, allowIntegerValues: false) },
    };

    public static string Folder { get; } = Path.Combine(RepositoryRoot.Path, "samples", "retail");

    public static RecipeDocument Recipe { get; } = JsonSerializer.Deserialize<RecipeDocument>(File.ReadAllText(Path.Combine(Folder, "recipe.json")), s_strict)!;

    /// <summary>The fields of a stream and their types, by the recipe's settings; text where they say nothing.</summary>
    public static RuleSchema Schema(string stream)
    {
        if (Recipe.EventSources!.TryGetValue(Source(stream), out var events))
        {
            return new RuleSchema { Attributes = EventSources.Streams(Source(stream), events)[stream].ToDictionary(field => field.Name, field => field.Type, StringComparer.Ordinal) };
        }

        var settings = StreamSettings(stream);
        var given = settings.TryGetProperty("columns", out var types) || settings.TryGetProperty("fields", out types)
            ? types.EnumerateObject().ToDictionary(type => type.Name, type => Enum.Parse<DataType>(type.Value.GetProperty("type").GetString()!, ignoreCase: true), StringComparer.Ordinal)
            : [];
        var fields = Fields(settings.GetProperty("path").GetString()!);
        Assert.All(given.Keys, name => Assert.Contains(name, fields));
        return new RuleSchema { Attributes = fields.ToDictionary(field => field, field => given.GetValueOrDefault(field, DataType.Text), StringComparer.Ordinal) };
    }

    /// <summary>The policy over what comes in files: before the first event, the streams of event sources have no records.</summary>
    public static UnificationPolicy OverFiles(UnificationPolicy policy)
    {
        static bool IsFile(string stream) => Recipe.Sources!.ContainsKey(Source(stream));
        return policy with
        {
            Streams = [.. policy.Streams.Where(stream => IsFile(stream.Stream))],
            Matching = [.. policy.Matching.Where(matching => IsFile(matching.Stream))],
            Merge = policy.Merge with
            {
                Attributes = [.. policy.Merge.Attributes.Select(attribute => attribute with { Sources = [.. attribute.Sources.Where(source => IsFile(source.Stream))] })],
                Groups = [.. policy.Merge.Groups.Select(group => group with { Sources = [.. group.Sources.Where(source => IsFile(source.Stream))] })],
            },
        };
    }

    /// <summary>The rows of a CSV stream that a connector takes: as many cells as columns, and every cell of its type.</summary>
    public static IEnumerable<IReadOnlyDictionary<string, Value>> Rows(string stream)
    {
        var settings = StreamSettings(stream);
        var schema = Schema(stream).Attributes;
        var formats = settings.GetProperty("columns").EnumerateObject()
            .ToDictionary(column => column.Name, column => column.Value.TryGetProperty("format", out var format) ? format.GetString()! : "yyyy-MM-dd", StringComparer.Ordinal);
        var cells = Cells(settings.GetProperty("path").GetString()!).ToList();
        foreach (var row in cells.Skip(1).Where(row => row.Length == cells[0].Length))
        {
            var values = new Dictionary<string, Value>(StringComparer.Ordinal);
            var good = true;
            for (var i = 0; i < row.Length; i++)
            {
                good &= TryRead(row[i], schema[cells[0][i]], formats.GetValueOrDefault(cells[0][i]), out var value);
                values[cells[0][i]] = value;
            }

            if (good)
            {
                yield return values;
            }
        }
    }

    private static bool TryRead(string text, DataType type, string? format, out Value value)
    {
        value = Value.Missing;
        if (text.Length == 0)
        {
            return true;
        }

        switch (type)
        {
            case DataType.Date:
                var isDate = DateOnly.TryParseExact(text, format, CultureInfo.InvariantCulture, DateTimeStyles.None, out var date);
                value = Value.Of(date);
                return isDate;
            case DataType.Integer:
                var isInteger = long.TryParse(text, NumberStyles.Integer, CultureInfo.InvariantCulture, out var integer);
                value = Value.Of(integer);
                return isInteger;
            case DataType.Boolean:
                value = Value.Of(text is "true" or "Y");
                return true;
            default:
                value = Value.Of(text);
                return true;
        }
    }

    private static List<string> Fields(string path)
    {
        if (!path.Contains(".json", StringComparison.Ordinal))
        {
            return [.. Cells(path).First()];
        }

        using var document = JsonDocument.Parse(path.EndsWith(".jsonl", StringComparison.Ordinal) ? $"[{string.Join(',', Text(path).Split('\n').Where(line => line.EndsWith('}')))}]" : Text(path));
        var records = document.RootElement.ValueKind == JsonValueKind.Array ? document.RootElement : document.RootElement.GetProperty("cases");
        return [.. records.EnumerateArray().SelectMany(record => Flat(record, "")).Distinct(StringComparer.Ordinal)];
    }

    private static IEnumerable<string> Flat(JsonElement value, string prefix) => value.EnumerateObject()
        .SelectMany(property => property.Value.ValueKind == JsonValueKind.Object ? Flat(property.Value, $"{prefix}{property.Name}.") : [prefix + property.Name]);

    // The sample quotes nothing, which the assertion holds it to; quoted cells are the connector's own tests' matter.
    private static IEnumerable<string[]> Cells(string path)
    {
        var lines = Text(path).Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.DoesNotContain(lines, line => line.Contains('"', StringComparison.Ordinal));
        return lines.Select(line => line.Split(lines[0].Contains(';', StringComparison.Ordinal) ? ';' : ','));
    }

    private static string Text(string path) =>
        System.Text.Encoding.UTF8.GetString(RetailSample.Make()["files/" + path.Replace("orders-*.csv*", "orders-2026.csv", StringComparison.Ordinal)]);

    private static string Source(string stream) => stream.Split('.')[0];

    private static JsonElement StreamSettings(string stream)
    {
        var name = stream.Split('.')[1];
        return Recipe.Sources![Source(stream)].Settings.GetProperty("streams").EnumerateArray().Single(one => one.GetProperty("name").GetString() == name);
    }
}
