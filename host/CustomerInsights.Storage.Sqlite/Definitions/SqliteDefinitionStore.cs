using CustomerInsights.Storage.Definitions;
using CustomerInsights.Storage.Sqlite.Engine;

namespace CustomerInsights.Storage.Sqlite.Definitions;

internal sealed class SqliteDefinitionStore(Database database) : IDefinitionStore
{
    private const string List = "definitions";
    private const string Columns = "kind, name, version, document, changed_at, changed_by";

    public ValueTask<Definition?> FindAsync(string kind, string name, CancellationToken cancellationToken) =>
        database.ReadAsync(db => Find(db, kind, name) is { } row ? ToDefinition(row) : null, cancellationToken);

    public ValueTask<Page<Definition>> ListAsync(string kind, string? after, int limit, CancellationToken cancellationToken)
    {
        var behind = Cursor.Text(List, after);
        return database.ReadAsync(
            db =>
            {
                using var rows = db.Query(
                    $"SELECT {Columns} FROM definitions WHERE kind = ?1 AND document IS NOT NULL AND (?2 IS NULL OR name > ?2) ORDER BY name LIMIT ?3",
                    kind, behind, limit + 1L);
                return Paging.Page(rows, limit, row => ToDefinition(Read(row))!, last => Cursor.Of(List, last.Name));
            },
            cancellationToken);
    }

    public ValueTask<IReadOnlyList<Definition>> SnapshotAsync(CancellationToken cancellationToken) =>
        database.ReadAsync<IReadOnlyList<Definition>>(
            db =>
            {
                using var rows = db.Query($"SELECT {Columns} FROM definitions WHERE document IS NOT NULL ORDER BY kind, name");
                var all = new List<Definition>();
                while (rows.Step())
                {
                    all.Add(ToDefinition(Read(rows))!);
                }

                return all;
            },
            cancellationToken);

    public ValueTask<IReadOnlyList<Definition?>> ApplyAsync(IReadOnlyList<DefinitionChange> changes, string actor, CancellationToken cancellationToken) =>
        database.WriteAsync<IReadOnlyList<Definition?>>(
            transaction => [.. changes.Select(change => Apply(transaction, change, actor))], cancellationToken);

    private static Definition? Apply(WriteTransaction transaction, DefinitionChange change, string actor)
    {
        var row = Find(transaction.Db, change.Kind, change.Name);
        var standing = ToDefinition(row);
        CheckCondition(change, standing);
        if (string.Equals(change.Document, standing?.Document, StringComparison.Ordinal))
        {
            return standing;
        }

        var version = (row?.Version ?? 0) + 1;
        var now = transaction.Now;
        transaction.Db.Run(
            $"""
             INSERT INTO definitions({Columns}) VALUES (?1, ?2, ?3, ?4, ?5, ?6)
             ON CONFLICT(kind, name) DO UPDATE SET
               version = excluded.version, document = excluded.document, changed_at = excluded.changed_at, changed_by = excluded.changed_by
             """,
            change.Kind, change.Name, version, change.Document, now, actor);
        transaction.Feed(ChangeKind.Definition, 0);
        var action = change.Document is null ? "definition.delete" : "definition.put";
        transaction.Audit(actor, action, $"{change.Kind}/{change.Name}", FormattableString.Invariant($"version {version}"));
        return change.Document is null ? null : new Definition(change.Kind, change.Name, version, change.Document, now.ToUniversalTime(), actor);
    }

    private static void CheckCondition(DefinitionChange change, Definition? standing)
    {
        if (change.IfVersion is not { } expected || expected == (standing?.Version ?? 0))
        {
            return;
        }

        throw new StoreConflictException(standing switch
        {
            null => $"{change.Kind} '{change.Name}' does not exist; version {expected} was expected.",
            _ when expected == 0 => $"{change.Kind} '{change.Name}' exists already, at version {standing.Version}.",
            _ => $"{change.Kind} '{change.Name}' stands at version {standing.Version}, not {expected}: read it again and repeat the change.",
        });
    }

    private static Row? Find(SqlConnection db, string kind, string name)
    {
        using var rows = db.Query($"SELECT {Columns} FROM definitions WHERE kind = ?1 AND name = ?2", kind, name);
        return rows.Step() ? Read(rows) : null;
    }

    private static Row Read(SqlStatement row) => new(row.Text(0), row.Text(1), row.Long(2), row.TextOrNull(3), row.Time(4), row.Text(5));

    private static Definition? ToDefinition(Row? row) =>
        row?.Document is { } document ? new Definition(row.Kind, row.Name, row.Version, document, row.ChangedAt, row.ChangedBy) : null;

    private sealed record Row(string Kind, string Name, long Version, string? Document, DateTimeOffset ChangedAt, string ChangedBy);
}
