using CustomerInsights.Sdk;

namespace CustomerInsights.Plugins.Boundary;

/// <summary>The rules of an export target's answers.</summary>
internal static class ExportRules
{
    internal static ExportDescriptor Descriptor(ExportDescriptor? descriptor)
    {
        var given = Rules.NotNull("The description", descriptor);
        Rules.Defined("ExportDescriptor.Membership", given.Membership);
        Rules.Defined("ExportDescriptor.Visibility", given.Visibility);
        Rules.Require(given.MaxBatch is >= 1 and <= Rules.MaxBatch, "max-batch", $"MaxBatch is {given.MaxBatch}; 1 to 10,000 are allowed.");
        Rules.Require(given.MaxMembers is null or > 0, "max-members", $"MaxMembers is {given.MaxMembers}; give a number from 1, or null.");
        var required = Rules.Fields("RequiredFields", given.RequiredFields, least: 0);
        Rules.Require(given.KeyField is null || required.Any(field => field.Name == given.KeyField), "key-field", $"KeyField is '{given.KeyField}', which is not one of RequiredFields.");
        return given with { RequiredFields = required };
    }

    internal static IReadOnlyList<MemberOutcome> Outcomes(int members, IReadOnlyList<MemberOutcome>? outcomes) =>
        Rules.Copy("The list of outcomes", outcomes, members, members, (outcome, _) =>
        {
            Rules.Defined("MemberOutcome.Result", outcome.Result);
            return outcome.Reason is { Length: > Rules.MaxNote } ? outcome with { Reason = Rules.Note(outcome.Reason) } : outcome;
        });

    internal static ExportReceipt Receipt(ExportReceipt? receipt)
    {
        var given = Rules.NotNull("The receipt", receipt);
        var details = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var (name, value) in Rules.NotNull("ExportReceipt.Details", given.Details))
        {
            Rules.Require(details.Count < 100, "count", $"ExportReceipt.Details has more than 100 entries.");
            details[name] = Rules.Note(value, Rules.MaxReason) ?? "";
        }

        return new ExportReceipt(Rules.Note(given.Summary) ?? "") { Details = details };
    }
}
