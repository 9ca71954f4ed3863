using CustomerInsights.Sdk;

namespace CustomerInsights.Enrichments.Office365Engagement;

/// <summary>A mailbox of the own organisation.</summary>
/// <param name="Id">The directory's id of its user.</param>
/// <param name="Person">The keyed hash of the id.</param>
internal sealed record OwnMailbox(string Id, KeyedHash Person);

/// <summary>How many mailboxes an entry of the settings brought.</summary>
/// <param name="Group">The group's address; null for the mailboxes that are named one by one.</param>
/// <param name="Count">How many, those that others bring too included.</param>
internal sealed record MailboxOrigin(string? Group, int Count);

/// <summary>The own mailboxes after groups are resolved: 2 to 2,500, or nothing is read.</summary>
internal sealed class OwnMailboxes
{
    // As many addresses as one question may have: the directory takes 15 conditions, and each address needs three.
    private const int AddressesAtOnce = 5;

    private readonly Dictionary<string, OwnMailbox> _byAddress = new(StringComparer.OrdinalIgnoreCase);
    private readonly Dictionary<string, OwnMailbox> _byId = new(StringComparer.Ordinal);
    private readonly List<MailboxOrigin> _origins = [];

    private OwnMailboxes()
    {
    }

    /// <summary>All of them, by id.</summary>
    public IReadOnlyList<OwnMailbox> All { get; private set; } = [];

    /// <summary>Which entry brought how many.</summary>
    public IReadOnlyList<MailboxOrigin> Origins => _origins;

    /// <summary>The mailbox of an address; null for everybody else.</summary>
    public OwnMailbox? Find(string? address) => address is null ? null : _byAddress.GetValueOrDefault(address.Trim());

    /// <summary>Resolves the settings.</summary>
    /// <exception cref="PluginException">Configuration: an address is not known, or there are too few or too many.</exception>
    public static async Task<OwnMailboxes> ResolveAsync(EngagementSettings settings, GraphReader graph, StateKeys keys, CancellationToken cancellationToken)
    {
        var own = new OwnMailboxes();
        await own.AddNamedAsync(settings.Mailboxes, graph, keys, cancellationToken).ConfigureAwait(false);
        foreach (var (i, group) in settings.Groups.Index())
        {
            var id = await graph.GroupAsync(group, cancellationToken).ConfigureAwait(false)
                ?? throw new PluginException(FailureKind.Configuration, $"Entry {i + 1} of 'groups' is no group of the tenant. Check its address.") { ConfigurationPath = $"/groups/{i}" };
            var members = new HashSet<string>(StringComparer.Ordinal);
            await foreach (var user in graph.MembersAsync(id, cancellationToken).ConfigureAwait(false))
            {
                members.Add(user.Id);
                own.Add(user, keys);
            }

            own._origins.Add(new MailboxOrigin(group, members.Count));
        }

        own.All = [.. own._byId.Values.OrderBy(mailbox => mailbox.Id, StringComparer.Ordinal)];
        if (own.All.Count is < EngagementSettings.FewestMailboxes or > EngagementSettings.MostMailboxes)
        {
            throw own.WrongCount();
        }

        return own;
    }

    private async Task AddNamedAsync(IReadOnlyList<string> named, GraphReader graph, StateKeys keys, CancellationToken cancellationToken)
    {
        if (named.Count == 0)
        {
            return;
        }

        foreach (var some in named.Chunk(AddressesAtOnce))
        {
            await foreach (var user in graph.UsersAsync(some, cancellationToken).ConfigureAwait(false))
            {
                Add(user, keys);
            }
        }

        foreach (var (i, address) in named.Index())
        {
            if (Find(address) is null)
            {
                throw new PluginException(FailureKind.Configuration, $"Entry {i + 1} of 'mailboxes' is no mailbox of the tenant. Check the address.") { ConfigurationPath = $"/mailboxes/{i}" };
            }
        }

        _origins.Add(new MailboxOrigin(null, named.Select(address => Find(address)!.Id).Distinct(StringComparer.Ordinal).Count()));
    }

    private void Add(DirectoryUser user, StateKeys keys)
    {
        if (!_byId.TryGetValue(user.Id, out var mailbox))
        {
            _byId[user.Id] = mailbox = new OwnMailbox(user.Id, keys.Of("own", user.Id));
        }

        foreach (var address in user.Addresses)
        {
            _byAddress.TryAdd(address, mailbox);
        }
    }

    private PluginException WrongCount()
    {
        var origins = string.Join(", ", _origins.Take(20).Select(origin => origin.Group is null ? $"{origin.Count:N0} named one by one" : $"{origin.Count:N0} by the group {origin.Group}"));
        var twice = _origins.Sum(origin => origin.Count) - All.Count;
        return new PluginException(
            FailureKind.Configuration,
            $"The mailboxes to be read are {All.Count:N0}; {EngagementSettings.FewestMailboxes} to {EngagementSettings.MostMailboxes:N0} are allowed. They are {origins}{(_origins.Count > 20 ? " and further ones" : "")}{(twice > 0 ? $"; {twice:N0} of them come twice" : "")}. Nothing was read. {(All.Count < EngagementSettings.FewestMailboxes ? "Add mailboxes." : "Leave some out.")}")
        {
            ConfigurationPath = _origins.Any(origin => origin.Group is not null) ? "/groups" : "/mailboxes",
        };
    }
}
