using System.Text.Json.Nodes;

namespace CustomerInsights.Emulators.Dataverse;

/// <summary>Marketing lists and the actions on their members.</summary>
internal sealed class ListRows(Organisation organisation, EmulatorOptions options, WebApi api)
{
    internal EmulatedAnswer Answer(EmulatedRequest request, string set, string? key, string rest) => (request.Method, set, rest) switch
    {
        ("POST", "AddListMembersList", _) => AddAll(request.Json()),
        ("POST", "RemoveListMembersList", _) when options.RemovesInBulk => RemoveAll(request.Json()),
        ("GET", "lists", "") when key is null => api.Page(request, "lists", Found(request), id => Row(organisation.Lists[id])),
        ("GET", "lists", "") => EmulatedAnswer.Json(Row(Existing(key!))),
        ("POST", "lists", "") when key is null => Create(request, request.Json()),
        ("DELETE", "lists", "") when key is not null => Delete(Existing(key)),
        ("GET", "lists", "listcontact_association") => api.Page(request, $"lists({key})/listcontact_association", Existing(key!).Members.Sorted, id => new JsonObject { ["contactid"] = id }),
        ("POST", "lists", "Microsoft.Dynamics.CRM.AddMemberList") => Add(Existing(key!), WebApi.IdOf(request.Json()["EntityId"], "EntityId")),
        ("POST", "lists", "Microsoft.Dynamics.CRM.RemoveMemberList") => Remove(Existing(key!), WebApi.IdOf(request.Json()["EntityId"], "EntityId")),
        _ => throw new EmulatedException(404, "0x80060888", $"Resource not found for the segment '{set}'."),
    };

    private List<Guid> Found(EmulatedRequest request)
    {
        var filter = request.Query.TryGetValue("$filter", out var text) ? new RowFilter(text) : null;
        return [.. organisation.Lists.Values.Where(list => filter?.Fits(column => Row(list)[column]?.ToString()) != false).Select(list => list.Id).Order()];
    }

    private MarketingList Existing(string key) =>
        Guid.TryParse(key, out var id) && organisation.Lists.TryGetValue(id, out var list) ? list : throw EmulatedException.NotFound("list", id);

    private EmulatedAnswer Create(EmulatedRequest request, JsonObject body)
    {
        var id = body["listid"] is { } given ? WebApi.IdOf(given, "listid") : Guid.CreateVersion7();
        if (body["listname"]?.ToString() is not { Length: >= 1 and <= 128 } name || body["createdfromcode"]?.GetValue<int>() is not (1 or 2 or 4) || organisation.Lists.ContainsKey(id))
        {
            throw new EmulatedException(400, "0x80044331", "A list has a name of 1 to 128 characters, a createdfromcode of 1, 2 or 4, and an id of its own.");
        }

        var list = new MarketingList(id, name, body["createdfromcode"]!.GetValue<int>(), body["type"]?.GetValue<bool>() == true);
        organisation.Lists.Add(id, list);
        return api.Created(request, "lists", id, Row(list));
    }

    private EmulatedAnswer Delete(MarketingList list)
    {
        organisation.Lists.Remove(list.Id);
        return new EmulatedAnswer(204);
    }

    private EmulatedAnswer AddAll(JsonObject body)
    {
        var (list, members) = Read(body);

        // One transaction: an id that is not there refuses them all.
        foreach (var id in members.Where(id => !organisation.Contacts.ContainsKey(id)))
        {
            throw EmulatedException.NotFound("contact", id);
        }

        organisation.DoubleAdds += members.Count(id => !list.Members.Add(id));
        return new EmulatedAnswer(204);
    }

    private EmulatedAnswer RemoveAll(JsonObject body)
    {
        var (list, members) = Read(body);
        foreach (var id in members)
        {
            list.Members.Remove(id);
        }

        return new EmulatedAnswer(204);
    }

    private (MarketingList List, List<Guid> Members) Read(JsonObject body)
    {
        if (body["List"] is not JsonObject named || named["@odata.type"]?.ToString() != "Microsoft.Dynamics.CRM.list" || body["Members"] is not JsonArray members)
        {
            throw EmulatedException.Bad("List with its @odata.type, and Members, are needed.");
        }

        return (Writable(Existing(WebApi.IdOf(named["listid"], "listid").ToString())), [.. members.Select(member => member!["@odata.type"]?.ToString() == "Microsoft.Dynamics.CRM.contact"
            ? WebApi.IdOf(member["contactid"], "contactid")
            : throw EmulatedException.Bad("Every member needs the @odata.type of a contact."))]);
    }

    private EmulatedAnswer Add(MarketingList list, Guid id)
    {
        if (!organisation.Contacts.ContainsKey(id))
        {
            throw EmulatedException.NotFound("contact", id);
        }

        organisation.DoubleAdds += Writable(list).Members.Add(id) ? 0 : 1;
        return EmulatedAnswer.Json(new JsonObject { ["Id"] = Guid.CreateVersion7() });
    }

    private static EmulatedAnswer Remove(MarketingList list, Guid id)
    {
        Writable(list).Members.Remove(id);
        return new EmulatedAnswer(204);
    }

    private static MarketingList Writable(MarketingList list) => list switch
    {
        { IsLocked: true } => throw new EmulatedException(400, "0x80040304", "The list is locked."),
        { IsDynamic: true } or { CreatedFrom: not 2 } => throw new EmulatedException(400, "0x8004f701", "Members of this list cannot be set, or are no contacts."),
        _ => list,
    };

    private static JsonObject Row(MarketingList list) => new()
    {
        ["listid"] = list.Id,
        ["listname"] = list.Name,
        ["createdfromcode"] = list.CreatedFrom,
        ["type"] = list.IsDynamic,
        ["lockstatus"] = list.IsLocked,
        ["membercount"] = list.Members.Count,
    };
}
