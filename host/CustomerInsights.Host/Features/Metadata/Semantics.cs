namespace CustomerInsights.Host.Features.Metadata;

/// <summary>The semantic types that the host itself acts on. Any other text is allowed and kept.</summary>
internal static class Semantics
{
    public const string FirstName = "person.first_name";
    public const string LastName = "person.last_name";
    public const string FullName = "person.full_name";
    public const string OrganizationName = "organization.name";
    public const string Email = "contact.email";
    public const string Phone = "contact.phone";

    /// <summary>A boolean of a record: whether the person agreed to marketing by the e-mail address and phone of the record.</summary>
    public const string MarketingConsent = "consent.marketing";

    private const string Identity = "identity.";

    private static readonly string[] s_personal = ["person.", "contact.", "address.", Identity];

    public static bool IsName(string? semantic) => semantic is FirstName or LastName or FullName or OrganizationName;

    /// <summary>The identifier type of an attribute: email, phone, or for <c>identity.loyalty_id</c> its last word; null when it names nobody.</summary>
    public static string? Identifier(string attribute, string? semantic) => Core.Unification.Identities.Identifier.TypeOf(attribute, semantic);

    /// <summary>Whether a field says who somebody is: by its semantic type, unless its definition says otherwise.</summary>
    public static bool IsPersonal(FieldDocument field) => field.Personal ?? (field.SemanticType is { } semantic
        && (semantic == "identity" || s_personal.Any(prefix => semantic.StartsWith(prefix, StringComparison.Ordinal))));

    /// <summary>The form in which an identifier is stored and looked up.</summary>
    public static string NormaliseIdentifier(string type, string value) => Core.Unification.Identities.Identifier.Normalise(type, value);
}
