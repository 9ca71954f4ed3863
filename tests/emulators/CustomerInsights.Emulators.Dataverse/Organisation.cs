namespace CustomerInsights.Emulators.Dataverse;

/// <summary>What the organisation holds. Locked by whoever answers a request; tests read it between requests.</summary>
public sealed class Organisation
{
    internal Lock Lock { get; } = new();

    /// <summary>Contacts by id, with their columns.</summary>
    public Dictionary<Guid, Dictionary<string, object?>> Contacts { get; } = [];

    /// <summary>What has been told of changes of contacts.</summary>
    public ChangeTracking Changes { get; } = new();

    /// <summary>Marketing lists.</summary>
    public Dictionary<Guid, MarketingList> Lists { get; } = [];

    /// <summary>Definitions of segments of the current generation.</summary>
    public Dictionary<Guid, SegmentDefinition> Definitions { get; } = [];

    /// <summary>Segments of the current generation.</summary>
    public Dictionary<Guid, JourneySegment> Segments { get; } = [];

    /// <summary>Segments of the generation before.</summary>
    public Dictionary<Guid, OutboundSegment> OutboundSegments { get; } = [];

    /// <summary>How often a member was added that was there already.</summary>
    public int DoubleAdds { get; internal set; }

    /// <summary>How often a contact was made over the wire.</summary>
    public int ContactsCreated { get; internal set; }

    /// <summary>Makes contacts, with ids that are told by their number.</summary>
    /// <param name="count">How many.</param>
    /// <returns>Their ids, in order.</returns>
    public IReadOnlyList<Guid> AddContacts(int count)
    {
        var ids = new List<Guid>(count);
        for (var i = 1; i <= count; i++)
        {
            var id = ContactId(i);
            Contacts[id] = new Dictionary<string, object?>(StringComparer.Ordinal) { ["contactid"] = id, ["fullname"] = $"Contact {i}" };
            ids.Add(id);
        }

        return ids;
    }

    /// <summary>The id of the contact of this number.</summary>
    public static Guid ContactId(int number) => new($"c0000000-0000-4000-8000-{number:d12}");

    /// <summary>The only list of this name.</summary>
    public MarketingList List(string name) => Lists.Values.Single(list => list.Name == name);

    /// <summary>The only segment of this name.</summary>
    public JourneySegment Segment(string name) => Segments.Values.Single(segment => segment.Name == name);
}

/// <summary>A set of contacts that can be read page by page.</summary>
public sealed class MemberSet
{
    private readonly HashSet<Guid> _ids = [];
    private Guid[]? _sorted;

    /// <summary>How many there are.</summary>
    public int Count => _ids.Count;

    /// <summary>In the order in which pages give them.</summary>
    public IReadOnlyList<Guid> Sorted => _sorted ??= [.. _ids.Order()];

    /// <summary>Adds one; false when it is there.</summary>
    public bool Add(Guid id)
    {
        _sorted = null;
        return _ids.Add(id);
    }

    /// <summary>Removes one; false when it is not there.</summary>
    public bool Remove(Guid id)
    {
        _sorted = null;
        return _ids.Remove(id);
    }

    /// <summary>Whether it is there.</summary>
    public bool Contains(Guid id) => _ids.Contains(id);
}

/// <summary>A marketing list of Dynamics 365 Sales.</summary>
/// <param name="Id">Its id.</param>
/// <param name="Name">Its name.</param>
/// <param name="CreatedFrom">1 accounts, 2 contacts, 4 leads.</param>
/// <param name="IsDynamic">Whether a query makes its members.</param>
public sealed record MarketingList(Guid Id, string Name, int CreatedFrom, bool IsDynamic)
{
    /// <summary>Whether it is locked against changes.</summary>
    public bool IsLocked { get; set; }

    /// <summary>Its members.</summary>
    public MemberSet Members { get; } = new();
}

/// <summary>A segment's definition: its groups of static members.</summary>
/// <param name="Id">Its id.</param>
public sealed record SegmentDefinition(Guid Id)
{
    /// <summary>Its groups.</summary>
    public Dictionary<Guid, MemberSet> Groups { get; } = [];

    /// <summary>723270000 live, 723270001 draft.</summary>
    public int Status { get; set; } = 723270001;
}

/// <summary>A segment of Customer Insights - Journeys.</summary>
/// <param name="Id">Its id.</param>
/// <param name="Name">Its display name.</param>
/// <param name="Type">10 static, 11 dynamic.</param>
/// <param name="Definition">The id of its definition.</param>
public sealed record JourneySegment(Guid Id, string Name, int Type, Guid Definition)
{
    /// <summary>How often it was published.</summary>
    public int Published { get; set; }
}

/// <summary>A segment of outbound marketing.</summary>
/// <param name="Id">Its id.</param>
/// <param name="Name">Its name.</param>
public sealed record OutboundSegment(Guid Id, string Name)
{
    /// <summary>192350000 draft, 192350001 live, 192350002 stopped.</summary>
    public int Status { get; set; } = 192350000;

    /// <summary>Its members.</summary>
    public MemberSet Members { get; } = new();
}
