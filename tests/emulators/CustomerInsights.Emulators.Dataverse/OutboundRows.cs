using System.Text.Json.Nodes;

namespace CustomerInsights.Emulators.Dataverse;

/// <summary>Static segments of outbound marketing, which came before journeys.</summary>
internal sealed class OutboundRows(Organisation organisation, WebApi api)
{
    private const int MostCharacters = 10_000;

    internal EmulatedAnswer Answer(EmulatedRequest request, string set, string? key) => (request.Method, set) switch
    {
        ("GET", "msdyncrm_segments") when key is null => api.Page(request, set, Found(request), id => Row(organisation.OutboundSegments[id])),
        ("POST", "msdyncrm_segments") => Create(request, request.Json()),
        ("PATCH", "msdyncrm_segments") when key is not null => Set(Existing(Guid.Parse(key)), request.Json()),
        ("POST", "msdyncrm_IncludeMembersInSegment") => Change(request.Json(), add: true),
        ("POST", "msdyncrm_ExcludeMembersFromSegment") => Change(request.Json(), add: false),
        _ => throw new EmulatedException(404, "0x80060888", $"Resource not found for the segment '{set}'."),
    };

    private List<Guid> Found(EmulatedRequest request)
    {
        var filter = request.Query.TryGetValue("$filter", out var text) ? new RowFilter(text) : null;
        return [.. organisation.OutboundSegments.Values.Where(segment => filter?.Fits(column => Row(segment)[column]?.ToString()) != false).Select(segment => segment.Id).Order()];
    }

    private EmulatedAnswer Create(EmulatedRequest request, JsonObject body)
    {
        if (body["msdyncrm_segmenttype"]?.GetValue<int>() != 192350001 || body["msdyncrm_segmentname"]?.ToString() is not { Length: > 0 } name)
        {
            throw EmulatedException.Bad("A static segment has a name and the type 192350001.");
        }

        var segment = new OutboundSegment(Guid.CreateVersion7(), name);
        organisation.OutboundSegments.Add(segment.Id, segment);
        return api.Created(request, "msdyncrm_segments", segment.Id, Row(segment));
    }

    private static EmulatedAnswer Set(OutboundSegment segment, JsonObject body)
    {
        segment.Status = body["statuscode"]?.GetValue<int>() ?? segment.Status;
        return new EmulatedAnswer(204);
    }

    private EmulatedAnswer Change(JsonObject body, bool add)
    {
        var segment = Existing(WebApi.IdOf(body["msdyncrm_segmentid"], "msdyncrm_segmentid"));
        if (body["msdyncrm_segmentmemberids"]?.ToString() is not { Length: <= MostCharacters } text || JsonNode.Parse(text) is not JsonArray members)
        {
            throw EmulatedException.Bad($"msdyncrm_segmentmemberids is the text of a JSON array, of at most {MostCharacters} characters.");
        }

        var ids = members.Select(member => WebApi.IdOf(JsonValue.Create(member!.ToString().Replace("crm", "", StringComparison.Ordinal)), "member")).ToList();
        foreach (var id in ids.Where(id => !organisation.Contacts.ContainsKey(id)))
        {
            throw EmulatedException.NotFound("contact", id);
        }

        organisation.DoubleAdds += ids.Count(id => (add ? segment.Members.Add(id) : segment.Members.Remove(id)) is false && add);
        return new EmulatedAnswer(204);
    }

    private OutboundSegment Existing(Guid id) => organisation.OutboundSegments.GetValueOrDefault(id) ?? throw EmulatedException.NotFound("msdyncrm_segment", id);

    private static JsonObject Row(OutboundSegment segment) => new()
    {
        ["msdyncrm_segmentid"] = segment.Id,
        ["msdyncrm_segmentname"] = segment.Name,
        ["msdyncrm_segmenttype"] = 192350001,
        ["statuscode"] = segment.Status,
    };
}
