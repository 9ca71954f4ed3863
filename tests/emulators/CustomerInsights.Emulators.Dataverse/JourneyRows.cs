using System.Text.Json;
using System.Text.Json.Nodes;

namespace CustomerInsights.Emulators.Dataverse;

/// <summary>Segments of Customer Insights - Journeys: definition, segment, static members in groups, publish.</summary>
internal sealed class JourneyRows(Organisation organisation, WebApi api)
{
    private const int MostGroups = 10;
    private const int MostIds = 1000;
    private const int MostOfGroup = 200_000;

    internal EmulatedAnswer Answer(EmulatedRequest request, string set, string? key) => (request.Method, set) switch
    {
        ("POST", "msdynmkt_segmentdefinitions") => Define(request, request.Json()),
        ("GET", "msdynmkt_segmentdefinitions") when key is null => api.Page(request, set, [.. organisation.Definitions.Keys.Order()], id => Row(organisation.Definitions[id])),
        ("GET", "msdynmkt_segmentdefinitions") => EmulatedAnswer.Json(Row(organisation.Definitions.GetValueOrDefault(Guid.Parse(key!)) ?? throw EmulatedException.NotFound("msdynmkt_segmentdefinition", Guid.Parse(key!)))),
        ("POST", "msdynmkt_segments") => Create(request, request.Json()),
        ("GET", "msdynmkt_segments") when key is null => api.Page(request, set, Found(request), id => Row(organisation.Segments[id])),
        ("POST", "msdynmkt_AddStaticMembers") => Change(request.Json(), add: true),
        ("POST", "msdynmkt_RemoveStaticMembers") => Change(request.Json(), add: false),
        ("POST", "msdynmkt_ListGroupMembers") => ListGroup(request.Json()),
        ("POST", "msdynmkt_PublishSegmentDefinition") => Publish(Segment(request.Json())),
        ("POST", "msdynmkt_MembersList") => Members(Segment(request.Json())),
        _ => throw new EmulatedException(404, "0x80060888", $"Resource not found for the segment '{set}'."),
    };

    private EmulatedAnswer Define(EmulatedRequest request, JsonObject body)
    {
        var id = body["msdynmkt_segmentdefinitionid"] is { } given ? WebApi.IdOf(given, "msdynmkt_segmentdefinitionid") : Guid.CreateVersion7();
        if (body["msdynmkt_staticlistmembers"]?.ToString() is not { } text || JsonNode.Parse(text) is not JsonArray { Count: >= 1 and <= MostGroups } groups)
        {
            throw EmulatedException.Bad($"msdynmkt_staticlistmembers is the text of a JSON array of 1 to {MostGroups} groups.");
        }

        var definition = new SegmentDefinition(id);
        foreach (var group in groups)
        {
            if (group!["includeType"]?.ToString() != "Include" || group["inputType"]?.ToString() != "manualSelect" || group["name"] is null)
            {
                throw EmulatedException.Bad("A group has groupId, includeType, name and inputType.");
            }

            definition.Groups.Add(WebApi.IdOf(group["groupId"], "groupId"), new MemberSet());
        }

        organisation.Definitions.Add(id, definition);
        return api.Created(request, "msdynmkt_segmentdefinitions", id, Row(definition));
    }

    private EmulatedAnswer Create(EmulatedRequest request, JsonObject body)
    {
        var definition = WebApi.IdOf(body["msdynmkt_sourcesegmentuid"], "msdynmkt_sourcesegmentuid");
        if (!organisation.Definitions.ContainsKey(definition) || body["msdynmkt_source"]?.GetValue<int>() != 12 || body["msdynmkt_baseentitylogicalname"]?.ToString() != "contact")
        {
            throw EmulatedException.Bad("A segment has the id of a definition, source 12, and contact as its base.");
        }

        var segment = new JourneySegment(Guid.CreateVersion7(), body["msdynmkt_displayname"]!.ToString(), body["msdynmkt_type"]!.GetValue<int>(), definition);
        organisation.Segments.Add(segment.Id, segment);
        return api.Created(request, "msdynmkt_segments", segment.Id, Row(segment));
    }

    private List<Guid> Found(EmulatedRequest request)
    {
        var filter = request.Query.TryGetValue("$filter", out var text) ? new RowFilter(text) : null;
        return [.. organisation.Segments.Values.Where(segment => filter?.Fits(column => Row(segment)[column]?.ToString()) != false).Select(segment => segment.Id).Order()];
    }

    private EmulatedAnswer Change(JsonObject body, bool add)
    {
        var group = Group(body);
        if (body["EntityIds"] is not JsonArray { Count: >= 1 and <= MostIds } given)
        {
            throw EmulatedException.Bad($"EntityIds has 1 to {MostIds} ids.");
        }

        var ids = given.Select(id => WebApi.IdOf(id, "EntityIds")).ToList();
        foreach (var id in ids.Where(id => add && !organisation.Contacts.ContainsKey(id)))
        {
            throw EmulatedException.NotFound("contact", id);
        }

        if (add && group.Count + ids.Count(id => !group.Contains(id)) > MostOfGroup)
        {
            throw EmulatedException.Bad($"A group holds at most {MostOfGroup} members.");
        }

        foreach (var id in ids)
        {
            if (!add)
            {
                group.Remove(id);
            }
            else if (!group.Add(id))
            {
                organisation.DoubleAdds++;
            }
        }

        return EmulatedAnswer.Json(new JsonObject { ["Response"] = "{}" });
    }

    private EmulatedAnswer ListGroup(JsonObject body)
    {
        var (page, size) = (body["PageNo"]?.GetValue<int>() ?? 0, body["PageSize"]?.GetValue<int>() ?? 0);
        if (page < 1 || size < 1)
        {
            throw EmulatedException.Bad("PageNo and PageSize begin at 1.");
        }

        var ids = Group(body).Sorted.Skip((page - 1) * size).Take(size);
        return EmulatedAnswer.Json(new JsonObject { ["Response"] = JsonSerializer.Serialize(new { entityIds = ids }) });
    }

    private EmulatedAnswer Publish(JourneySegment segment)
    {
        organisation.Definitions[segment.Definition].Status = 723270000;
        segment.Published++;
        return new EmulatedAnswer(204);
    }

    private EmulatedAnswer Members(JourneySegment segment) => EmulatedAnswer.Json(new JsonObject
    {
        ["StatusCode"] = 200,
        ["ResultText"] = JsonSerializer.Serialize(new { baseEntityLogicalName = "contact", primaryKeyColumnName = "contactid", members = organisation.Definitions[segment.Definition].Groups.Values.SelectMany(group => group.Sorted) }),
    });

    private JourneySegment Segment(JsonObject body)
    {
        var id = WebApi.IdOf(body["SegmentId"], "SegmentId");
        return organisation.Segments.GetValueOrDefault(id) ?? throw EmulatedException.NotFound("msdynmkt_segment", id);
    }

    private MemberSet Group(JsonObject body) =>
        organisation.Definitions[Segment(body).Definition].Groups.GetValueOrDefault(WebApi.IdOf(body["GroupId"], "GroupId")) ?? throw EmulatedException.Bad("The segment has no such group.");

    private static JsonObject Row(JourneySegment segment) => new()
    {
        ["msdynmkt_segmentid"] = segment.Id,
        ["msdynmkt_displayname"] = segment.Name,
        ["msdynmkt_type"] = segment.Type,
        ["msdynmkt_sourcesegmentuid"] = segment.Definition.ToString(),
    };

    private static JsonObject Row(SegmentDefinition definition) => new()
    {
        ["msdynmkt_segmentdefinitionid"] = definition.Id,
        ["statuscode"] = definition.Status,
        ["msdynmkt_staticlistmembers"] = JsonSerializer.Serialize(definition.Groups.Keys.Select(id => new { groupId = id, includeType = "Include", name = id.ToString(), inputType = "manualSelect" })),
    };
}
