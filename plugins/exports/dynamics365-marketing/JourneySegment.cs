using System.Globalization;
using System.Text.Json;
using CustomerInsights.Exports.Dataverse;
using CustomerInsights.Sdk;

namespace CustomerInsights.Exports.Dynamics365Marketing;

/// <summary>A static segment of Customer Insights - Journeys: a definition with ten groups, and the segment that stands for it.</summary>
internal sealed class JourneySegment(DataverseClient client, string name) : StaticSegment(client, name)
{
    private const int Groups = 10;
    private const int Page = 1000;
    private const int Static = 10;
    private const int FromJourneys = 12;
    private const int Draft = 723270001;
    private const int Inactive = 2;

    public override int MostAtOnce => 1000;

    public override async Task FindAsync(CancellationToken cancellationToken)
    {
        if (await OnlyAsync($"msdynmkt_segments?$select=msdynmkt_segmentid,msdynmkt_displayname,msdynmkt_type,msdynmkt_sourcesegmentuid&$filter=msdynmkt_displayname%20eq%20{Names.Quoted(Name)}", cancellationToken).ConfigureAwait(false) is not { } row)
        {
            return;
        }

        if (Text(row, "msdynmkt_type") != Static.ToString(CultureInfo.InvariantCulture))
        {
            throw Wrong($"The segment '{Name}' is not static: a query makes its members. Give the export's segment another name.");
        }

        var definition = await Client.GetAsync($"msdynmkt_segmentdefinitions({IdOf(row, "msdynmkt_sourcesegmentuid")})?$select=msdynmkt_staticlistmembers", cancellationToken).ConfigureAwait(false);
        var groups = Text(definition, "msdynmkt_staticlistmembers");
        if (!Enumerable.Range(0, Groups).All(part => groups.Contains(GroupId(part).ToString(), StringComparison.OrdinalIgnoreCase)))
        {
            throw Wrong($"The segment '{Name}' was not made by this export: it has other groups of members. Rename it, or give the export's segment another name.");
        }

        Id = IdOf(row, "msdynmkt_segmentid");
    }

    public override async Task MakeAsync(CancellationToken cancellationToken)
    {
        if (Id is not null)
        {
            return;
        }

        var groups = Enumerable.Range(0, Groups).Select(part => $$"""{"groupId":"{{GroupId(part)}}","includeType":"Include","name":"Customer Insights {{part + 1}}","inputType":"manualSelect"}""");
        var definition = Made(await Client.PostAsync("msdynmkt_segmentdefinitions", Names.Json(json =>
        {
            json.WriteNumber("statecode", 0);
            json.WriteNumber("statuscode", Draft);
            json.WriteString("msdynmkt_segmentquery", "");
            json.WriteString("msdynmkt_staticlistmembers", $"[{string.Join(',', groups)}]");
            json.WriteBoolean("msdynmkt_disablesegmentrefresh", false);
            json.WriteNumber("msdynmkt_segmentrefreshintervalminutes", 15);
        }), cancellationToken).ConfigureAwait(false));
        Id = Made(await Client.PostAsync("msdynmkt_segments", Names.Json(json =>
        {
            json.WriteString("msdynmkt_displayname", Name);
            json.WriteNumber("msdynmkt_type", Static);
            json.WriteNumber("msdynmkt_source", FromJourneys);
            json.WriteString("msdynmkt_baseentitylogicalname", "contact");
            json.WriteNumber("statecode", 1);
            json.WriteNumber("statuscode", Inactive);
            json.WriteString("msdynmkt_sourcesegmentuid", definition);
        }), cancellationToken).ConfigureAwait(false));
    }

    public override async Task<HashSet<Guid>?> ReadAsync(CancellationToken cancellationToken)
    {
        var members = new HashSet<Guid>();
        for (var part = 0; Id is not null && part < Groups; part++)
        {
            for (var page = 1; await PageAsync(part, page, members, cancellationToken).ConfigureAwait(false) == Page; page++)
            {
                // A page that is not full is the last one.
            }
        }

        return members;
    }

    public override int PartOf(Guid contact)
    {
        // FNV-1a: the same group in every release and on every machine, whatever the ids have in common.
        Span<byte> bytes = stackalloc byte[16];
        contact.TryWriteBytes(bytes);
        var hash = 2166136261u;
        foreach (var one in bytes)
        {
            hash = (hash ^ one) * 16777619u;
        }

        return (int)((hash >> 8) % Groups);
    }

    public override Task ChangeAsync(int part, IReadOnlyList<Guid> contacts, bool add, CancellationToken cancellationToken) =>
        Client.PostAsync(add ? "msdynmkt_AddStaticMembers" : "msdynmkt_RemoveStaticMembers", Names.Json(json =>
        {
            json.WriteString("SegmentId", Id!.Value);
            json.WriteString("GroupId", GroupId(part));
            json.WriteStartArray("EntityIds");
            foreach (var contact in contacts)
            {
                json.WriteStringValue(contact);
            }

            json.WriteEndArray();
        }), cancellationToken);

    public override Task PublishAsync(CancellationToken cancellationToken) =>
        Client.PostAsync("msdynmkt_PublishSegmentDefinition", Names.Json(json => json.WriteString("SegmentId", Id!.Value)), cancellationToken);

    // Unique within a segment is enough, so every segment has the same ten.
    private static Guid GroupId(int part) => new($"cd900000-0000-4000-8000-{part + 1:d12}");

    private async Task<int> PageAsync(int part, int page, HashSet<Guid> members, CancellationToken cancellationToken)
    {
        var answer = (await Client.PostAsync("msdynmkt_ListGroupMembers", Names.Json(json =>
        {
            json.WriteString("SegmentId", Id!.Value);
            json.WriteString("GroupId", GroupId(part));
            json.WriteNumber("PageNo", page);
            json.WriteNumber("PageSize", Page);
        }), cancellationToken).ConfigureAwait(false)).Body;
        try
        {
            // JSON in a text of JSON.
            using var inner = JsonDocument.Parse(answer is { } body ? Text(body, "Response") : "");
            var ids = inner.RootElement.GetProperty("entityIds").EnumerateArray().Select(id => id.GetGuid()).ToList();
            members.UnionWith(ids);
            return ids.Count;
        }
        catch (Exception error) when (error is JsonException or KeyNotFoundException or InvalidOperationException or FormatException)
        {
            throw new PluginException(FailureKind.Data, $"Dynamics gives the members of the segment '{Name}' in a form that cannot be read.", error);
        }
    }
}
