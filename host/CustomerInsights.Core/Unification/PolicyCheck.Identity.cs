using CustomerInsights.Core.Unification.Identities;

namespace CustomerInsights.Core.Unification;

/// <content>Identifiers.</content>
internal sealed partial class PolicyCheck
{
    public void Identity()
    {
        if (policy.Identity is not { } identity)
        {
            return;
        }

        if (identity.Types.Count is 0 or > IdentityPolicy.MostTypes)
        {
            Error("/identity/types", $"There are {identity.Types.Count} types; there must be 1 to {IdentityPolicy.MostTypes}.", "Name those that may join, or leave 'types' out to have the usual ones.");
        }

        var names = new HashSet<string>(StringComparer.Ordinal);
        for (var i = 0; i < identity.Types.Count; i++)
        {
            var (type, path) = (identity.Types[i], $"/identity/types/{i}");
            if (type.Type.Length is 0 or > 100 || !type.Type.All(letter => char.IsAsciiLetterOrDigit(letter) || letter == '_'))
            {
                Error($"{path}/type", $"'{type.Type}' is no name of an identifier type.", "Use 1 to 100 letters, digits and _, such as email or user_id.");
            }
            else if (!names.Add(type.Type))
            {
                Error($"{path}/type", $"'{type.Type}' is there twice.", "Remove one of the two.");
            }

            if (type.Limit is < 1 or > 1_000_000)
            {
                Error($"{path}/limit", $"The limit is {type.Limit}; it must be 1 to 1,000,000.", "Leave it out for no bound.");
            }

            if (!Enum.IsDefined(type.Merges))
            {
                Error($"{path}/merges", "Unknown confidence.", "Use high or low.");
            }

            Blocked($"{path}/blocked", type);
        }

        if (!Enum.IsDefined(identity.UnknownVisitors))
        {
            Error("/identity/unknownVisitors", "Unknown choice.", "Use fold or keep.");
        }

        if (IdentityPolicy.Duration(identity.UnknownExpireAfter) is null)
        {
            Error("/identity/unknownExpireAfter", $"'{identity.UnknownExpireAfter}' is no time from a minute to ten years.", "Use a number with m, h or d, such as 7d.");
        }

        Unnamed(identity);
    }

    private void Blocked(string path, IdentifierPolicy type)
    {
        if (type.Blocked.Count > IdentityPolicy.MostBlocked)
        {
            Error(path, $"There are {type.Blocked.Count} values; at most {IdentityPolicy.MostBlocked} are allowed.", "Use a pattern such as ^test.*$ for many values.");
            return;
        }

        for (var i = 0; i < type.Blocked.Count; i++)
        {
            var text = type.Blocked[i];
            if (text.Length is 0 or > IdentityPolicy.MostPattern)
            {
                Error($"{path}/{i}", $"The value has {text.Length} characters; it must have 1 to {IdentityPolicy.MostPattern}.", "Shorten or remove it.");
            }
            else if (IdentityRules.IsPattern(text))
            {
                try
                {
                    _ = IdentityRules.Pattern(text);
                }
                catch (Exception error) when (error is ArgumentException or NotSupportedException)
                {
                    Error($"{path}/{i}", $"'{text}' is no pattern that can be used: {error.Message}", "Use a plain regular expression; it cannot look back or ahead.");
                }
            }
        }
    }

    // A default may name what this data does not have; only a type that somebody wrote is worth a word.
    private void Unnamed(IdentityPolicy identity)
    {
        var known = schemas.Where(schema => _order.ContainsKey(schema.Name)).SelectMany(schema => schema.Fields)
            .Select(field => Identifier.TypeOf(field.Name, field.Semantic)).OfType<string>()
            .Concat(new IdentityPolicy().Types.Select(type => type.Type)).ToHashSet(StringComparer.Ordinal);
        for (var i = 0; i < identity.Types.Count; i++)
        {
            if (!known.Contains(identity.Types[i].Type))
            {
                Warn($"/identity/types/{i}/type", $"No stream has an identifier '{identity.Types[i].Type}'{Suggest(identity.Types[i].Type, known)}.", "Give an attribute the semantic type identity." + identity.Types[i].Type + ", or remove the type.");
            }
        }
    }
}
