using CustomerInsights.Core.Model;
using CustomerInsights.Core.Unification.Linkage;

namespace CustomerInsights.Core.Unification;

/// <summary>What to do with one field, and why.</summary>
/// <param name="Field">Name of the field.</param>
/// <param name="Type">What its values are; ignored when it should not be compared.</param>
/// <param name="Why">A sentence.</param>
public sealed record SuggestedField(string Field, MatchFieldType Type, string Why);

/// <summary>Chooses the fields that the matcher compares: by what the fields mean, and where nobody said that, by their names and values.</summary>
public static class MatcherSuggestion
{
    private static readonly Dictionary<string, MatchFieldType> s_semantics = new(StringComparer.Ordinal)
    {
        ["person.first_name"] = MatchFieldType.GivenName,
        ["person.last_name"] = MatchFieldType.FamilyName,
        ["person.full_name"] = MatchFieldType.FullName,
        ["person.birth_date"] = MatchFieldType.Date,
        ["person.gender"] = MatchFieldType.Category,
        ["organization.name"] = MatchFieldType.Organization,
        ["contact.email"] = MatchFieldType.Email,
        ["contact.phone"] = MatchFieldType.Phone,
        ["address.street"] = MatchFieldType.Address,
        ["address.postal_code"] = MatchFieldType.PostalCode,
        ["address.city"] = MatchFieldType.Place,
        ["address.state"] = MatchFieldType.Category,
        ["address.country"] = MatchFieldType.Category,
        ["location.postal_code"] = MatchFieldType.PostalCode,
        ["location.city"] = MatchFieldType.Place,
        ["location.state"] = MatchFieldType.Category,
        ["location.country"] = MatchFieldType.Category,
    };

    /// <summary>The meaning of a field that holds whole names.</summary>
    internal const string WholeName = "person.full_name";

    private static readonly string[] s_birth = ["birth", "born", "dob"];

    /// <summary>Suggests what to do with each field.</summary>
    /// <param name="streams">The streams with some of their records, 2,000 each are plenty; more than that is looked at no further. Without records the meaning alone decides.</param>
    /// <returns>Every field that a stream has, in order of its first stream; at most <see cref="MatcherPolicy.MostFields"/> are not ignored.</returns>
    public static IReadOnlyList<SuggestedField> Of(IReadOnlyList<SourceStream> streams)
    {
        ArgumentNullException.ThrowIfNull(streams);
        const int Sampled = 2000;
        var fields = streams.SelectMany(stream => stream.Schema.Fields).GroupBy(field => field.Name, StringComparer.Ordinal).Select(group => group.First() with { Semantic = group.Select(field => field.Semantic).FirstOrDefault(semantic => semantic is not null) }).ToList();
        var samples = fields.Select(_ => new List<string>()).ToArray();
        foreach (var stream in streams)
        {
            var places = fields.Select(field => stream.Schema.Fields.Select((own, i) => (own.Name, i)).Where(own => own.Name == field.Name).Select(own => own.i).DefaultIfEmpty(-1).First()).ToArray();
            foreach (var node in stream.Nodes.OrderBy(node => node.Id).Take(Sampled))
            {
                for (var i = 0; i < places.Length; i++)
                {
                    samples[i].Add(places[i] < 0 ? "" : node.Values[places[i]].ToString());
                }
            }
        }

        var guessed = FieldGuess.Of([.. fields.Select(field => field.Name)], samples);
        var suggested = fields.Select((field, i) => Of(field, guessed[i], samples[i], streams)).ToList();
        var used = 0;
        return
        [
            .. suggested.Select((one, i) => one.Type == MatchFieldType.FullName && fields[i].Semantic == WholeName && IsSomewhere(MatchFieldType.GivenName) && IsSomewhere(MatchFieldType.FamilyName)
                    ? one with { Type = MatchFieldType.Ignored, Why = $"'{one.Field}' is taken apart into given and family name where a stream has only that." }
                    : one.Type == MatchFieldType.FullName && HasParts(one.Field, suggested, streams)
                    ? one with { Type = MatchFieldType.Ignored, Why = $"'{one.Field}' is made of given and family name, which every stream that has it compares already." }
                    : one)
                .Select(one => one.Type != MatchFieldType.Ignored && ++used > MatcherPolicy.MostFields
                    ? one with { Type = MatchFieldType.Ignored, Why = $"{MatcherPolicy.MostFields} fields before '{one.Field}' are compared, and more are not possible." }
                    : one),
        ];

        bool IsSomewhere(MatchFieldType type) => suggested.Exists(one => one.Type == type);
    }

    /// <summary>The suggestion as the matcher's part of a policy, every field named.</summary>
    /// <param name="fields">What <see cref="Of(IReadOnlyList{SourceStream})"/> gave.</param>
    /// <param name="withLevels">Whether the levels of each field are written out, for an expert to change them; as they are they change nothing.</param>
    /// <returns>Fields that are ignored are left out.</returns>
    public static MatcherPolicy Policy(IReadOnlyList<SuggestedField> fields, bool withLevels = false) => new()
    {
        Fields =
        [
            .. fields.Where(field => field.Type != MatchFieldType.Ignored)
                .Select(field => new MatcherField { Field = field.Field, Type = field.Type, Levels = withLevels ? MatchLevels.DefaultOf(field.Type) : null }),
        ],
    };

    /// <summary>The keys that would be chosen from some records, for an expert to begin with. With more records others may be better.</summary>
    /// <param name="matcher">The matcher's part of a policy.</param>
    /// <param name="streams">The streams with some of their records, in order of match.</param>
    /// <param name="cancellationToken">Looked at several times a second.</param>
    /// <returns>The keys with their cost among these records, those that find most first.</returns>
    public static IReadOnlyList<KeyBill> Keys(MatcherPolicy matcher, IReadOnlyList<SourceStream> streams, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(streams);
        var policy = new UnificationPolicy { Streams = [.. streams.Select(stream => new StreamPolicy { Stream = stream.Schema.Name })], Matcher = matcher };
        return Unifier.Unify(policy, new UnificationInput { Streams = streams }, cancellationToken: cancellationToken).Matcher?.Keys ?? [];
    }

    private static SuggestedField Of(StreamField field, MatchFieldType guessed, List<string> sample, IReadOnlyList<SourceStream> streams)
    {
        SuggestedField Ignore(string why) => new(field.Name, MatchFieldType.Ignored, $"'{field.Name}' is not compared: {why}");
        if (field.Type == DataType.TextList)
        {
            return Ignore("a list has no one value.");
        }

        if (sample.Count > 0 && sample.TrueForAll(text => text.Length == 0))
        {
            return Ignore("no record that was looked at has a value.");
        }

        var byMeaning = field.Semantic is null ? null
            : s_semantics.TryGetValue(field.Semantic, out var known) ? known
            : IsIdentity(field.Semantic) ? MatchFieldType.Identifier : (MatchFieldType?)MatchFieldType.Ignored;
        if (byMeaning == MatchFieldType.Ignored)
        {
            return Ignore($"{field.Semantic} does not say who somebody is.");
        }

        // Most days in a source tell when something happened there: "customer since" differs between two records of one person.
        if (byMeaning is null && (field.Type is DataType.Date or DataType.Time || guessed == MatchFieldType.Date) && !Array.Exists(s_birth, word => field.Name.Contains(word, StringComparison.OrdinalIgnoreCase)))
        {
            return Ignore("its name does not say that it is a day of birth, and other days seldom say who somebody is.");
        }

        var type = byMeaning ?? guessed;
        if (type == MatchFieldType.Identifier && !Recurs(field.Name, sample, streams))
        {
            return Ignore("one stream has it, and each record has a value of its own, so that it would only tell records apart.");
        }

        return type == MatchFieldType.Ignored ? Ignore("by its name and values it says nothing about who somebody is, or repeats other fields.")
            : new(field.Name, type, byMeaning is null ? $"By its name and values '{field.Name}' is {Words(type)}." : $"'{field.Name}' is {Words(type)}: its semantic type is {field.Semantic}.");
    }

    private static bool IsIdentity(string semantic) => semantic == "identity" || semantic.StartsWith("identity.", StringComparison.Ordinal);

    private static bool Recurs(string field, List<string> sample, IReadOnlyList<SourceStream> streams)
    {
        var filled = sample.Where(text => text.Length > 0).ToList();
        return filled.Distinct(StringComparer.Ordinal).Count() < filled.Count || streams.Count(stream => stream.Schema.Fields.Any(own => own.Name == field)) > 1;
    }

    private static bool HasParts(string field, List<SuggestedField> all, IReadOnlyList<SourceStream> streams)
    {
        bool Has(SourceStream stream, MatchFieldType type) => stream.Schema.Fields.Any(own => all.Exists(one => one.Field == own.Name && one.Type == type));
        return streams.Where(stream => stream.Schema.Fields.Any(own => own.Name == field)).All(stream => Has(stream, MatchFieldType.GivenName) && Has(stream, MatchFieldType.FamilyName));
    }

    private static string Words(MatchFieldType type) => type switch
    {
        MatchFieldType.GivenName => "a given name",
        MatchFieldType.FamilyName => "a family name",
        MatchFieldType.FullName => "a whole name",
        MatchFieldType.Date => "a day that stays with a person",
        MatchFieldType.Email => "an e-mail address",
        MatchFieldType.Phone => "a telephone number",
        MatchFieldType.Address => "an address",
        MatchFieldType.PostalCode => "a postal code",
        MatchFieldType.Place => "a place",
        MatchFieldType.Category => "one of few words",
        MatchFieldType.Identifier => "a number or code that names one thing",
        MatchFieldType.Number => "a quantity",
        MatchFieldType.Organization => "the name of an organisation",
        _ => "free text",
    };
}
