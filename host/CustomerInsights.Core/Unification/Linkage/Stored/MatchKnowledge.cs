namespace CustomerInsights.Core.Unification.Linkage.Stored;

/// <summary>
/// What this version makes of values, as one number: normal forms, parts of keys and levels of made-up samples of each type. A model that was learnt by a version
/// which made something else of them would be applied to what it was not learnt from.
/// </summary>
internal static class MatchKnowledge
{
    private static readonly string[] s_samples =
    [
        "Anna", "Dr. Annika Müller-Lüdenscheidt", "Bob", "Robert", "O'Brien, Seán Jr.", "van der Berg", "Юлия Иванова", "Γιώργος", "山田太郎", "J.", "Smith", "Smyth",
        "1971-06-24", "24.06.1971", "6/24/71", "24 June 1971", "1971-01-01", "1972-06-24", "1971", "9999-12-31",
        "Ann.Smith+shop@GMAIL.com", "annsmith@gmail.com", "ann@example.org", "nobody",
        "+44 (0)20 7946 0958 x12", "020 7946 0958", "+1 425 555 0100", "4255550100", "123",
        "12 Main St., Flat 3", "12 Main Street", "14 Hauptstraße", "Hauptstr. 14", "PO Box 99", "TQ13 8DF", "tq13 8dg", "98052", "98052-6399",
        "Paris", "Saint-Denis", "st denis", "London", "ACME GmbH & Co. KG", "acme ltd", "The Journal of Big Data", "journal big data", "XK-1200 Turbo", "xk1200",
        "$1,299.50", "1300", "-7", "f", "female", "AB-1234-56", "ab123457", "N/A", "-", "",
    ];

    // Worked out once; depends on the code alone.
    private static readonly Lazy<ulong> s_mark = new(Work);

    internal static ulong Mark => s_mark.Value;

    private static ulong Work()
    {
        var (mark, scratch) = (0UL, new Scratch());
        foreach (var type in Enum.GetValues<MatchFieldType>().Where(type => type != MatchFieldType.Ignored))
        {
            var builder = new MatchColumnBuilder("sample", type);
            Array.ForEach(s_samples, text => builder.Add(text));
            var column = builder.Build();
            var field = FieldComparisons.Of(column);
            mark = And(mark, type.ToString());
            mark = field.Levels.Aggregate(mark, And);
            for (var a = 1; a < column.ValueCount; a++)
            {
                mark = And(mark, column.Values[a]);
                for (var b = a; b < column.ValueCount; b++)
                {
                    mark = TextHash.And(mark, (ulong)field.Level(a, b, scratch));
                }
            }

            foreach (var part in KeyParts.Of(column, 0, field))
            {
                mark = And(mark, part.Name);
                for (var id = 1; id < column.ValueCount; id++)
                {
                    mark = TextHash.And(mark, PartCodes.Narrow(part.Code(id)));
                }
            }
        }

        return mark;
    }

    private static ulong And(ulong mark, string text) => TextHash.And(mark, TextHash.Of(text));
}
