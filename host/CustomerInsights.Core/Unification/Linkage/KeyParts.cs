namespace CustomerInsights.Core.Unification.Linkage;

/// <summary>The parts of keys that each type of field offers.</summary>
internal static class KeyParts
{
    /// <summary>How many parts a field offers at most.</summary>
    internal static int CountOf(MatchFieldType type) => type switch
    {
        MatchFieldType.Place or MatchFieldType.Category or MatchFieldType.Number => 1,
        MatchFieldType.GivenName or MatchFieldType.PostalCode => 2,
        MatchFieldType.FamilyName or MatchFieldType.Email or MatchFieldType.Phone or MatchFieldType.Identifier => 3,
        _ => 4,
    };

    /// <summary>The names of a type's parts, as they stand behind the field's name.</summary>
    internal static IReadOnlyList<string> NamesOf(MatchFieldType type)
    {
        var none = new MatchColumn("", new FieldReading(type), [], [""]);
        return type == MatchFieldType.Ignored ? [] : [.. Of(none, 0, FieldComparisons.Of(none)).Select(part => part.Part)];
    }

    internal static IEnumerable<KeyPart> Of(MatchColumn column, int field, FieldComparison comparison)
    {
        KeyPart Part(string name, Func<string, ulong> code, bool alone = false) => new(column.Name, name, field, id => id == 0 ? 0 : code(column.Values[id]), alone);

        switch (column.Type)
        {
            case MatchFieldType.GivenName:
                yield return Part("sound", text => Phonetic.Code(GivenName.Root(text)));
                yield return Part("first three letters", text => Start(text, 3));
                break;
            case MatchFieldType.FamilyName:
                yield return Part("value", TextHash.Of, alone: true);
                yield return Part("sound", text => Phonetic.Code(LastWord(text)));
                yield return Part("first three letters", text => Start(text, 3));
                break;
            case MatchFieldType.Date:
                yield return Part("value", TextHash.Of, alone: true);
                yield return Part("year and month", text => text.Length == 8 && text[4..6] != "00" ? Start(text, 6) : 0);
                yield return Part("month and day", text => text.Length == 8 && text[4..] is not ("0101" or "0000") ? TextHash.Of(text[4..]) : 0);
                yield return Part("year and day", text => text.Length == 8 && text[6..] is not ("01" or "00") ? TextHash.Of(text[..4] + text[6..]) : 0);
                break;
            case MatchFieldType.Email:
                yield return Part("value", TextHash.Of, alone: true);
                yield return Part("local part", text => TextHash.Of(text.Split('@')[0]), alone: true);
                yield return Part("first five letters", text => Start(text, 5));
                break;
            case MatchFieldType.Phone:
                yield return Part("last seven digits", text => text.Length >= 7 ? TextHash.Of(text[^7..]) : 0, alone: true);
                yield return Part("last four digits", text => text.Length >= 7 ? TextHash.Of(text[^4..]) : 0);
                yield return Part("first six digits", text => text[0] == '+' ? text.Length > 10 ? TextHash.Of(text.AsSpan(text.Length - 10, 6)) : 0 : text.Length >= 7 ? Start(text, 6) : 0);
                break;
            case MatchFieldType.PostalCode:
                yield return Part("value", TextHash.Of, alone: true);
                yield return Part("first three characters", text => Start(text, 3));
                break;
            case MatchFieldType.Identifier:
                yield return Part("value", TextHash.Of, alone: true);
                yield return Part("first four characters", text => Start(text, 4));
                yield return Part("last four characters", text => text.Length >= 4 ? TextHash.Of(text[^4..]) : 0);
                break;
            case MatchFieldType.FullName or MatchFieldType.Address or MatchFieldType.Text or MatchFieldType.Organization when comparison.InWords is { } words:
                yield return Part("value", TextHash.Of, alone: true);
                for (var place = 0; place < 2; place++)
                {
                    var at = place;
                    yield return new(column.Name, $"word {at + 1}", field, id => words.Telling(id).Skip(at).Select(TextHash.Of).FirstOrDefault(), true);
                }

                yield return Part("first four letters", text => Start(text, 4));
                break;
            case MatchFieldType.Place:
                yield return Part("sound", text => Phonetic.Code(text));
                break;
            case MatchFieldType.Category or MatchFieldType.Number:
                yield return Part("value", TextHash.Of);
                break;
        }
    }

    private static ulong Start(string text, int length) => text.Length >= length ? TextHash.Of(text.AsSpan(0, length)) : 0;

    private static string LastWord(string text) => text[(text.LastIndexOf(' ') + 1)..];
}
