using System.Globalization;

namespace CustomerInsights.Bench.Unify;

/// <summary>Sets of things that are no people: restaurants, citations, products.</summary>
internal static class ThingSets
{
    private static readonly string[] s_words =
        "adaptive analysis approach balanced bounded cache cluster complete concurrent control cost data database deductive design distributed dynamic efficient engine evaluation fast federated framework graph heterogeneous incremental index integration join language large learning logic management memory mining model network object online optimization parallel performance pattern prediction process query random recovery relational replication sampling scalable schema secure semantic sequence service spatial storage stream structure system temporal theory transaction tree updates views warehouse web workflow xml".Split(' ');

    private static readonly string[] s_kinds = "camera printer laptop monitor speaker headphones router keyboard phone television projector scanner charger dishwasher refrigerator".Split(' ');
    private static readonly string[] s_makers = "Altera Bexon Cordia Delvo Electra Fennor Gravis Hitomi Inova Juno Kestrel Lumix".Split(' ');

    /// <summary>Two guides of the same town and a hundred houses that stand in both, under names and addresses of another wording.</summary>
    public static GeneratedSet Restaurants(Dice dice)
    {
        var set = new GeneratedSet("restaurants", ["name", "address", "city", "phone", "cuisine"]);
        string[] streets = ["Main", "Oak", "Sunset", "Ocean", "Park", "Broad", "Hill", "Lake", "Mill", "Spring", "River", "Church"];
        string[] kinds = ["Street", "Avenue", "Boulevard", "Drive", "Road"];
        string[] brief = ["St.", "Ave.", "Blvd.", "Dr.", "Rd."];
        string[] heads = ["Cafe", "Chez", "The", "La", "Il", "Casa", "Bistro", "Little"];
        string[] tails = ["Grill", "House", "Kitchen", "Garden", "Bar", "Palace", "Room", ""];
        for (var house = 0; house < 750; house++)
        {
            var (head, tail, kind, number, north) = (dice.Of(heads), dice.Of(tails), dice.Below(5), 1 + dice.Below(9000), dice.OneIn(3));
            var (own, street) = (dice.Often(NameStock.English.Family), dice.Of(streets));
            var (city, area, line, cuisine) = (dice.Often(NameStock.English.Cities), dice.Of(["212", "310", "213", "415"]), dice.Digits(7), dice.Of(["italian", "french", "american", "japanese", "mexican", "steakhouse"]));
            set.Add(house, $"{head} {own} {tail}".Trim(), $"{number} {(north ? "North " : "")}{street} {kinds[kind]}", city, $"{area}/{line[..3]}-{line[3..]}", cuisine);
            if (house % 7 == 0)
            {
                var name = dice.Below(4) switch { 0 => own, 1 => $"{own} {tail}".Trim(), 2 => $"{head} {dice.Slip(own)} {tail}".Trim(), _ => $"{head} {own} {tail} Restaurant" };
                set.Add(house, name, $"{number} {(north ? "N. " : "")}{street} {brief[kind]}{(dice.OneIn(5) ? " at 2nd" : "")}", dice.OneIn(4) ? city + " City" : city, dice.OneIn(12) ? "" : $"({area}) {line[..3]} {line[3..]}", dice.OneIn(2) ? cuisine : "international");
            }
        }

        return set;
    }

    /// <summary>Papers in two libraries: initials or whole names, venues long or short, titles with slips.</summary>
    public static GeneratedSet Citations(Dice dice)
    {
        var set = new GeneratedSet("citations", ["title", "authors", "venue", "year"]);
        (string Long, string Short)[] venues = [("International Conference on Management of Data", "SIGMOD"), ("Very Large Data Bases", "VLDB"), ("Transactions on Database Systems", "TODS"), ("SIGMOD Record", "SIGMOD Rec."), ("The VLDB Journal", "VLDB J.")];
        for (var paper = 0; paper < 3000; paper++)
        {
            var title = string.Join(' ', Enumerable.Range(0, 4 + dice.Below(6)).Select(_ => dice.Often(s_words)));
            var authors = Enumerable.Range(0, 1 + dice.Below(4)).Select(_ => (Given: NameStock.First(dice.Of(NameStock.English.Given)), Family: dice.Often(NameStock.English.Family))).ToList();
            var (venue, year) = (dice.Of(venues), 1994 + dice.Below(10));
            if (paper % 4 != 1)
            {
                set.Add(paper, title, string.Join(", ", authors.Select(one => $"{one.Given} {one.Family}")), venue.Long, Text(year));
            }

            if (paper % 4 != 0)
            {
                var written = dice.OneIn(4) ? dice.Slip(title) : dice.OneIn(8) ? string.Join(' ', title.Split(' ').SkipLast(1)) : title;
                set.Add(paper, written, string.Join(", ", authors.Select(one => dice.OneIn(2) ? $"{one.Given[0]} {one.Family}" : $"{one.Given} {one.Family}").Take(dice.OneIn(6) ? 1 : 9)), dice.OneIn(8) ? "" : venue.Short, dice.OneIn(10) ? "" : Text(year));
            }
        }

        return set;
    }

    /// <summary>Articles of two shops: the second words them its own way, leaves things out and asks another price.</summary>
    public static GeneratedSet Products(Dice dice)
    {
        var set = new GeneratedSet("products", ["name", "description", "price", "manufacturer"]);
        string[] colours = ["black", "white", "silver", "red", "blue"];
        string[] traits = "wireless compact portable digital stereo ultra slim professional stainless rechargeable waterproof energy saving widescreen remote control bluetooth dual zoom optical inch kit series pack bundle".Split(' ');
        for (var article = 0; article < 1500; article++)
        {
            // Kinds come in series: the neighbours differ in one digit of the model and in colour.
            var (maker, kind, colour) = (s_makers[article / 5 % s_makers.Length], s_kinds[article / 5 % s_kinds.Length], dice.Of(colours));
            var model = $"{(char)('A' + (article / 5 % 26))}{(char)('A' + (article / 130 % 26))}{(char)('C' + (article / 5 % 11))}{(article / 5 * 37 % 90) + 10}{article % 5}";
            var (price, words) = (20 + dice.Below(900), Enumerable.Range(0, 4 + dice.Below(5)).Select(_ => dice.Of(traits)).ToList());
            if (article % 5 != 4)
            {
                set.Add(article, $"{maker} {colour} {kind} - {model}", $"{maker} {kind} {model}/ {string.Join(' ', words)}/ {colour} finish", $"${price}.00", maker);
            }

            if (article % 5 != 0)
            {
                var other = dice.Shuffled(words).Take(2 + dice.Below(3));
                var spelled = dice.OneIn(3) ? $"{model[..3]}-{model[3..]}" : model;
                set.Add(article, dice.OneIn(6) ? $"{maker} {string.Join(' ', other)} {kind}" : $"{maker} {spelled} {dice.Of(traits)} {kind} {(dice.OneIn(2) ? $"({colour})" : "")}".Trim(), dice.OneIn(3) ? "" : $"{string.Join(' ', other)} {kind}", dice.OneIn(4) ? "" : Text(price * (90 + dice.Below(20)) / 100), dice.OneIn(3) ? "" : $"{maker} Inc.");
            }
        }

        return set;
    }

    /// <summary>Names of articles, each followed by itself in another order and with a slip.</summary>
    public static string[] Articles(Dice dice, int count) =>
    [
        .. Enumerable.Range(0, count / 2).SelectMany(i =>
        {
            var name = $"{s_makers[i % s_makers.Length]} {s_kinds[i % s_kinds.Length]} AX{i} {string.Join(' ', Enumerable.Range(0, 3).Select(_ => dice.Of(s_words)))}".ToLowerInvariant();
            return new[] { name, dice.Slip(string.Join(' ', dice.Shuffled(name.Split(' ')))) };
        }),
    ];

    private static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);
}
