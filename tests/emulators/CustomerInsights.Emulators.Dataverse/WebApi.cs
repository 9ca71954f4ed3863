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
            ("GET", "EntityDefinitions", _) => Definitions.Answer(request, key, rest),
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

    /// <summary>A page of all contacts, the last one with the address of what changes from the first one on.</summary>
    internal EmulatedAnswer Tracked(EmulatedRequest request)
    {
        foreach (var option in (string[])["$filter", "$orderby", "$expand", "$top"])
        {
            if (request.Query.ContainsKey(option))
            {
                throw new EmulatedException(400, "0x80060888", $"The \"{option}\" query parameter isn't supported when Change Tracking is enabled.");
            }
        }

        // A page's mark holds the number of rows before it, and the token that was given with the first one.
        var mark = request.Query.GetValueOrDefault("$skiptoken")?.Split('|');
        var token = mark?[1] ?? organisation.Changes.Give(organisation, options.Clock.GetUtcNow());
        return Cut(request, mark is null ? 0 : int.Parse(mark[0], CultureInfo.InvariantCulture), [.. organisation.Contacts.Keys.Order()], id => Selected(request, ContactRows.Row(organisation.Contacts[id])), token, "$skiptoken", token);
    }

    /// <summary>A page of what changed since a token, the last one with the next token.</summary>
    internal EmulatedAnswer Changes(EmulatedRequest request)
    {
        var parts = request.Query["$deltatoken"].Split('|');
        var (changed, deleted) = organisation.Changes.Since(parts[0], organisation, options.Clock.GetUtcNow(), options.ChangeTrackingLife);
        var next = parts.Length > 2 ? parts[2] : organisation.Changes.Give(organisation, options.Clock.GetUtcNow());
        return Cut(
            request, parts.Length > 2 ? int.Parse(parts[1], CultureInfo.InvariantCulture) : 0, [.. changed, .. deleted],
            id => organisation.Contacts.TryGetValue(id, out var columns) ? Selected(request, ContactRows.Row(columns)) : ChangeTracking.Gone(_root, id), next, "$deltatoken", parts[0]);
    }

    private EmulatedAnswer Cut(EmulatedRequest request, int skipped, IReadOnlyList<Guid> ids, Func<Guid, JsonObject> row, string token, string parameter, string of)
    {
        var size = Math.Min(options.LargestPage, Preferred(request.Header("Prefer")) ?? options.LargestPage);
        var taken = ids.Skip(skipped).Take(size).ToList();
        var body = new JsonObject { ["@odata.context"] = $"{_root}$metadata#contacts/$delta", ["value"] = new JsonArray([.. taken.Select(id => (JsonNode)row(id))]) };
        var select = request.Query.TryGetValue("$select", out var columns) ? $"$select={columns}&" : "";
        var at = string.Create(CultureInfo.InvariantCulture, $"{skipped + taken.Count}");
        if (skipped + taken.Count < ids.Count)
        {
            body["@odata.nextLink"] = $"{_root}contacts?{select}{parameter}={Uri.EscapeDataString(parameter == "$skiptoken" ? $"{at}|{of}" : $"{of}|{at}|{token}")}";
        }
        else
        {
            body["@odata.deltaLink"] = $"{_root}contacts?{select}$deltatoken={Uri.EscapeDataString(token)}";
        }

        return EmulatedAnswer.Json(body) with { Headers = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase) { ["Preference-Applied"] = request.Header("Prefer") ?? "" } };
    }

    private static JsonObject Selected(EmulatedRequest request, JsonObject row) => request.Query.GetValueOrDefault("$select")?.Split(',') is { } columns
        ? [.. row.Where(pair => columns.Contains(pair.Key, StringComparer.Ordinal)).Select(pair => KeyValuePair.Create(pair.Key, pair.Value?.DeepClone()))]
        : row;

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
