using System.Collections.Concurrent;

namespace CustomerInsights.Emulators.Graph;

/// <summary>A user of the directory, and the mailbox that it may have.</summary>
/// <param name="Id">The directory's id.</param>
/// <param name="Mail">The address, or null for who has none.</param>
/// <param name="PrincipalName">The name for signing in.</param>
public sealed record EmulatedUser(string Id, string? Mail, string PrincipalName)
{
    /// <summary>Further addresses, without <c>smtp:</c>.</summary>
    public IReadOnlyList<string> Proxies { get; init; } = [];

    /// <summary>False for who is known to the directory and not to Exchange.</summary>
    public bool HasExchange { get; init; } = true;

    /// <summary>True where a policy keeps the application out of this mailbox.</summary>
    public bool IsDenied { get; set; }

    /// <summary>What lies in the mailbox.</summary>
    public Mailbox Mailbox { get; } = new();
}

/// <summary>A group.</summary>
/// <param name="Id">The directory's id.</param>
/// <param name="Mail">Its address.</param>
/// <param name="Members">Ids of users, of nested groups as well.</param>
public sealed record EmulatedGroup(string Id, string Mail, IReadOnlyList<string> Members);

/// <summary>Users, groups and mailboxes.</summary>
public sealed class Tenant
{
    private readonly ConcurrentDictionary<string, EmulatedUser> _users = new(StringComparer.OrdinalIgnoreCase);
    private readonly ConcurrentDictionary<string, EmulatedGroup> _groups = new(StringComparer.OrdinalIgnoreCase);

    /// <summary>All users, by their ids.</summary>
    public IReadOnlyList<EmulatedUser> Users => [.. _users.Values.OrderBy(user => user.Id, StringComparer.Ordinal)];

    /// <summary>All groups.</summary>
    public IReadOnlyList<EmulatedGroup> Groups => [.. _groups.Values.OrderBy(group => group.Id, StringComparer.Ordinal)];

    /// <summary>Adds or replaces a user.</summary>
    public EmulatedUser Add(EmulatedUser user) => _users[user.Id] = user;

    /// <summary>Adds or replaces a group.</summary>
    public EmulatedGroup Add(EmulatedGroup group) => _groups[group.Id] = group;

    /// <summary>A user by id or name.</summary>
    public EmulatedUser? Find(string id) => _users.GetValueOrDefault(id) ?? _users.Values.FirstOrDefault(user => string.Equals(user.PrincipalName, id, StringComparison.OrdinalIgnoreCase));

    /// <summary>The users of a group and of the groups within it, each once.</summary>
    internal IReadOnlyList<EmulatedUser>? TransitiveMembers(string id)
    {
        if (!_groups.TryGetValue(id, out var top))
        {
            return null;
        }

        var seen = new HashSet<string>(StringComparer.OrdinalIgnoreCase);
        var users = new List<EmulatedUser>();
        var open = new Stack<EmulatedGroup>([top]);
        while (open.TryPop(out var group))
        {
            foreach (var member in group.Members.Where(seen.Add))
            {
                if (_groups.TryGetValue(member, out var nested))
                {
                    open.Push(nested);
                }
                else if (_users.TryGetValue(member, out var user))
                {
                    users.Add(user);
                }
            }
        }

        return users;
    }
}
