using System.Globalization;
using CustomerInsights.Core.Model;
using CustomerInsights.Storage.Profiles;
using CustomerInsights.Storage.Sqlite.Engine;

namespace CustomerInsights.Storage.Sqlite.Profiles;

/// <summary>Finds profiles by identifier (exact), then by whole words of the name, then by prefixes of words; the oldest first in each.</summary>
internal sealed class ProfileSearching(SqlConnection db, ProfileSearch search, long type)
{
    private const string List = "search";
    private const int MostExact = 1000;
    private const int FewestPhoneDigits = 5;

    public Page<StoredProfile> Run(string? after, int limit)
    {
        var place = Place.Read(after);
        var exact = Exact();
        var found = new List<Place>();
        if (place.Stage == Stage.Identifier)
        {
            found.AddRange(exact.Where(number => number > place.Number).Take(limit + 1).Select(number => new Place(Stage.Identifier, number)));
        }

        if (search.By is null or "name" && SearchText.Query(search.Text) is var (whole, prefixes))
        {
            AddNames(found, Stage.WholeWords, whole, place, exact, limit + 1);
            AddNames(found, Stage.Prefixes, $"({prefixes}) NOT ({whole})", place, exact, limit + 1);
        }

        var page = found.Take(limit).ToList();
        return new Page<StoredProfile>(
            [.. page.Select(hit => ProfileRows.Find(db, hit.Number)).OfType<StoredProfile>()],
            found.Count > limit && page.Count > 0 ? page[^1].Text() : null);
    }

    /// <summary>Those of whom the text is an identifier.</summary>
    public SortedSet<long> Exact()
    {
        var numbers = new SortedSet<long>();
        var text = search.Text.Trim();
        switch (search.By)
        {
            case "name":
                break;
            case "email":
                AddIdentifiers(numbers, "AND type = ?4", SearchText.Email(text), "email");
                break;
            case "phone":
                AddIdentifiers(numbers, "AND type = ?4", SearchText.Phone(text), "phone");
                break;
            case null or "id":
                AddIds(numbers, text);
                break;
            default:
                // The name of an identifier type: its values are kept as they come.
                AddIdentifiers(numbers, "AND type = ?4", text, search.By);
                break;
        }

        return numbers;
    }

    private void AddIds(SortedSet<long> numbers, string text)
    {
        if (ProfileId.TryParse(text.ToLowerInvariant(), out var id) && ProfileRows.Resolve(db, id) is { } number)
        {
            Add(numbers, number);
        }

        Add(
            numbers,
            """
            SELECT p.profile_no FROM streams s
            CROSS JOIN nodes n ON n.stream_no = s.stream_no AND n.key = ?1
            CROSS JOIN node_profile np ON np.node_id = n.node_id
            CROSS JOIN profiles p ON p.profile_no = np.profile_no
            WHERE p.type_no = ?2 ORDER BY p.profile_no LIMIT ?3
            """,
            search.Text, type, MostExact);
        AddIdentifiers(numbers, "AND ?4 IS NULL", text, null);
        AddIdentifiers(numbers, "AND ?4 IS NULL", SearchText.Email(text), null);
        if (LooksLikePhone(text))
        {
            AddIdentifiers(numbers, "AND type = ?4", SearchText.Phone(text), "phone");
        }
    }

    private void AddIdentifiers(SortedSet<long> numbers, string condition, string value, string? identifierType)
    {
        if (value.Length > 0)
        {
            Add(
                numbers,
                $"""
                 SELECT i.profile_no FROM identifiers i CROSS JOIN profiles p ON p.profile_no = i.profile_no
                 WHERE i.value = ?1 AND p.type_no = ?2 {condition} ORDER BY i.profile_no LIMIT ?3
                 """,
                value, type, MostExact, identifierType);
        }
    }

    // Ordered by number, which is the order of the index: a search for one letter in a million names stops as soon as the page is full. A rank by
    // frequency would have to look at all of them, and means little for names.
    private void AddNames(List<Place> found, Stage stage, string query, Place place, SortedSet<long> exact, int wanted)
    {
        if (found.Count >= wanted || place.Stage > stage)
        {
            return;
        }

        using var rows = db.Query(
            """
            SELECT f.rowid FROM profile_words f CROSS JOIN profiles p ON p.profile_no = f.rowid
            WHERE f.profile_words MATCH ?1 AND f.rowid > ?3 AND p.type_no = ?2 ORDER BY f.rowid
            """,
            query, type, place.Stage == stage ? place.Number : 0L);
        while (found.Count < wanted && rows.Step())
        {
            if (!exact.Contains(rows.Long(0)))
            {
                found.Add(new Place(stage, rows.Long(0)));
            }
        }
    }

    private void Add(SortedSet<long> numbers, string sql, params ReadOnlySpan<SqlValue> values)
    {
        using var rows = db.Query(sql, values);
        while (rows.Step())
        {
            numbers.Add(rows.Long(0));
        }
    }

    private void Add(SortedSet<long> numbers, long number)
    {
        if (db.Number("SELECT 1 FROM profiles WHERE profile_no = ?1 AND type_no = ?2", number, type) is not null)
        {
            numbers.Add(number);
        }
    }

    private static bool LooksLikePhone(string text) =>
        text.All(c => char.IsAsciiDigit(c) || " +-./()".Contains(c, StringComparison.Ordinal)) && SearchText.Phone(text).Length >= FewestPhoneDigits;

    /// <summary>What found a profile, best first.</summary>
    private enum Stage
    {
        Identifier = 0,
        WholeWords = 1,
        Prefixes = 2,
    }

    /// <summary>A place in the result.</summary>
    private readonly record struct Place(Stage Stage, long Number)
    {
        public static Place Read(string? cursor) => Cursor.Parts(List, cursor, 2) is [var stage, var number]
            ? new Place((Stage)Cursor.PartNumber(List, stage), Cursor.PartNumber(List, number))
            : new Place(Stage.Identifier, 0);

        public string Text() => Cursor.Of(
            List, ((int)Stage).ToString(CultureInfo.InvariantCulture), Number.ToString(CultureInfo.InvariantCulture));
    }
}
