namespace CustomerInsights.Core.Unification.Linkage;

/// <summary>What the values of a field are, as far as comparing them is concerned.</summary>
public enum MatchFieldType
{
    /// <summary>Not compared.</summary>
    Ignored = 0,

    /// <summary>A given name, perhaps with middle names or initials.</summary>
    GivenName,

    /// <summary>A family name.</summary>
    FamilyName,

    /// <summary>A whole name in any order.</summary>
    FullName,

    /// <summary>A day of birth or another day that stays with a person.</summary>
    Date,

    /// <summary>An e-mail address.</summary>
    Email,

    /// <summary>A telephone number.</summary>
    Phone,

    /// <summary>Street, number, building: free text of an address.</summary>
    Address,

    /// <summary>A postal code.</summary>
    PostalCode,

    /// <summary>A town, region or country.</summary>
    Place,

    /// <summary>One of few words: gender, occupation, status.</summary>
    Category,

    /// <summary>A number or code that names one thing: a social security number, a customer number.</summary>
    Identifier,

    /// <summary>A quantity.</summary>
    Number,

    /// <summary>Words: a title, a description, an article with its model number.</summary>
    Text,

    /// <summary>The name of a company or another body.</summary>
    Organization,
}
