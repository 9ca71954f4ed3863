using CustomerInsights.Core.Model;

namespace CustomerInsights.Host.Features.Metadata;

/// <summary>A field of a card.</summary>
/// <param name="Name">The attribute; for ids of the system the field's name.</param>
/// <param name="Label">What to show beside it.</param>
/// <param name="Type">Its type.</param>
/// <param name="SemanticType">What it means; null for an id of the system.</param>
/// <param name="Computed">True for an id that the system gives and no source fills.</param>
internal sealed record CardField(string Name, string Label, DataType Type, string? SemanticType, bool Computed);

/// <summary>Ready-made cards. The contact's follows the columns of UnifiedContact: 13 attributes that sources fill and 4 ids.</summary>
internal static class ContactCard
{
    public const string Name = "contact";

    /// <summary>The 17 fields of a contact, in the order of the card.</summary>
    public static IReadOnlyList<CardField> Fields { get; } =
    [
        new("first_name", "First name", DataType.Text, Semantics.FirstName, false),
        new("last_name", "Last name", DataType.Text, Semantics.LastName, false),
        new("job_title", "Job title", DataType.Text, "person.job_title", false),
        new("primary_email", "Primary e-mail", DataType.Text, Semantics.Email, false),
        new("primary_phone", "Primary phone", DataType.Text, Semantics.Phone, false),
        new("birth_date", "Birth date", DataType.Date, "person.birth_date", false),
        new("gender", "Gender", DataType.Text, "person.gender", false),
        new("street_address", "Street address", DataType.Text, "address.street", false),
        new("city", "City", DataType.Text, "address.city", false),
        new("state_or_province", "State or province", DataType.Text, "address.state", false),
        new("postal_code", "Postal code", DataType.Text, "address.postal_code", false),
        new("country_or_region", "Country or region", DataType.Text, "address.country", false),
        new("contact_id", "Contact id", DataType.Text, "identity.contact_id", false),
        new("customer_id", "Account", DataType.Text, null, true),
        new("unified_contact_id", "Unified contact id", DataType.Text, null, true),
        new("id", "Id", DataType.Text, null, true),
        new("identifier", "Identifier", DataType.Text, null, true),
    ];

    /// <summary>Adds the card's attributes that a type does not declare; what it declares stays as it says.</summary>
    public static void Complete(Dictionary<string, ProfileTypeDocument> types, ModelBuilder builder)
    {
        foreach (var (name, type) in types.Where(pair => pair.Value.Card is not null).ToList())
        {
            if (type.Card != Name)
            {
                builder.Fault(DefinitionKinds.ProfileType, name, "/card", "unknown", $"There is no card '{type.Card}'.{Names.Suggest(type.Card!, [Name])}");
                continue;
            }

            var attributes = new Dictionary<string, FieldDocument>(type.Attributes, StringComparer.Ordinal);
            foreach (var field in Fields)
            {
                if (!field.Computed)
                {
                    attributes.TryAdd(field.Name, new FieldDocument { Type = field.Type, SemanticType = field.SemanticType });
                }
                else if (type.Attributes.ContainsKey(field.Name))
                {
                    builder.Fault(DefinitionKinds.ProfileType, name, $"/attributes/{field.Name}", "reserved", $"The card '{Name}' gives every profile '{field.Name}' by itself; choose another name.");
                }
            }

            types[name] = type with { Attributes = attributes };
        }
    }
}
