using System.Globalization;
using CustomerInsights.Core.Model;
using CustomerInsights.Storage.Profiles;
using CustomerInsights.Storage.Sqlite.Engine;

namespace CustomerInsights.Storage.Sqlite.Profiles;

/// <summary>Finds profiles by identifier (exact), then by words of the name (prefixes), best first.</summary>
internal sealed class ProfileSearching(SqlConnection db, ProfileSearch search, long type)
{
    private const string List = "search";
    private const int MostExact = 1000;
    private const int FewestPhoneDigits = 5;

    public Page<StoredProfile> Run(string? after, int limit)
    {
        var place = Place.Read(after);
        var exact = Exact();
        var found = new List<(Place Place, long Number)>();
        if (!place.ByName)
        {
            found.AddRange(exact.Where(number => number > place.Number).Select(number => (new Place(false, 0, number), number)));
        }

        if (found.Count <= limit && search.By is null or "name" && SearchText.Query(search.Text) is { } query)
        {
            AddNames(found, query, place, exact, limit + 1 - found.Count);
        }

        var page = found.Take(limit).ToList();
        return new Page<StoredProfile>(
            [.. page.Select(hit => ProfileRows.Find(db, hit.Number)).OfType<StoredProfile>()],
            found.Count > limit && page.Count > 0 ? page[^1].Place.Text() : null);
    }

    private SortedSet<long> Exact()
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
            JOIN node_profile np ON np.node_id = n.node_id
            JOIN profiles p ON p.profile_no = np.profile_no
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
                 SELECT i.profile_no FROM identifiers i JOIN profiles p ON p.profile_no = i.profile_no
                 WHERE i.value = ?1 AND p.type_no = ?2 {condition} ORDER BY i.profile_no LIMIT ?3
                 """,
                value, type, MostExact, identifierType);
        }
    }

    private void AddNames(List<(Place Place, long Number)> found, string query, Place place, SortedSet<long> exact, int wanted)
    {
        using var rows = db.Query(
            """
            SELECT f.rowid, f.rank FROM profile_words f JOIN profiles p ON p.profile_no = f.rowid
            WHERE f.profile_words MATCH ?1 AND p.type_no = ?2 AND (?3 = 0 OR f.rank > ?4 OR (f.rank = ?4 AND f.rowid > ?5))
            ORDER BY f.rank, f.rowid
            """,
            query, type, place.ByName, place.Rank, place.Number);
        while (wanted > 0 && rows.Step())
        {
            var number = rows.Long(0);
            if (!exact.Contains(number))
            {
                found.Add((new Place(true, rows.Real(1), number), number));
                wanted--;
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

    /// <summary>A place in the result: among those found by identifier, then among those by name.</summary>
    private readonly record struct Place(bool ByName, double Rank, long Number)
    {
        public static Place Read(string? cursor)
        {
            if (Cursor.Parts(List, cursor, 3) is not [var byName, var rank, var number])
            {
                return new Place(false, 0, 0);
            }

            return new Place(
                Cursor.PartNumber(List, byName) != 0,
                BitConverter.Int64BitsToDouble(Cursor.PartNumber(List, rank)),
                Cursor.PartNumber(List, number));
        }

        public string Text() => Cursor.Of(
            List,
            ByName ? "1" : "0",
            BitConverter.DoubleToInt64Bits(Rank).ToString(CultureInfo.InvariantCulture),
            Number.ToString(CultureInfo.InvariantCulture));
    }
}
