using CustomerInsights.Sdk;

namespace CustomerInsights.Enrichments.Office365Engagement;

/// <summary>Who of an account has an address.</summary>
/// <param name="Account">The account's number.</param>
/// <param name="Person">The person's number.</param>
internal readonly record struct Contact(int Account, int Person);

/// <summary>The other side: addresses, the people who have them, and their accounts. Read from the population; never stored.</summary>
internal sealed class ContactBook
{
    private readonly EngagementSettings _settings;
    private readonly StateKeys _keys;
    private readonly OwnMailboxes _own;
    private readonly Dictionary<string, KeyedHash> _addresses = new(StringComparer.OrdinalIgnoreCase);
    private readonly Dictionary<KeyedHash, Contact[]> _contacts = [];
    private readonly Dictionary<string, int> _accounts = new(StringComparer.Ordinal);
    private int _people;

    private ContactBook(EngagementSettings settings, StateKeys keys, OwnMailboxes own)
    {
        (_settings, _keys, _own) = (settings, keys, own);
        foreach (var mailbox in own.All)
        {
            AddToDigest(mailbox.Person);
        }
    }

    /// <summary>A digest of all own mailboxes and addresses of contacts, in whatever order they came.</summary>
    public KeyedHash Digest { get; private set; }

    /// <summary>How many accounts there are.</summary>
    public int Accounts => _accounts.Count;

    /// <summary>How many addresses there are.</summary>
    public int Count => _addresses.Count;

    /// <summary>Reads the population.</summary>
    public static async Task<ContactBook> ReadAsync(IPopulation population, EngagementSettings settings, StateKeys keys, OwnMailboxes own, CancellationToken cancellationToken)
    {
        var book = new ContactBook(settings, keys, own);
        await foreach (var batch in population.ReadAsync(null, cancellationToken).ConfigureAwait(false))
        {
            foreach (var profile in batch)
            {
                book.Add(profile);
            }
        }

        return book;
    }

    /// <summary>The hash of a contact's address; null for everybody else.</summary>
    /// <param name="address">As it stands in a header.</param>
    public KeyedHash? Find(string? address) => address is not null && _addresses.TryGetValue(address.Trim(), out var hash) ? hash : null;

    /// <summary>Whose address it is.</summary>
    public IReadOnlyList<Contact> Of(KeyedHash hash) => _contacts.GetValueOrDefault(hash) ?? [];

    /// <summary>The account that a profile belongs to, or is; null where it belongs to none.</summary>
    public int? AccountOf(ProfileInput profile) => AccountKey(profile) is { } key && _accounts.TryGetValue(key, out var account) ? account : null;

    /// <summary>Why a profile without an account has none.</summary>
    public string WhyNot => _settings.Options.Account is null ? "It has no e-mail address that counts." : "It belongs to no account.";

    /// <summary>The addresses of a profile that count: not of an excluded domain, and not an own mailbox's.</summary>
    private IEnumerable<string> AddressesOf(ProfileInput profile)
    {
        var values = _settings.Options.ContactActivity is null ? [profile.Values[0]] : profile.Activities.Select(activity => activity.Values[0]);
        return values.SelectMany(Texts).Select(Addresses.Normal).OfType<string>()
            .Where(address => !Addresses.IsOf(address, _settings.Options.ExcludedDomains ?? []) && _own.Find(address) is null)
            .Distinct(StringComparer.Ordinal);
    }

    private void Add(ProfileInput profile)
    {
        var addresses = AddressesOf(profile).ToList();
        if (AccountKey(profile) is not { } key || (_settings.Options.Account is null && addresses.Count == 0))
        {
            return;
        }

        if (!_accounts.TryGetValue(key, out var account))
        {
            _accounts[key] = account = _accounts.Count;
        }

        // A contact is one person however many addresses it has; an account that lists addresses has a person for each.
        var person = _people++;
        foreach (var address in addresses)
        {
            Add(address, new Contact(account, _settings.Options.Account is null ? _people++ : person));
        }
    }

    private void Add(string address, Contact contact)
    {
        if (!_addresses.TryGetValue(address, out var hash))
        {
            _addresses[address] = hash = _keys.Of("contact", address);
            AddToDigest(hash);
        }

        _contacts[hash] = [.. Of(hash), contact];
    }

    private static IReadOnlyList<string> Texts(FieldValue value) => value.Kind switch
    {
        FieldKind.Text => [value.AsText()],
        FieldKind.TextList => value.AsList(),
        _ => [],
    };

    private void AddToDigest(KeyedHash hash) => Digest = new KeyedHash(Digest.High + hash.High, Digest.Low + hash.Low);

    private string? AccountKey(ProfileInput profile) =>
        _settings.Options.Account is null ? profile.ProfileId
            : profile.Values[1] is { IsNull: false } value && value.ToString() is { Length: > 0 } key ? key : null;
}
