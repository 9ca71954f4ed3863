using System.Text.Json.Nodes;

namespace CustomerInsights.Emulators.Dataverse;

/// <summary>Definitions of tables: contacts, whose changes are tracked, and marketing lists, whose are not.</summary>
internal static class Definitions
{
    private static readonly (string Name, string Type, string? Of, string? Format)[] s_contact =
    [
        ("contactid", "Uniqueidentifier", null, null), ("fullname", "String", null, null), ("firstname", "String", null, null), ("lastname", "String", null, null), ("emailaddress1", "String", null, null),
        ("description", "Memo", null, null), ("birthdate", "DateTime", null, "DateOnly"), ("modifiedon", "DateTime", null, "DateAndTime"), ("creditlimit", "Money", null, null), ("numberofchildren", "Integer", null, null),
        ("donotemail", "Boolean", null, null), ("gendercode", "Picklist", null, null), ("gendercodename", "Virtual", "gendercode", null), ("parentcustomerid", "Customer", null, null),
        ("parentcustomeridname", "String", "parentcustomerid", null), ("entityimage", "Virtual", null, null),
    ];

    internal static EmulatedAnswer Answer(EmulatedRequest request, string? key, string rest) => (key, rest) switch
    {
        (null, "") => EmulatedAnswer.Json(new JsonObject { ["value"] = new JsonArray([.. ((string[])["contact", "list"]).Where(name => name == "contact" || !request.Query.ContainsKey("$filter")).Select(name => (JsonNode)Entity(name))]) }),
        ("LogicalName='contact'" or "LogicalName='list'", "") => Whole(key[13..^1]),
        ("LogicalName='contact'", "Attributes/Microsoft.Dynamics.CRM.DateTimeAttributeMetadata") => EmulatedAnswer.Json(new JsonObject
        {
            ["value"] = new JsonArray([.. s_contact.Where(one => one.Type == "DateTime").Select(one => (JsonNode)new JsonObject { ["LogicalName"] = one.Name, ["Format"] = one.Format })]),
        }),
        _ => throw EmulatedException.NotFound("EntityMetadata", Guid.Empty),
    };

    private static EmulatedAnswer Whole(string name)
    {
        var entity = Entity(name);
        entity["Attributes"] = new JsonArray([.. (name == "contact" ? s_contact : [("listid", "Uniqueidentifier", null, null)]).Select(one => (JsonNode)new JsonObject
        {
            ["LogicalName"] = one.Name, ["AttributeType"] = one.Type, ["AttributeOf"] = one.Of, ["IsValidForRead"] = true,
        })]);
        return EmulatedAnswer.Json(entity);
    }

    private static JsonObject Entity(string name) => new() { ["LogicalName"] = name, ["EntitySetName"] = name + "s", ["PrimaryIdAttribute"] = name + "id", ["ChangeTrackingEnabled"] = name == "contact" };
}
