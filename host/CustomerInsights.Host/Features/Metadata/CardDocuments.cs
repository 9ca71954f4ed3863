namespace CustomerInsights.Host.Features.Metadata;

/// <summary>What is shown of a profile at a glance, and rows of such cards. A profile type without one has a card by what its attributes mean.</summary>
public sealed record CardDocument
{
    /// <summary>For people.</summary>
    public string? DisplayName { get; init; }

    /// <summary>The profile type. Default: customer.</summary>
    public string ProfileType { get; init; } = "customer";

    /// <summary>What is shown besides the name, in order; 1 to 50. Default: by what the type's attributes mean.</summary>
    public IReadOnlyList<CardFieldDocument>? Fields { get; init; }

    /// <summary>
    /// A Handlebars template of the card's HTML: <c>{{name}}</c>, <c>{{avatar}}</c>, <c>{{fields.city.text}}</c>, <c>{{fields.phone.href}}</c>,
    /// <c>{{#each list}}{{label}}{{text}}{{/each}}</c>. Everything is encoded; partials and unencoded output are refused. Default: the host's own.
    /// </summary>
    public string? Template { get; init; }

    /// <summary>Rows of cards by name, in order. Default: top_paying, most_engaged, most_active_cases, as far as there are such fields, and sample.</summary>
    public IReadOnlyDictionary<string, CardRowDocument>? Rows { get; init; }
}

/// <summary>A field of a card.</summary>
public sealed record CardFieldDocument
{
    /// <summary>Its name: letters, digits and _.</summary>
    public required string Name { get; init; }

    /// <summary>What to show beside it. Default: the name.</summary>
    public string? Label { get; init; }

    /// <summary>An expression over the profile. Default: the attribute or measure of the field's name.</summary>
    public string? Expression { get; init; }

    /// <summary>How it is shown. Default: text.</summary>
    public CardFormat Format { get; init; }
}

/// <summary>How a field of a card is shown.</summary>
public enum CardFormat
{
    /// <summary>As it is.</summary>
    Text,

    /// <summary>A number with two places.</summary>
    Money,

    /// <summary>A score of 0 to 100.</summary>
    Score,

    /// <summary>A telephone number that can be called.</summary>
    Phone,

    /// <summary>An e-mail address that can be written to.</summary>
    Email,

    /// <summary>An https or http address that can be opened.</summary>
    Link,
}

/// <summary>A row of cards: the first profiles by an expression.</summary>
public sealed record CardRowDocument
{
    /// <summary>What to call it.</summary>
    public required string Title { get; init; }

    /// <summary>By what it is sorted; who has no value is not in it. Default: a sample that is another every day.</summary>
    public string? Sort { get; init; }

    /// <summary>Whether the largest come first. Default: true.</summary>
    public bool Descending { get; init; } = true;

    /// <summary>A condition; who does not hold it is not in the row.</summary>
    public string? Filter { get; init; }

    /// <summary>How many cards the row has, 1 to 50. Default: 8.</summary>
    public int Size { get; init; } = 8;
}
