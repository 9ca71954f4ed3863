using CustomerInsights.Exports.Dataverse;

namespace CustomerInsights.Exports.Dynamics365Marketing;

/// <summary>A static segment of outbound marketing, which was replaced by journeys. It does not tell its members, and works them in later.</summary>
internal sealed class OutboundSegment(DataverseClient client, string name) : StaticSegment(client, name)
{
    private const int Static = 192350001;
    private const int Draft = 192350000;
    private const int Live = 192350001;

    // Their text may have 10,000 characters; each takes 42.
    public override int MostAtOnce => 200;

    public override async Task FindAsync(CancellationToken cancellationToken)
    {
        if (await OnlyAsync($"msdyncrm_segments?$select=msdyncrm_segmentid,msdyncrm_segmentname,msdyncrm_segmenttype&$filter=msdyncrm_segmentname%20eq%20{Names.Quoted(Name)}", cancellationToken).ConfigureAwait(false) is { } row)
        {
            Id = Text(row, "msdyncrm_segmenttype") == "192350001"
                ? IdOf(row, "msdyncrm_segmentid")
                : throw Wrong($"The segment '{Name}' is not static. Give the export's segment another name.");
        }
    }

    public override async Task MakeAsync(CancellationToken cancellationToken) =>
        Id ??= Made(await Client.PostAsync("msdyncrm_segments", Names.Json(json =>
        {
            json.WriteString("msdyncrm_segmentname", Name);
            json.WriteNumber("msdyncrm_segmenttype", Static);
            json.WriteNumber("statuscode", Draft);
        }), cancellationToken).ConfigureAwait(false));

    public override Task<HashSet<Guid>?> ReadAsync(CancellationToken cancellationToken) => Task.FromResult<HashSet<Guid>?>(null);

    public override int PartOf(Guid contact) => 0;

    public override Task ChangeAsync(int part, IReadOnlyList<Guid> contacts, bool add, CancellationToken cancellationToken) =>
        Client.PostAsync(add ? "msdyncrm_IncludeMembersInSegment" : "msdyncrm_ExcludeMembersFromSegment", Names.Json(json =>
        {
            json.WriteString("msdyncrm_segmentid", Id!.Value);
            json.WriteString("msdyncrm_segmentmemberids", $"[{string.Join(',', contacts.Select(id => $"\"crm{id}\""))}]");
        }), cancellationToken);

    public override Task PublishAsync(CancellationToken cancellationToken) =>
        Client.PatchAsync($"msdyncrm_segments({Id})", Names.Json(json => json.WriteNumber("statuscode", Live)), cancellationToken);
}
