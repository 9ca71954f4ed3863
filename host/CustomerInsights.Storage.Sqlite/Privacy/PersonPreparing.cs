using System.Text.Json;
using CustomerInsights.Storage.Profiles;
using CustomerInsights.Storage.Sqlite.Engine;
using CustomerInsights.Storage.Sqlite.Profiles;

namespace CustomerInsights.Storage.Sqlite.Privacy;

/// <summary>Notes which records, identifiers and exports a person has before anything of it goes, and what must not come in again.</summary>
internal sealed class PersonPreparing(WriteTransaction transaction, long request, int subject, Func<string, string, byte[]> hash)
{
    private readonly SqlConnection _db = transaction.Db;

    public List<byte[]> Run()
    {
        var person = PrivacyRows.Subjects(_db, request, subject)[0];
        var names = person.Identifiers.ToHashSet();
        if (person.Profile is { } asked && ProfileRows.Resolve(_db, asked) is { } number && ProfileRows.Find(_db, number) is { Id: var profile })
        {
            // It may have been merged since it was asked for.
            _db.Run("UPDATE privacy_subjects SET profile_id = ?3 WHERE request_no = ?1 AND subject_no = ?2", request, subject, profile);
            // What another profile has too says nothing of this one alone; it would keep that one's data out.
            names.UnionWith(ProfileStreams.Rows(
                _db,
                """
                SELECT i.type, i.value FROM identifiers i WHERE i.profile_no = ?1
                AND NOT EXISTS (SELECT 1 FROM identifiers o WHERE o.value = i.value AND o.type = i.type AND o.profile_no <> i.profile_no)
                """,
                row => new ProfileIdentifier(row.Text(0), row.Text(1)),
                number).ToList());
            _db.Run(
                """
                INSERT OR IGNORE INTO privacy_keys(request_no, subject_no, stream_no, key)
                SELECT ?1, ?2, n.stream_no, n.key FROM node_profile np JOIN nodes n ON n.node_id = np.node_id WHERE np.profile_no = ?3
                """,
                request, subject, number);
            _db.Run("INSERT OR IGNORE INTO privacy_exports(request_no, export) SELECT DISTINCT ?1, export FROM exported WHERE profile_id = ?2", request, profile);
        }

        // Those of events are named by their keys: 'user_id/42'.
        names.UnionWith(ProfileStreams.Rows(
            _db,
            """
            SELECT SUBSTR(k.key, 1, INSTR(k.key, '/') - 1), SUBSTR(k.key, INSTR(k.key, '/') + 1) FROM privacy_keys k JOIN streams s ON s.stream_no = k.stream_no
            WHERE k.request_no = ?1 AND k.subject_no = ?2 AND s.name LIKE '%.identities' AND INSTR(k.key, '/') > 1
            """,
            row => new ProfileIdentifier(row.Text(0), row.Text(1)),
            request, subject).ToList());

        // Visitors of whom no profile was made yet.
        foreach (var (type, value) in names)
        {
            _db.Run(
                """
                INSERT OR IGNORE INTO privacy_keys(request_no, subject_no, stream_no, key)
                SELECT ?1, ?2, n.stream_no, n.key FROM streams s JOIN nodes n ON n.stream_no = s.stream_no AND n.key = ?3 WHERE s.name LIKE '%.identities'
                AND NOT EXISTS (SELECT 1 FROM node_profile np WHERE np.node_id = n.node_id)
                """,
                request, subject, $"{type}/{value}");
        }

        var hashes = names.Select(name => hash(name.Type, name.Value)).ToList();
        hashes.AddRange(ProfileStreams.Rows(
            _db,
            "SELECT s.name, k.key FROM privacy_keys k JOIN streams s ON s.stream_no = k.stream_no WHERE k.request_no = ?1 AND k.subject_no = ?2",
            row => hash("record:" + row.Text(0), row.Text(1)),
            request, subject).ToList());
        foreach (var one in hashes)
        {
            _db.Run("INSERT INTO privacy_blocks(hash, request_no, at) VALUES (?1, ?2, ?3) ON CONFLICT DO NOTHING", one, request, transaction.Now);
        }

        _db.Run(
            "UPDATE privacy_subjects SET identifiers = ?3, prepared = 1 WHERE request_no = ?1 AND subject_no = ?2",
            request, subject, JsonSerializer.Serialize(names.OrderBy(name => name.Type, StringComparer.Ordinal).ThenBy(name => name.Value, StringComparer.Ordinal)));
        return hashes;
    }
}
