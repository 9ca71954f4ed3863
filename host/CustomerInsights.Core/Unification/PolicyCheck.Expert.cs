using CustomerInsights.Core.Unification.Linkage;

namespace CustomerInsights.Core.Unification;

/// <content>Levels and keys that an expert wrote.</content>
internal sealed partial class PolicyCheck
{
    private void Levels(MatcherField field, string path)
    {
        if (field.Levels is not { } levels)
        {
            return;
        }

        if (field.Type is not { } type)
        {
            Error($"{path}/type", $"'{field.Field}' has levels and no type; levels are those of a type.", "Set type, as the suggestion has it, or leave levels out.");
            return;
        }

        foreach (var (place, message, remedy) in MatchLevels.Problems(type, levels))
        {
            Error($"{path}/levels{place}", message, remedy);
        }
    }

    private void Keys(MatcherPolicy matcher)
    {
        if (!Enum.IsDefined(matcher.KeyUse))
        {
            Error("/matcher/keyUse", "Unknown use of keys.", "Use auto, add or only.");
        }
        else if (matcher.KeyUse == MatchKeyUse.Only && matcher.Keys.Count == 0)
        {
            Error("/matcher/keyUse", "Only written keys are to be used, and none is written: nothing would be compared.", "Write keys, or set keyUse to auto.");
        }
        else if (matcher.KeyUse == MatchKeyUse.Auto && matcher.Keys.Count > 0)
        {
            Warn("/matcher/keyUse", $"{matcher.Keys.Count} keys are written and not used, since keyUse is auto.", "Set keyUse to add or only, or remove the keys.");
        }

        if (matcher.Keys.Count > MatchKeys.Most)
        {
            Error("/matcher/keys", $"There are {matcher.Keys.Count} keys; at most {MatchKeys.Most} can be written.", "Keep those that find most.");
        }

        var seen = new HashSet<string>(StringComparer.Ordinal);
        for (var i = 0; i < matcher.Keys.Count; i++)
        {
            var (parts, path) = (matcher.Keys[i].Parts, $"/matcher/keys/{i}");
            if (parts.Count is 0 or > MatchKeys.MostParts)
            {
                Error($"{path}/parts", $"The key has {parts.Count} parts; it must have 1 or {MatchKeys.MostParts}.", "Name what two records must share to be compared.");
            }
            else if (parts.Count == MatchKeys.MostParts && parts[0] == parts[1])
            {
                Error($"{path}/parts/1", "The key has this part twice.", "Remove one of the two, or choose a part of another field.");
            }
            else if (!seen.Add(string.Join('\n', parts.Select(part => $"{part.Field}\t{part.Part}").Order(StringComparer.Ordinal))))
            {
                Error(path, "The same key is there twice.", "Remove one of the two.");
            }

            for (var p = 0; p < parts.Count; p++)
            {
                Part(matcher, parts[p], $"{path}/parts/{p}");
            }
        }
    }

    private void Part(MatcherPolicy matcher, MatchKeyPart part, string path)
    {
        if (!AttributeExists($"{path}/field", part.Field))
        {
            return;
        }

        if (!IsCompared(matcher, part.Field))
        {
            Error($"{path}/field", $"'{part.Field}' is in a key and is not compared.", "Add it under fields with \"use\": true, or leave fields empty.");
            return;
        }

        // A type that is suggested is not known before the records are looked at: then any type's parts will do.
        var type = matcher.Fields.FirstOrDefault(field => field.Field == part.Field)?.Type;
        var allowed = (type is { } own ? [own] : Enum.GetValues<MatchFieldType>()).SelectMany(MatchKeys.PartsOf).Distinct(StringComparer.Ordinal).ToList();
        if (!allowed.Contains(part.Part))
        {
            Error($"{path}/part", $"'{part.Field}' has no part '{part.Part}'{Suggest(part.Part, allowed)}.", $"Use one of {string.Join(", ", allowed)}.");
        }
    }
}
