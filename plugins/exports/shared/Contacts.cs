using System.Collections.Concurrent;
using System.Text.Json;
using CustomerInsights.Sdk;

namespace CustomerInsights.Exports.Dataverse;

/// <summary>Contact ids: read from members, and looked up. Contacts are never made.</summary>
internal static class Contacts
{
    /// <summary>The field that a mapping fills with the contact's id.</summary>
    public const string Field = "contact_id";

    // Of some 50 characters each; the address stays far below what servers take.
    private const int AtOnce = 100;

    /// <summary>The field's description.</summary>
    public static FieldDescriptor Required { get; } = new(Field, FieldKind.Text);

    /// <summary>The field's place in a job.</summary>
    public static int PlaceIn(ExportJob job)
    {
        for (var i = 0; i < job.Fields.Count; i++)
        {
            if (job.Fields[i].Name == Field)
            {
                return i;
            }
        }

        throw new PluginException(FailureKind.Configuration, $"The export has no field '{Field}'. Map the profile's field with the Dynamics contact id to it.");
    }

    /// <summary>The id in a member, or why there is none.</summary>
    public static Guid? IdOf(ExportMember member, int place, out MemberOutcome? refused)
    {
        var value = place < member.Values.Count ? member.Values[place] : FieldValue.Null;
        if (value.IsNull || value.ToString().Length == 0)
        {
            refused = new MemberOutcome(MemberResult.RejectedPermanent, "The profile has no Dynamics contact id.");
            return null;
        }

        if (!Guid.TryParse(value.ToString().Trim(), out var id) || id == Guid.Empty)
        {
            refused = new MemberOutcome(MemberResult.RejectedPermanent, "The profile's contact id is not a GUID, as the ids of Dynamics contacts are.");
            return null;
        }

        refused = null;
        return id;
    }

    /// <summary>What is said of a contact that Dynamics does not know.</summary>
    public static MemberOutcome Unknown(Guid id) => new(MemberResult.RejectedPermanent, $"Dynamics has no contact {id}. Contacts are not created.");

    /// <summary>Which of these contacts there are.</summary>
    public static async Task<IReadOnlySet<Guid>> FindAsync(DataverseClient client, IEnumerable<Guid> ids, CancellationToken cancellationToken)
    {
        var found = new ConcurrentDictionary<Guid, bool>();
        await Parallel.ForEachAsync(ids.Distinct().Chunk(AtOnce), Together(cancellationToken), async (some, token) =>
        {
            var asked = some.ToHashSet();
            var filter = string.Join(" or ", some.Select(id => $"contactid eq {id}"));
            await foreach (var row in client.RowsAsync($"contacts?$select=contactid&$filter={Uri.EscapeDataString(filter)}", token).ConfigureAwait(false))
            {
                if (Read(row) is { } id && asked.Contains(id))
                {
                    found[id] = true;
                }
            }
        }).ConfigureAwait(false);
        return found.Keys.ToHashSet();
    }

    /// <summary>The contact's id in a row.</summary>
    public static Guid? Read(JsonElement row) =>
        row.ValueKind == JsonValueKind.Object && row.TryGetProperty("contactid", out var value) && value.ValueKind == JsonValueKind.String && Guid.TryParse(value.GetString(), out var id) ? id : null;

    /// <summary>As many at once as may ever be; the client's pace decides how many are.</summary>
    public static ParallelOptions Together(CancellationToken cancellationToken) => new() { MaxDegreeOfParallelism = Pace.Most, CancellationToken = cancellationToken };
}
