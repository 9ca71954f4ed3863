using System.Collections.Frozen;

namespace CustomerInsights.Core.Unification.Linkage;

/// <summary>Countries as people write them. A name that is not here says nothing; a code of two letters always counts.</summary>
internal static class Countries
{
    // Alpha-2, alpha-3, then names: English, its own, German.
    private const string Rows = """
        AE ARE united arab emirates/uae
        AR ARG argentina/argentinien
        AT AUT austria/osterreich/oesterreich
        AU AUS australia/australien
        BE BEL belgium/belgie/belgique/belgien
        BG BGR bulgaria/bulgarien
        BR BRA brazil/brasil/brasilien
        CA CAN canada/kanada
        CH CHE switzerland/schweiz/suisse/svizzera
        CL CHL chile
        CN CHN china/people s republic of china
        CO COL colombia/kolumbien
        CY CYP cyprus/zypern
        CZ CZE czech republic/czechia/cesko/ceska republika/tschechien
        DE DEU germany/deutschland/ger
        DK DNK denmark/danmark/danemark
        EE EST estonia/eesti/estland
        EG EGY egypt/agypten
        ES ESP spain/espana/spanien
        FI FIN finland/suomi/finnland
        FR FRA france/frankreich
        GB GBR united kingdom/uk/great britain/britain/england/scotland/wales/northern ireland/grossbritannien
        GR GRC greece/ellada/griechenland
        HK HKG hong kong
        HR HRV croatia/hrvatska/kroatien
        HU HUN hungary/magyarorszag/ungarn
        ID IDN indonesia/indonesien
        IE IRL ireland/republic of ireland/eire/irland
        IL ISR israel
        IN IND india/bharat/indien
        IS ISL iceland/island
        IT ITA italy/italia/italien
        JP JPN japan/nippon
        KE KEN kenya/kenia
        KR KOR south korea/korea/republic of korea/sudkorea
        LT LTU lithuania/lietuva/litauen
        LU LUX luxembourg/luxemburg
        LV LVA latvia/latvija/lettland
        MA MAR morocco/maroc/marokko
        MT MLT malta
        MX MEX mexico/mexiko
        MY MYS malaysia
        NG NGA nigeria
        NL NLD netherlands/the netherlands/holland/nederland/niederlande
        NO NOR norway/norge/norwegen
        NZ NZL new zealand/neuseeland
        PE PER peru
        PH PHL philippines/philippinen
        PK PAK pakistan
        PL POL poland/polska/polen
        PT PRT portugal
        RO ROU romania/rumanien
        RS SRB serbia/srbija/serbien
        RU RUS russia/russian federation/rossiya/russland
        SA SAU saudi arabia/saudi arabien
        SE SWE sweden/sverige/schweden
        SG SGP singapore/singapur
        SI SVN slovenia/slovenija/slowenien
        SK SVK slovakia/slovensko/slowakei
        TH THA thailand
        TR TUR turkey/turkiye/turkei
        TW TWN taiwan
        UA UKR ukraine/ukraina
        US USA united states/united states of america/america/vereinigte staaten
        VN VNM vietnam/viet nam
        ZA ZAF south africa/sudafrika
        """;

    private static readonly FrozenDictionary<string, string> s_codes = Rows.Split('\n').Select(row => row.Trim().Split(' ', 3))
        .SelectMany(row => row[2].Split('/').Append(FieldText.Words(row[1])).Select(name => (name, code: row[0])))
        .ToFrozenDictionary(one => one.name, one => one.code, StringComparer.Ordinal);

    private static readonly FrozenSet<string> s_fields = new[] { "country", "countrycode", "countryname", "countryorregion", "nation", "land", "pays", "pais" }.ToFrozenSet(StringComparer.Ordinal);

    /// <summary>The code (ISO 3166 alpha-2) of a country that is named or given by a code; null for what is none.</summary>
    internal static string? Code(ReadOnlySpan<char> text)
    {
        if (text.Length == 0)
        {
            return null;
        }

        var words = FieldText.Words(text.ToString());
        return s_codes.TryGetValue(words, out var code) ? code
            : words.Length == 2 && words.ToUpperInvariant() is var two && Telephone.IsCountry(two) ? two
            : null;
    }

    /// <summary>Whether a field of this name holds countries.</summary>
    internal static bool IsField(string name) => s_fields.Contains(FieldText.Words(name).Replace(" ", "", StringComparison.Ordinal));
}
