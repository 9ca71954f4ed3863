using System.Text.Json;
using CustomerInsights.Exports.Dataverse;
using CustomerInsights.Sdk;

namespace CustomerInsights.Exports.Dynamics365Sales;

/// <summary>A static marketing list of contacts: found by its name, or made at the first write.</summary>
internal sealed class MarketingList
{
    private const string ContactType = "Microsoft.Dynamics.CRM.contact";
    private const int FromContacts = 2;

    private readonly DataverseClient _client;
    private readonly string _name;
    private Guid? _id;
    private volatile bool _oneByOne;

    private MarketingList(DataverseClient client, string name, Guid? id) => (_client, _name, _id) = (client, name, id);

    /// <summary>Its name.</summary>
    public string Name => _name;

    /// <summary>Its id; null before it is made.</summary>
    public Guid? Id => _id;

    /// <summary>Who was on it when it was last read.</summary>
    public HashSet<Guid> Current { get; private set; } = [];

    /// <summary>Finds the list, and refuses one that cannot be kept.</summary>
    public static async Task<MarketingList> FindAsync(DataverseClient client, string name, CancellationToken cancellationToken)
    {
        var found = new List<JsonElement>();
        await foreach (var row in client.RowsAsync($"lists?$select=listid,listname,createdfromcode,type,lockstatus&$filter=listname%20eq%20{Names.Quoted(name)}", cancellationToken).ConfigureAwait(false))
        {
            found.Add(row);
        }

        return found switch
        {
            [] => new MarketingList(client, name, null),
            [var one] when Text(one, "createdfromcode") != "2" => throw Wrong($"The marketing list '{name}' is not one of contacts. Give the export's list another name."),
            [var one] when Text(one, "type") == "true" => throw Wrong($"The marketing list '{name}' is dynamic: a query makes its members. Give the export's list another name."),
            [var one] when Text(one, "lockstatus") == "true" => throw Wrong($"The marketing list '{name}' is locked. Unlock it, or give the export's list another name."),
            [var one] when Guid.TryParse(Text(one, "listid"), out var id) => new MarketingList(client, name, id),
            [_] => throw new PluginException(FailureKind.Data, $"Dynamics gives the marketing list '{name}' without an id that can be read."),
            _ => throw Wrong($"There are {found.Count} marketing lists with the name '{name}'. Rename all but one, or give the export's list another name."),
        };
    }

    /// <summary>Reads who is on it.</summary>
    public async Task ReadAsync(CancellationToken cancellationToken)
    {
        var members = new HashSet<Guid>();
        if (_id is { } id)
        {
            await foreach (var row in _client.RowsAsync($"lists({id})/listcontact_association?$select=contactid", cancellationToken).ConfigureAwait(false))
            {
                if (Contacts.Read(row) is { } contact)
                {
                    members.Add(contact);
                }
            }
        }

        Current = members;
    }

    /// <summary>Makes it, if it was not found.</summary>
    public async Task MakeAsync(CancellationToken cancellationToken)
    {
        if (_id is not null)
        {
            return;
        }

        var body = Names.Json(json =>
        {
            json.WriteString("listname", _name);
            json.WriteNumber("createdfromcode", FromContacts);
            json.WriteBoolean("type", false);
        });

        // An answer that is lost fails the run; the next one finds the list by its name.
        _id = (await _client.PostAsync("lists", body, cancellationToken).ConfigureAwait(false)).RowId
            ?? throw new PluginException(FailureKind.Data, $"Dynamics does not say which id the new marketing list '{_name}' has.");
    }

    /// <summary>Adds contacts, all or none.</summary>
    public Task AddAsync(IReadOnlyList<Guid> contacts, CancellationToken cancellationToken) =>
        _client.PostAsync("AddListMembersList", Body(contacts), cancellationToken);

    /// <summary>Removes contacts: together where the organisation can, one by one elsewhere.</summary>
    public async Task RemoveAsync(IReadOnlyList<Guid> contacts, CancellationToken cancellationToken)
    {
        if (!_oneByOne)
        {
            try
            {
                await _client.PostAsync("RemoveListMembersList", Body(contacts), cancellationToken).ConfigureAwait(false);
                return;
            }
            catch (DataverseRefusal refusal) when (refusal.IsNoSuchAction || refusal.Status == 400)
            {
                _oneByOne = true;
            }
        }

        foreach (var contact in contacts)
        {
            try
            {
                await _client.PostAsync($"lists({_id})/Microsoft.Dynamics.CRM.RemoveMemberList", Names.Json(json => json.WriteString("EntityId", contact)), cancellationToken).ConfigureAwait(false);
            }
            catch (DataverseRefusal refusal) when (refusal.IsNoSuchRow)
            {
                // Somebody was faster: the contact, or its membership, is gone.
            }
        }
    }

    private ReadOnlyMemory<byte> Body(IReadOnlyList<Guid> contacts) => Names.Json(json =>
    {
        json.WriteStartObject("List");
        json.WriteString("listid", _id!.Value);
        json.WriteString("@odata.type", "Microsoft.Dynamics.CRM.list");
        json.WriteEndObject();
        json.WriteStartArray("Members");
        foreach (var contact in contacts)
        {
            json.WriteStartObject();
            json.WriteString("contactid", contact);
            json.WriteString("@odata.type", ContactType);
            json.WriteEndObject();
        }

        json.WriteEndArray();
    });

    private static string Text(JsonElement row, string name) => row.ValueKind == JsonValueKind.Object && row.TryGetProperty(name, out var value)
        ? value.ValueKind switch { JsonValueKind.True => "true", JsonValueKind.False => "false", _ => value.ToString() }
        : "";

    private static PluginException Wrong(string message) => new(FailureKind.Configuration, message) { ConfigurationPath = "/listName" };
}
