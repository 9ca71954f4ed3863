using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;
using CustomerInsights.Host.Platform;

namespace CustomerInsights.Host.Features.Metadata;

/// <summary>Where a system outside is and who asks there: made once by an admin, used by sources, enrichments and exports.</summary>
public sealed record ConnectionDocument
{
    /// <summary>For people.</summary>
    public string? DisplayName { get; init; }

    /// <summary>The id of the plugin that it is for.</summary>
    public required string Plugin { get; init; }

    /// <summary>Settings after the plugin's schema, those that all who use the connection share. Secrets are <c>{"$secret":"name"}</c>, and their values are the connection's.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public JsonElement Settings { get; init; }

    /// <summary>Whether contributors may use it. They see its name and plugin, and nothing else of it. Default: false.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public bool Shared { get; init; }

    /// <summary>The version of the data-privacy text that was agreed to; <c>GET /connections/privacy</c> gives the text. Who and when stand in <c>changedBy</c> and <c>changedAt</c>, and in the audit.</summary>
    public string? Agreed { get; init; }
}

/// <summary>A definition that is a plugin's to serve, by settings of its own and perhaps those of a connection.</summary>
internal interface IConnected
{
    string Plugin { get; }

    string? Connection { get; }

    JsonElement Settings { get; }
}

/// <summary>Puts the settings of a connection and of who uses it together. Pure.</summary>
internal static class Connecting
{
    /// <summary>Between a connection's name and a secret's: it is in neither.</summary>
    public const char Separator = '/';

    private const string Secret = "$secret";
    private const string Prefix = DefinitionKinds.Connection;

    /// <summary>The settings as the plugin gets them. Where they cannot be put together, the definition's own and why.</summary>
    public static (JsonElement Settings, IReadOnlyList<Fault> Faults) Merge(IConnected document, IReadOnlyDictionary<string, ConnectionDocument> connections)
    {
        var faults = new List<Fault>();
        if (document.Settings.ValueKind == JsonValueKind.Object && Secrets(document.Settings).Any(name => name.Contains(Separator, StringComparison.Ordinal)))
        {
            faults.Add(new Fault("/settings", "secret", "The name of a secret has no slash: those of a connection are the connection's to use."));
        }

        if (document.Connection is not { } name)
        {
            return (document.Settings, faults);
        }

        if (!connections.TryGetValue(name, out var connection))
        {
            faults.Add(new Fault("/connection", "unknown", $"There is no connection '{name}'.{Names.Suggest(name, connections.Keys)}"));
            return (document.Settings, faults);
        }

        if (connection.Plugin != document.Plugin)
        {
            faults.Add(new Fault("/connection", "plugin", $"The connection '{name}' is for the plugin '{connection.Plugin}', not for '{document.Plugin}'."));
            return (document.Settings, faults);
        }

        var merged = new JsonObject();
        if (connection.Settings.ValueKind == JsonValueKind.Object)
        {
            foreach (var setting in connection.Settings.EnumerateObject())
            {
                merged[setting.Name] = Scoped(JsonNode.Parse(setting.Value.GetRawText()), name);
            }
        }

        if (document.Settings.ValueKind == JsonValueKind.Object)
        {
            foreach (var setting in document.Settings.EnumerateObject())
            {
                if (merged.ContainsKey(setting.Name))
                {
                    faults.Add(new Fault($"/settings/{Names.Escape(setting.Name)}", "connection", $"The connection '{name}' gives '{setting.Name}'. Leave it out here."));
                    continue;
                }

                merged[setting.Name] = JsonNode.Parse(setting.Value.GetRawText());
            }
        }

        return (JsonSerializer.SerializeToElement(merged), faults);
    }

    /// <summary>A fault at a setting of the merged settings, shown where it can be mended.</summary>
    public static Fault Place(Fault fault, IConnected document, IReadOnlyDictionary<string, ConnectionDocument> connections)
    {
        const string Settings = "/settings/";
        if (document.Connection is { } name && fault.Pointer.StartsWith(Settings, StringComparison.Ordinal) && connections.TryGetValue(name, out var connection)
            && connection.Settings.ValueKind == JsonValueKind.Object
            && connection.Settings.EnumerateObject().Any(setting => Names.Escape(setting.Name) == fault.Pointer[Settings.Length..].Split('/')[0]))
        {
            return fault with { Pointer = "/connection", Message = $"In the connection '{name}', at {fault.Pointer}: {fault.Message}" };
        }

        return fault;
    }

    /// <summary>Whose secret a reference in merged settings is: the owner and the name in the vault.</summary>
    public static (string Owner, string Name) Owner(string own, string reference) =>
        reference.Split(Separator) is [Prefix, var connection, var secret] ? (ConnectionIds.OfConnection(connection), secret) : (own, reference);

    /// <summary>The names of the secrets that settings speak of.</summary>
    public static IEnumerable<string> Secrets(JsonElement settings) => settings.ValueKind switch
    {
        JsonValueKind.Object => settings.EnumerateObject().SelectMany(property =>
            property.Name == Secret && property.Value.ValueKind == JsonValueKind.String ? [property.Value.GetString()!] : Secrets(property.Value)),
        JsonValueKind.Array => settings.EnumerateArray().SelectMany(Secrets),
        _ => [],
    };

    private static JsonNode? Scoped(JsonNode? node, string connection)
    {
        switch (node)
        {
            case JsonObject { Count: 1 } reference when reference[Secret] is JsonValue value && value.TryGetValue<string>(out var name):
                return new JsonObject { [Secret] = string.Join(Separator, Prefix, connection, name) };
            case JsonObject whole:
                foreach (var (key, child) in whole.ToList())
                {
                    whole[key] = Scoped(child?.DeepClone(), connection);
                }

                return whole;
            case JsonArray list:
                for (var i = 0; i < list.Count; i++)
                {
                    list[i] = Scoped(list[i]?.DeepClone(), connection);
                }

                return list;
            default:
                return node;
        }
    }
}
