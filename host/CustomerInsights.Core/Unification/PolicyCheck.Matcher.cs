using CustomerInsights.Core.Model;

namespace CustomerInsights.Core.Unification;

/// <content>The matcher.</content>
internal sealed partial class PolicyCheck
{
    private const int MostDuplicateFree = 64;

    public void Matcher()
    {
        if (policy.Matcher is not { } matcher)
        {
            return;
        }

        MatcherFields(matcher);
        if (!Enum.IsDefined(matcher.Strictness))
        {
            Error("/matcher/strictness", "Unknown strictness.", "Use cautious, balanced or eager.");
        }

        if (matcher.Bits is { } bits && !(bits is >= -5 and <= 15))
        {
            Error("/matcher/bits", $"The evidence is {Value.Of(bits)} bits; it must be -5 to 15.", "Choose 0 for even odds, more to be stricter; or leave it out and set strictness in words.");
        }

        if (!(matcher.PairsPerRecord is >= 1 and <= 200))
        {
            Error("/matcher/pairsPerRecord", $"It is {Value.Of(matcher.PairsPerRecord)}; it must be 1 to 200.", "10 suits most data.");
        }

        if (matcher.MemoryMegabytes is < MatcherPolicy.LeastMegabytes)
        {
            Error("/matcher/memoryMegabytes", $"It is {Value.Of(matcher.MemoryMegabytes.Value)}; it must be {MatcherPolicy.LeastMegabytes} or more.", "Leave it out to have what the host allows; a million records with eight fields take about 700.");
        }

        if (matcher.Country is { } country && !Linkage.Telephone.IsCountry(country))
        {
            Error("/matcher/country", $"'{country}' is no country whose telephone numbers are known.", "Use two capitals of ISO 3166 such as GB, or leave it out.");
        }

        Keys(matcher);
        DuplicateFree(matcher);
        var agreeing = new HashSet<string>(StringComparer.Ordinal);
        for (var i = 0; i < matcher.MustAgree.Count; i++)
        {
            var (name, path) = (matcher.MustAgree[i], $"/matcher/mustAgree/{i}");
            if (!agreeing.Add(name))
            {
                Error(path, $"'{name}' is there twice.", "Remove one of the two.");
            }
            else if (AttributeExists(path, name) && !IsCompared(matcher, name))
            {
                Error(path, $"'{name}' must agree and is not compared.", "Add it under fields with \"use\": true, or leave fields empty.");
            }
        }
    }

    private static bool IsCompared(MatcherPolicy matcher, string name) =>
        matcher.Fields.Count == 0 || matcher.Fields.Any(field => field.Field == name && field.Use && field.Type != Linkage.MatchFieldType.Ignored);

    private void MatcherFields(MatcherPolicy matcher)
    {
        var names = new HashSet<string>(StringComparer.Ordinal);
        for (var i = 0; i < matcher.Fields.Count; i++)
        {
            var (field, path) = (matcher.Fields[i], $"/matcher/fields/{i}");
            AttributeExists($"{path}/field", field.Field);
            if (!names.Add(field.Field))
            {
                Error($"{path}/field", $"'{field.Field}' is there twice.", "Remove one of the two.");
            }

            if (field.Type is { } type && !Enum.IsDefined(type))
            {
                Error($"{path}/type", "Unknown type of field.", "Use one of the documented types, or leave it out to have it suggested.");
            }

            Levels(field, path);
        }

        var used = matcher.Fields.Count(field => field.Use && field.Type != Linkage.MatchFieldType.Ignored);
        if (matcher.Fields.Count > 0 && used is 0 or > MatcherPolicy.MostFields)
        {
            Error("/matcher/fields", $"{used} fields are compared; it must be 1 to {MatcherPolicy.MostFields}.", "Use those that tell people apart, or leave the list empty to have them chosen.");
        }
    }

    private void DuplicateFree(MatcherPolicy matcher)
    {
        if (matcher.DuplicateFree.Count > MostDuplicateFree)
        {
            Error("/matcher/duplicateFree", $"There are {matcher.DuplicateFree.Count} streams; at most {MostDuplicateFree} can be free of duplicates.", "Name those in which a wrong merge would hurt most.");
        }

        var streams = new HashSet<string>(StringComparer.Ordinal);
        for (var i = 0; i < matcher.DuplicateFree.Count; i++)
        {
            var (stream, path) = (matcher.DuplicateFree[i], $"/matcher/duplicateFree/{i}");
            if (!streams.Add(stream))
            {
                Error(path, $"'{stream}' is there twice.", "Remove one of the two.");
            }
            else if (!_order.TryGetValue(stream, out var position))
            {
                Error(path, $"Stream '{stream}' is not among the streams of this policy{Suggest(stream, _order.Keys)}.", "Stream names are case-sensitive.");
            }
            else if (policy.Streams[position].Deduplication.Any(rule => rule.Active))
            {
                Warn(path, $"'{stream}' is said to be free of duplicates and has rules that look for them.", "What those rules join stays joined; remove one of the two if that is not meant.");
            }
        }
    }

    // A field that a stream of the policy has, with one value.
    private bool AttributeExists(string path, string name)
    {
        var fields = _order.Keys.Where(_schemas.ContainsKey).SelectMany(stream => _schemas[stream].Fields).ToList();
        var found = fields.FirstOrDefault(field => field.Name == name);
        if (found is null)
        {
            Error(path, $"No stream of this policy has a field '{name}'{Suggest(name, fields.Select(field => field.Name))}.", "Choose a mapped field; names are case-sensitive.");
        }
        else if (found.Type == DataType.TextList)
        {
            Error(path, $"'{name}' is a list; lists cannot be compared.", "Choose a field with one value.");
        }

        return found is not null;
    }
}
