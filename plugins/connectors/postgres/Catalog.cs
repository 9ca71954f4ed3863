using System.Globalization;
using System.Text.RegularExpressions;
using CustomerInsights.Sdk;

namespace CustomerInsights.Connectors.Postgres;

/// <summary>Finds tables and their columns.</summary>
internal static partial class Catalog
{
    private const int MostStreams = 1000;
    private const int MostWarnings = 50;

    // Category and name of a domain are those of its base; position is the column's place in the primary key, from 1.
    private const string Columns =
        """
        SELECT n.nspname, c.relname, c.relkind IN ('r', 'p') AND NOT c.relispartition,
               a.attname, pg_catalog.format_type(a.atttypid, a.atttypmod), COALESCE(b.typname, t.typname), t.typcategory, COALESCE(e.typcategory, ' '),
               CASE WHEN a.attnum = ANY (i.indkey) THEN pg_catalog.array_position(i.indkey::int2[], a.attnum) - pg_catalog.array_lower(i.indkey::int2[], 1) + 1 END,
               pg_catalog.has_table_privilege(c.oid, 'SELECT') OR pg_catalog.has_column_privilege(c.oid, a.attnum, 'SELECT')
        FROM pg_catalog.pg_class c
        JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
        JOIN pg_catalog.pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
        JOIN pg_catalog.pg_type t ON t.oid = a.atttypid
        LEFT JOIN pg_catalog.pg_type b ON b.oid = t.typbasetype
        LEFT JOIN pg_catalog.pg_type e ON e.oid = COALESCE(NULLIF(t.typelem, 0), b.typelem) AND t.typcategory = 'A'
        LEFT JOIN pg_catalog.pg_index i ON i.indrelid = c.oid AND i.indisprimary
        WHERE c.relkind IN ('r', 'p', 'v', 'm', 'f') AND n.nspname IN ({schemas})
        ORDER BY n.nspname, c.relname, a.attnum
        """;

    /// <summary>A table of the database.</summary>
    private sealed record Found(string Schema, string Table, bool IsTable, List<(Column Column, int? KeyPlace, bool Readable)> Columns);

    /// <summary>What the settings name, or offer.</summary>
    /// <exception cref="PluginException">Configuration: something named is not there.</exception>
    public static async Task<(IReadOnlyList<TableStream> Streams, IReadOnlyList<string> Warnings)> FindAsync(Database database, PostgresOptions options, CancellationToken cancellationToken)
    {
        var schemas = (options.Tables?.Select(table => table.Schema) ?? options.Schemas ?? ["public"]).Distinct(StringComparer.Ordinal).ToList();
        var places = string.Join(", ", Enumerable.Range(1, schemas.Count).Select(n => string.Create(CultureInfo.InvariantCulture, $"${n}::text")));
        var found = new Dictionary<(string, string), Found>();
        await foreach (var row in database.RowsAsync(Selected(Columns.Replace("{schemas}", places, StringComparison.Ordinal)), schemas, cancellationToken).ConfigureAwait(false))
        {
            if (!found.TryGetValue((row[0]!, row[1]!), out var table))
            {
                table = found[(row[0]!, row[1]!)] = new Found(row[0]!, row[1]!, row[2] == "true", []);
            }

            table.Columns.Add((
                new Column(row[3]!, row[4]!, row[5]!, row[6]![0], row[7] is { Length: > 0 } element ? element[0] : ' '),
                row[8] is { } place ? int.Parse(place, CultureInfo.InvariantCulture) : null,
                row[9] == "true"));
        }

        var warnings = new List<string>();
        return (options.Tables is { } tables ? Named(options, tables, found, warnings) : Offered(found.Values, warnings), [.. warnings.Take(MostWarnings)]);
    }

    // Every column as text, so that one way of reading does.
    private static string Selected(string sql)
    {
        var names = Enumerable.Range(0, 10).Select(i => string.Create(CultureInfo.InvariantCulture, $"c{i}")).ToList();
        return $"SELECT {string.Join(", ", names.Select(name => $"{name}::text"))} FROM ({sql}) AS found ({string.Join(", ", names)})";
    }

    private static List<TableStream> Named(PostgresOptions options, IReadOnlyList<TableOptions> tables, Dictionary<(string, string), Found> found, List<string> warnings)
    {
        var streams = new List<TableStream>(tables.Count);
        foreach (var (i, table) in tables.Index())
        {
            var path = string.Create(CultureInfo.InvariantCulture, $"/tables/{i}");
            if (!found.TryGetValue((table.Schema, table.Table), out var there))
            {
                throw new PluginException(FailureKind.Configuration, $"There is no table or view '{table.Schema}.{table.Table}', or its schema may not be seen. Upper and lower case count.") { ConfigurationPath = path + "/table" };
            }

            if (there.Columns.TrueForAll(column => !column.Readable))
            {
                throw new PluginException(FailureKind.Authentication, $"'{options.User}' may not read '{table.Schema}.{table.Table}'. Grant SELECT.") { ConfigurationPath = "/user" };
            }

            var name = table.Name ?? NameOf(table.Schema, table.Table);
            if (!StreamName().IsMatch(name))
            {
                throw new PluginException(FailureKind.Configuration, $"'{name}' cannot be the name of a stream. Give one in 'name'.") { ConfigurationPath = path + "/name" };
            }

            if (streams.Exists(stream => stream.Name == name))
            {
                throw new PluginException(FailureKind.Configuration, $"Two tables give the stream '{name}'; give one of them a 'name'.") { ConfigurationPath = path + "/name" };
            }

            streams.Add(TableStream.Of(name, table, [.. there.Columns.Where(column => column.Readable).Select(column => column.Column)], KeyOf(there), path, warnings));
        }

        return streams;
    }

    private static List<TableStream> Offered(IEnumerable<Found> found, List<string> warnings)
    {
        var streams = new List<TableStream>();
        foreach (var table in found.Where(table => table.IsTable))
        {
            var name = NameOf(table.Schema, table.Table);
            var key = KeyOf(table);
            var columns = table.Columns.Where(column => column.Readable).Select(column => column.Column).ToList();
            var problem = key.Count == 0 ? "has no primary key. Name it in 'tables' with a key"
                : !StreamName().IsMatch(name) ? "has a name that cannot be a stream's. Name it in 'tables' with a name"
                : key.Except(columns.Where(column => column.HasOrder && !column.IsLeftOut).Select(column => column.Name), StringComparer.Ordinal).Any() ? "cannot be read: its key may not be, or is of a type without an order"
                : streams.Count >= MostStreams ? "is one too many. Name in 'tables' what is wanted" : null;
            if (problem is not null)
            {
                warnings.Add($"{Short(table.Schema)}.{Short(table.Table)} is left out: it {problem}.");
                continue;
            }

            streams.Add(TableStream.Of(name, new TableOptions(table.Table, table.Schema), columns, key, "/schemas", warnings));
        }

        return streams;
    }

    private static IReadOnlyList<string> KeyOf(Found table) => [.. table.Columns.Where(column => column.KeyPlace is not null).OrderBy(column => column.KeyPlace).Select(column => column.Column.Name)];

    private static string NameOf(string schema, string table) => schema == "public" ? table : $"{schema}.{table}";

    private static string Short(string name) => name.Length > 100 ? name[..100] : name;

    [GeneratedRegex(@"\A[A-Za-z0-9_.-]{1,100}\z", RegexOptions.CultureInvariant, 1000)]
    private static partial Regex StreamName();
}
