using CustomerInsights.Core.Model;
using CustomerInsights.Host.Features.Metadata;
using CustomerInsights.Host.Platform;
using CustomerInsights.Storage.Profiles;

namespace CustomerInsights.Host.Features.Profiles;

/// <summary>A field of a card.</summary>
/// <param name="Name">The attribute, or the name of an id that the system gives.</param>
/// <param name="Label">What to show beside it.</param>
/// <param name="Value">Its value; absent when nothing is known.</param>
public sealed record CardFieldResponse(string Name, string Label, object? Value)
{
    /// <summary>The 17 fields of a contact, in their order. Identifier is type, account and contact id joined by <c>|</c>.</summary>
    internal static IReadOnlyList<CardFieldResponse> Contact(StoredProfile profile, ProfileReference? account)
    {
        var values = ValueDocument.Read(profile.Attributes);
        var id = profile.Id.ToString();
        return
        [
            .. ContactCard.Fields.Select(field => new CardFieldResponse(field.Name, field.Label, field.Name switch
            {
                "customer_id" => account?.Id,
                "unified_contact_id" or "id" => id,
                "identifier" => $"{profile.Type}|{account?.Id}|{(values.TryGetValue("contact_id", out var contact) && !contact.IsMissing ? contact.ToString() : id)}",
                _ => values.TryGetValue(field.Name, out var value) && !value.IsMissing ? PlainJson.Of(value) : null,
            })),
        ];
    }
}
