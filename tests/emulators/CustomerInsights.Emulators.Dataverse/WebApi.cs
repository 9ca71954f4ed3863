using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace CustomerInsights.Emulators.Dataverse;

/// <summary>The Web API below <c>/api/data/v9.x/</c>: finds who answers a request.</summary>
internal sealed class WebApi(Organisation organisation, EmulatorOptions options, Uri address)
{
    internal static readonly Guid UserId = new("99999999-0000-0000-0000-000000000001");
    private const string Root = "/api/data/v9.";

    private string _root = "";

    internal EmulatedAnswer Answer(EmulatedRequest request)
    {
        if (!request.Path.StartsWith(Root, StringComparison.Ordinal) || request.Path.IndexOf('/', Root.Length) is not (> 0 and var slash))
        {
            throw new EmulatedException(404, "0x80060888", $"Resource not found for the segment '{request.Path}'.");
        }

        _root = new Uri(address, request.Path[..(slash + 1)]).AbsoluteUri;
        var resource = request.Path[(slash + 1)..];
        if (resource == "$batch")
        {
            // Atomic as a whole here; the service is so for each change set.
            return new Batch(this).Answer(request);
        }

        lock (organisation.Lock)
        {
            return Answer(resource, request);
        }
    }

    private EmulatedAnswer Answer(string resource, EmulatedRequest request)
    {
        var (set, key, rest) = Split(resource);
        return (request.Method, set, rest) switch
        {
            ("GET", "WhoAmI", "") => EmulatedAnswer.Json(new JsonObject { ["@odata.context"] = _root + "$metadata#Microsoft.Dynamics.CRM.WhoAmIResponse", ["BusinessUnitId"] = Guid.Empty, ["UserId"] = UserId, ["OrganizationId"] = options.Tenant }),
            (_, "contacts", "") => new ContactRows(organisation, this).Answer(request, key),
            (_, "lists", _) or ("POST", "AddListMembersList" or "RemoveListMembersList", "") => new ListRows(organisation, options, this).Answer(request, set, key, rest),
            _ when set.StartsWith("msdynmkt_", StringComparison.Ordinal) => new JourneyRows(organisation, this).Answer(request, set, key),
            _ when set.StartsWith("msdyncrm_", StringComparison.Ordinal) => new OutboundRows(organisation, this).Answer(request, set, key),
            _ => throw new EmulatedException(404, "0x80060888", $"Resource not found for the segment '{set}'."),
        };
    }

    /// <summary>204 with the address of the new row, or 201 with the row where it is asked for.</summary>
    internal EmulatedAnswer Created(EmulatedRequest request, string set, Guid id, JsonObject row)
    {
        var headers = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase) { ["OData-EntityId"] = $"{_root}{set}({id})" };
        return request.Header("Prefer")?.Contains("return=representation", StringComparison.Ordinal) == true
            ? EmulatedAnswer.Json(row, 201) with { Headers = headers }
            : new EmulatedAnswer(204) { Headers = headers };
    }

    /// <summary>A page of rows, with the address of the next one.</summary>
    internal EmulatedAnswer Page(EmulatedRequest request, string set, IReadOnlyList<Guid> ids, Func<Guid, JsonObject> row)
    {
        if (request.Query.ContainsKey("$skip"))
        {
            throw new EmulatedException(400, "0x80060888", "Skip Clause is not supported in CRM");
        }

        var size = Math.Min(options.LargestPage, Preferred(request.Header("Prefer")) ?? options.LargestPage);
        var top = request.Query.TryGetValue("$top", out var text) ? int.Parse(text, CultureInfo.InvariantCulture) : int.MaxValue;
        var skipped = request.Query.TryGetValue("$skiptoken", out var token) ? int.Parse(token[..token.IndexOf(';', StringComparison.Ordinal)], CultureInfo.InvariantCulture) : 0;
        var taken = ids.Skip(skipped).Take(Math.Min(size, top)).ToList();
        var body = new JsonObject { ["@odata.context"] = $"{_root}$metadata#{set}" };
        if (request.Query.GetValueOrDefault("$count") == "true")
        {
            body["@odata.count"] = Math.Min(ids.Count, 5000);
        }

        body["value"] = new JsonArray([.. taken.Select(id => (JsonNode)row(id))]);
        if (top == int.MaxValue && skipped + taken.Count < ids.Count)
        {
            var kept = request.Query.Where(pair => pair.Key != "$skiptoken").Append(new("$skiptoken", string.Create(CultureInfo.InvariantCulture, $"{skipped + taken.Count};<cookie pagenumber=\"2\" />")));
            body["@odata.nextLink"] = $"{_root}{set}?{string.Join('&', kept.Select(pair => $"{pair.Key}={Uri.EscapeDataString(pair.Value)}"))}";
        }

        return EmulatedAnswer.Json(body) with
        {
            Headers = request.Header("Prefer") is { } prefer ? new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase) { ["Preference-Applied"] = prefer } : new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase),
        };
    }

    internal static Guid IdOf(JsonNode? node, string what) =>
        node is JsonValue value && value.GetValueKind() == JsonValueKind.String && Guid.TryParse(value.ToString(), out var id) ? id : throw EmulatedException.Bad($"'{what}' is not a GUID.");

    private static int? Preferred(string? prefer) =>
        prefer?.Split(',', ';').Select(part => part.Trim().Split('=')).FirstOrDefault(part => part[0] == "odata.maxpagesize") is [_, var size] ? int.Parse(size.Trim('"'), CultureInfo.InvariantCulture) : null;

    private static (string Set, string? Key, string Below) Split(string resource)
    {
        var slash = resource.IndexOf('/', StringComparison.Ordinal);
        var (first, rest) = slash < 0 ? (resource, "") : (resource[..slash], resource[(slash + 1)..]);
        return first.IndexOf('(', StringComparison.Ordinal) is > 0 and var open && first.EndsWith(')')
            ? (first[..open], first[(open + 1)..^1], rest)
            : (first, null, rest);
    }
}
