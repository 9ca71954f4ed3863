namespace CustomerInsights.Samples.Generator;

/// <summary>Names that go together, and where such people live.</summary>
/// <param name="First">Given names.</param>
/// <param name="Last">Family names.</param>
/// <param name="Towns">Home towns: country, telephone prefix, town, first digits of the postal code.</param>
/// <param name="Weight">How many of a hundred people.</param>
internal sealed record Culture(string[] First, string[] Last, Town[] Towns, int Weight);

/// <summary>A town.</summary>
internal sealed record Town(string Country, string Prefix, string Name, string Postal);

/// <summary>The lists that people are made of. All of them were written for this sample.</summary>
internal static class Names
{
    private static readonly Town[] British = [new("GB", "44", "Leeds", "LS"), new("GB", "44", "Bristol", "BS"), new("GB", "44", "Cardiff", "CF"), new("IE", "353", "Cork", "T")];
    private static readonly Town[] German = [new("DE", "49", "Köln", "506"), new("DE", "49", "Dresden", "010"), new("DE", "49", "München", "803"), new("AT", "43", "Graz", "80")];
    private static readonly Town[] French = [new("FR", "33", "Nantes", "440"), new("FR", "33", "Besançon", "250"), new("BE", "32", "Liège", "40"), new("FR", "33", "Orléans", "450")];
    private static readonly Town[] Iberian = [new("ES", "34", "Málaga", "290"), new("ES", "34", "Zaragoza", "500"), new("PT", "351", "Évora", "70"), new("ES", "34", "León", "240")];
    private static readonly Town[] Northern = [new("SE", "46", "Göteborg", "411"), new("NO", "47", "Tromsø", "90"), new("DK", "45", "Aarhus", "80"), new("SE", "46", "Umeå", "903")];
    private static readonly Town[] Polish = [new("PL", "48", "Kraków", "30"), new("PL", "48", "Łódź", "90"), new("PL", "48", "Gdańsk", "80")];

    public static readonly Culture[] Cultures =
    [
        new(["Abigail", "Arthur", "Beatrice", "Benjamin", "Charlotte", "Christopher", "Deborah", "Edward", "Elizabeth", "Florence", "Frederick", "Gareth", "Harriet", "Isobel", "Jonathan", "Katherine", "Leonard", "Margaret", "Matthew", "Nicholas", "Olivia", "Patricia", "Robert", "Samuel", "Thomas", "Victoria", "William"],
            ["Ashdown", "Barrowcliffe", "Calloway", "Dunmore", "Eastwick", "Fairbairn", "Goldsworthy", "Hathersage", "Inglethorpe", "Jessop", "Kettlewell", "Longbottom", "Merriweather", "Nettleton", "O'Rourke", "Pemberton", "Quigley", "Ravensworth", "Smith-Hale", "Thistlewood", "Underhill", "Winterbourne", "Yardley"],
            British, 30),
        new(["Anneliese", "Bernd", "Cornelia", "Dietmar", "Elfriede", "Friedrich", "Gudrun", "Heinrich", "Ingeborg", "Jürgen", "Käthe", "Lukas", "Mareike", "Norbert", "Ottilie", "Philipp", "Roswitha", "Sören", "Tobias", "Ulrike", "Wolfgang"],
            ["Achterberg", "Birkenfeld", "Cramer", "Dornbusch", "Eichhorn", "Fröhlich", "Grünwald", "Hölzl", "Jäger", "Kaltenbach", "Lindenmeyer", "Möhring", "Niederstraßer", "Overbeck", "Pfannenstiel", "Rosenthal", "Schönfeld", "Tiefenthal", "Vogelsang", "Weißmüller"],
            German, 20),
        new(["Amélie", "Baptiste", "Célestine", "Damien", "Éloïse", "Fabrice", "Geneviève", "Hélène", "Isabelle", "Jérôme", "Laëtitia", "Mathéo", "Noémie", "Océane", "Pascal", "Rémi", "Solène", "Théodore", "Valérie", "Yannick"],
            ["Aubertin", "Beauchêne", "Charpentier", "Delacourt", "Évrard", "Fontenelle", "Garnier-Roche", "Hautecœur", "Jacquemin", "Lefèvre", "Montclair", "Nivelle", "Perrault", "Rousseau", "Saint-Clair", "Thibault", "Vaillancourt"],
            French, 14),
        new(["Alejandra", "Beatriz", "Catarina", "Diego", "Esperanza", "Fernando", "Guillermo", "Inês", "Joaquín", "Leticia", "Montserrat", "Nuño", "Paloma", "Rodrigo", "Soledad", "Tomás", "Ximena"],
            ["Albuquerque", "Barrientos", "Castañeda", "Domínguez", "Echeverría", "Figueroa", "Gonçalves", "Hinojosa", "Ibáñez", "Lozano", "Montenegro", "Núñez", "Peñalver", "Quintanilla", "Sepúlveda", "Villanueva"],
            Iberian, 12),
        new(["Agnetha", "Bjørn", "Dagny", "Eirik", "Freja", "Gunnar", "Håkon", "Ingrid", "Jørgen", "Kjersti", "Linnéa", "Magnus", "Øystein", "Ragnhild", "Sigrid", "Torbjörn", "Åse"],
            ["Ahlgren", "Bergström", "Dalgaard", "Ekelund", "Fossheim", "Grønlund", "Hallström", "Iversen", "Kvist", "Lindqvist", "Mørk", "Nygård", "Østergaard", "Rosengren", "Sjöberg", "Tveit"],
            Northern, 10),
        new(["Agnieszka", "Bartłomiej", "Czesław", "Dorota", "Elżbieta", "Grzegorz", "Jadwiga", "Kazimierz", "Łucja", "Małgorzata", "Przemysław", "Stanisława", "Wojciech", "Zbigniew"],
            ["Adamczyk", "Borkowska", "Chmielewska", "Dąbrowska", "Gołębiowska", "Jabłońska", "Kwiatkowska", "Malinowska", "Nowakowska", "Piotrowska", "Sikorska", "Wójtowicz"],
            Polish, 8),
        new(["Aarav", "Bảo", "Chiamaka", "Deniz", "Emeka", "Farida", "Gulnara", "Haruto", "Ibrahim", "Jia", "Kwame", "Lakshmi", "Mehmet", "Ngọc", "Oluwaseun", "Priya", "Rashid", "Shreya", "Tariq", "Yasmin"],
            ["Adeyemi", "Bhattacharya", "Chukwu", "Demirel", "Eze", "Fujimoto", "Ghorbani", "Haddad", "Iyer", "Khalil", "Mukherjee", "Nakagawa", "Okonkwo", "Phạm", "Rahimi", "Subramaniam", "Trần", "Yıldız"],
            [.. British, .. German, .. French, .. Northern], 6),
    ];

    /// <summary>People whose names are not written in Latin letters, with the spelling that the shop's till makes of them.</summary>
    public static readonly (string First, string Last, string LatinFirst, string LatinLast)[] OtherScripts =
    [
        ("Дарья", "Соколова", "Darya", "Sokolova"),
        ("Ελένη", "Παπαδοπούλου", "Eleni", "Papadopoulou"),
        ("美咲", "佐藤", "Misaki", "Sato"),
        ("ليلى", "الحداد", "Layla", "Al-Haddad"),
        ("דניאל", "לוי", "Daniel", "Levi"),
        ("अनन्या", "शर्मा", "Ananya", "Sharma"),
        ("민준", "김", "Minjun", "Kim"),
        ("Олександр", "Ткаченко", "Oleksandr", "Tkachenko"),
    ];

    /// <summary>Short forms that people use in a shop.</summary>
    public static readonly Dictionary<string, string> ShortForms = new(StringComparer.Ordinal)
    {
        ["Abigail"] = "Abby",
        ["Benjamin"] = "Ben",
        ["Christopher"] = "Chris",
        ["Deborah"] = "Debbie",
        ["Edward"] = "Ted",
        ["Elizabeth"] = "Liz",
        ["Frederick"] = "Fred",
        ["Katherine"] = "Kathy",
        ["Leonard"] = "Len",
        ["Margaret"] = "Peggy",
        ["Matthew"] = "Matt",
        ["Nicholas"] = "Nick",
        ["Patricia"] = "Trish",
        ["Robert"] = "Bob",
        ["Samuel"] = "Sam",
        ["Thomas"] = "Tom",
        ["Victoria"] = "Vicky",
        ["William"] = "Bill",
    };

    public static readonly string[] Streets =
    [
        "Alder Lane", "Beacon Road", "Bergweg", "Calle del Olmo", "Chandler Street", "Dockside Avenue", "Elm Court", "Fjordgata", "Gartenstraße", "Harbour Street", "Kastanienallee",
        "Larkspur Lane", "Lindenweg", "Mill Road", "Orchard Avenue", "Parkgatan", "Place du Marché", "Quarry Hill", "Rua das Flores", "Rue des Lilas", "Schulstraße", "Station Road", "Tanner's Row",
        "ulica Polna", "Vineyard Close", "Weavers Court", "Willow Drive",
    ];

    public static readonly string[] MailDomains = ["example.com", "example.org", "example.net", "mail.example", "post.example"];

    /// <summary>Product areas of the shop; also the sections of its web site.</summary>
    public static readonly string[] Categories = ["tents", "boots", "rainwear", "backpacks", "stoves", "lamps", "climbing", "kids"];

    public static readonly string[] Campaigns = ["spring-trails", "summer-camp", "rainy-days", "winter-warm", "boot-care", "club-news"];
}
