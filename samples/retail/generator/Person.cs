namespace CustomerInsights.Samples.Generator;

/// <summary>How somebody shops.</summary>
internal enum Habit
{
    None,
    Occasional,
    Regular,
    Devoted,
    Lapsed,
    New,
}

/// <summary>A home.</summary>
internal sealed record Home(string Street, string City, string PostalCode, string Country, string Prefix);

/// <summary>Somebody who exists: the truth that the two customer files distort.</summary>
internal sealed record Person
{
    public required int Number { get; init; }

    public required string First { get; init; }

    public required string Last { get; init; }

    /// <summary>The name in Latin letters, where <see cref="First"/> is not.</summary>
    public (string First, string Last)? Latin { get; init; }

    public required DateOnly Born { get; init; }

    public required string Mail { get; init; }

    /// <summary>Digits with the country's prefix.</summary>
    public required string Phone { get; init; }

    public required Home Home { get; init; }

    public required DateOnly Since { get; init; }

    public required Habit Habit { get; init; }

    public bool InCrm { get; init; }

    public bool InShop { get; init; }

    /// <summary>The last name after a wedding, which the CRM does not know; e-mail and telephone are new too.</summary>
    public string? MarriedName { get; init; }

    /// <summary>One of a planted pair of different people; both files have them without errors, so that the trap is the pair alone.</summary>
    public bool Planted { get; init; }
}

/// <summary>One row of the CRM.</summary>
internal sealed record Contact(string Id, Person Person, string First, string Last, string Mail, string Phone, DateOnly? Born, Home Home, DateOnly HomeSince, DateTime Created, DateOnly Since, bool OptIn);

/// <summary>One row of the shop.</summary>
internal sealed record Shopper(
    string Number, Person Person, string Given, string Family, string Mail, string Mobile, DateOnly? Born, Home Home, DateOnly HomeSince, string Tier, int Points, DateOnly Registered, bool Newsletter);
