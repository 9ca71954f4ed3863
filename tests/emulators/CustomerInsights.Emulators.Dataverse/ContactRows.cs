using System.Text.Json.Nodes;

namespace CustomerInsights.Emulators.Dataverse;

/// <summary>Contacts: read, made, changed by id or alternate key, removed.</summary>
internal sealed class ContactRows(Organisation organisation, WebApi api)
{
    internal EmulatedAnswer Answer(EmulatedRequest request, string? key) => (request.Method, key) switch
    {
        ("GET", null) when request.Query.ContainsKey("$deltatoken") => api.Changes(request),
        ("GET", null) when request.Header("Prefer")?.Contains("odata.track-changes", StringComparison.Ordinal) == true => api.Tracked(request),
        ("GET", null) => api.Page(request, "contacts", Found(request), id => Row(organisation.Contacts[id])),
        ("GET", _) => EmulatedAnswer.Json(Row(organisation.Contacts[Existing(key!)])),
        ("POST", null) => Create(request, request.Json()),
        ("PATCH", not null) => Upsert(request, key),
        ("DELETE", not null) => Delete(Existing(key)),
        _ => throw new EmulatedException(405, "0x80060888", "The method is not allowed here."),
    };

    private List<Guid> Found(EmulatedRequest request)
    {
        if (!request.Query.TryGetValue("$filter", out var text))
        {
            return [.. organisation.Contacts.Keys.Order()];
        }

        var filter = new RowFilter(text);
        return filter.ValuesOf("contactid") is { } ids
            ? [.. ids.Select(id => Guid.TryParse(id, out var parsed) ? parsed : throw EmulatedException.Bad($"'{id}' is not a GUID.")).Distinct().Where(organisation.Contacts.ContainsKey).Order()]
            : [.. organisation.Contacts.Where(pair => filter.Fits(pair.Value.GetValueOrDefault)).Select(pair => pair.Key).Order()];
    }

    private Guid Existing(string key)
    {
        var id = Find(key);
        return id is { } found && organisation.Contacts.ContainsKey(found) ? found : throw EmulatedException.NotFound("contact", id ?? Guid.Empty);
    }

    private Guid? Find(string key)
    {
        if (Guid.TryParse(key, out var id))
        {
            return id;
        }

        var filter = new RowFilter(string.Join(" and ", key.Split(',').Select(part => part.Replace("=", " eq ", StringComparison.Ordinal))));
        return organisation.Contacts.Where(pair => filter.Fits(pair.Value.GetValueOrDefault)).Select(pair => (Guid?)pair.Key).FirstOrDefault();
    }

    private EmulatedAnswer Create(EmulatedRequest request, JsonObject body)
    {
        var id = body["contactid"] is { } given ? WebApi.IdOf(given, "contactid") : Guid.CreateVersion7();
        var columns = new Dictionary<string, object?>(StringComparer.Ordinal) { ["contactid"] = id };
        organisation.Contacts[id] = columns;
        organisation.ContactsCreated++;
        Set(columns, body);
        return api.Created(request, "contacts", id, Row(columns));
    }

    private EmulatedAnswer Upsert(EmulatedRequest request, string key)
    {
        var body = request.Json();
        if (Find(key) is { } id && organisation.Contacts.TryGetValue(id, out var columns))
        {
            if (request.Header("If-None-Match") == "*")
            {
                throw new EmulatedException(412, "0x80060892", "A record with matching key values already exists.");
            }

            Set(columns, body);
            return api.Created(request, "contacts", id, Row(columns)) with { Status = request.Header("Prefer")?.Contains("return=representation", StringComparison.Ordinal) == true ? 200 : 204 };
        }

        if (request.Header("If-Match") == "*")
        {
            throw EmulatedException.NotFound("contact", Guid.Empty);
        }

        foreach (var part in Guid.TryParse(key, out _) ? [$"contactid={key}"] : key.Split(','))
        {
            var pair = part.Split('=', 2);
            body[pair[0]] = pair[1].Trim('\'');
        }

        return Create(request, body);
    }

    private EmulatedAnswer Delete(Guid id)
    {
        organisation.Contacts.Remove(id);
        organisation.Changes.Deleted.Add((organisation.Changes.Tokens, id));
        foreach (var list in organisation.Lists.Values)
        {
            list.Members.Remove(id);
        }

        return new EmulatedAnswer(204);
    }

    private static void Set(Dictionary<string, object?> columns, JsonObject body)
    {
        foreach (var (name, value) in body.Where(pair => pair.Key != "contactid" && !pair.Key.Contains('@', StringComparison.Ordinal)))
        {
            columns[name] = value?.ToString();
        }
    }

    internal static JsonObject Row(Dictionary<string, object?> columns) => [.. columns.Select(pair => KeyValuePair.Create(pair.Key, pair.Value switch
    {
        bool flag => JsonValue.Create(flag),
        int number => JsonValue.Create(number),
        decimal money => JsonValue.Create(money),
        var other => (JsonNode?)JsonValue.Create(other?.ToString()),
    }))];
}
