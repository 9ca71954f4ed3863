using System.Globalization;
using System.Text.Json.Nodes;

namespace CustomerInsights.Emulators.Dataverse;

/// <summary>
/// Change tracking of contacts. A token stands for what there was when it was given; what has changed since is found by comparing, so that a test may change
/// rows in any way.
/// </summary>
public sealed class ChangeTracking
{
    private readonly List<(DateTimeOffset At, Dictionary<Guid, string> Rows)> _tokens = [];

    /// <summary>Rows that were deleted over the wire, with how many tokens there were: one that was made and deleted in between is told as deleted, too.</summary>
    internal List<(int Tokens, Guid Id)> Deleted { get; } = [];

    /// <summary>How many tokens were given.</summary>
    public int Tokens => _tokens.Count;

    /// <summary>Gives a token for what there is now.</summary>
    internal string Give(Organisation organisation, DateTimeOffset now)
    {
        _tokens.Add((now, organisation.Contacts.ToDictionary(pair => pair.Key, pair => ContactRows.Row(pair.Value).ToJsonString())));
        return string.Create(CultureInfo.InvariantCulture, $"{_tokens.Count}!{now:MM/dd/yyyy HH:mm:ss}");
    }

    /// <summary>What has changed since a token: rows that are there, and ids of those that are not.</summary>
    /// <exception cref="EmulatedException">It is not a token, or has expired.</exception>
    internal (IReadOnlyList<Guid> Changed, IReadOnlyList<Guid> Deleted) Since(string token, Organisation organisation, DateTimeOffset now, TimeSpan life)
    {
        if (!int.TryParse(token.Split('!')[0], CultureInfo.InvariantCulture, out var number) || number < 1 || number > _tokens.Count)
        {
            throw EmulatedException.Bad("The delta token is not valid.");
        }

        var (at, before) = _tokens[number - 1];
        if (now - at > life)
        {
            throw new EmulatedException(400, "0x80044352", "Version stamp associated with the client has expired. Please perform a full sync.");
        }

        var changed = organisation.Contacts.Where(pair => before.GetValueOrDefault(pair.Key) != ContactRows.Row(pair.Value).ToJsonString()).Select(pair => pair.Key).Order().ToList();
        var deleted = before.Keys.Concat(Deleted.Where(entry => entry.Tokens >= number).Select(entry => entry.Id)).Where(id => !organisation.Contacts.ContainsKey(id)).Distinct().Order().ToList();
        return (changed, deleted);
    }

    /// <summary>How a deleted row is told.</summary>
    internal static JsonObject Gone(string root, Guid id) => new() { ["@odata.context"] = $"{root}$metadata#contacts/$deletedEntity", ["id"] = id, ["reason"] = "deleted" };
}
