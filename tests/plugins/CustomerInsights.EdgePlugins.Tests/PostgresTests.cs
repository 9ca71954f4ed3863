using System.Globalization;
using System.Text.Json;
using CustomerInsights.Connectors.Postgres;
using CustomerInsights.Sdk;

namespace CustomerInsights.EdgePlugins.Tests;

public sealed class PostgresTests(PostgresServer server) : IClassFixture<PostgresServer>
{
    private const string Numbers = "CREATE TABLE numbers (a text COLLATE \"C\", b int, v text, updated timestamptz, PRIMARY KEY (a, b)); CREATE INDEX ON numbers (updated, a, b);";

    [PostgresTheory]
    [InlineData("smallint", "'-32768'", FieldKind.Integer, "-32768")]
    [InlineData("bigint", "'9223372036854775807'", FieldKind.Integer, "9223372036854775807")]
    [InlineData("numeric(10,2)", "'12.50'", FieldKind.Decimal, "12.50")]
    [InlineData("numeric", "'0.0000000000000000000000000001'", FieldKind.Decimal, "0.0000000000000000000000000001")]
    [InlineData("numeric", "'12345678901234567890123456789'", FieldKind.Decimal, null)]
    [InlineData("numeric", "'NaN'", FieldKind.Decimal, null)]
    [InlineData("double precision", "'0.1'", FieldKind.Number, "0.1")]
    [InlineData("real", "'Infinity'", FieldKind.Number, null)]
    [InlineData("boolean", "'f'", FieldKind.Boolean, "false")]
    [InlineData("date", "'1969-07-20'", FieldKind.Date, "1969-07-20")]
    [InlineData("date", "'infinity'", FieldKind.Date, null)]
    [InlineData("timestamptz", "'2026-03-29 02:30:00.123456+05:45'", FieldKind.Time, "2026-03-28T20:45:00.1234560Z")]
    [InlineData("timestamp", "'1960-01-01 00:00:00'", FieldKind.Time, "1960-01-01T00:00:00.0000000Z")]
    [InlineData("timestamptz", "'0044-03-15 12:00:00 BC'", FieldKind.Time, null)]
    [InlineData("text", "E'Dörte 🌻\\n\"'", FieldKind.Text, "Dörte 🌻\n\"")]
    [InlineData("char(5)", "'ab'", FieldKind.Text, "ab")]
    [InlineData("uuid", "'A0EEBC99-9C0B-4EF8-BB6D-6BB9BD380A11'", FieldKind.Text, "a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11")]
    [InlineData("inet", "'192.168.0.1/24'", FieldKind.Text, "192.168.0.1/24")]
    [InlineData("interval", "'1 day 2 hours'", FieldKind.Text, "P1DT2H")]
    [InlineData("int4range", "'[1,5)'", FieldKind.Text, "[1,5)")]
    [InlineData("mood", "'glad'", FieldKind.Text, "glad")]
    [InlineData("points", "'7'", FieldKind.Integer, "7")]
    [InlineData("jsonb", "'{\"a\": [1, null]}'", FieldKind.Json, "{\"a\": [1, null]}")]
    [InlineData("text[]", "'{a,\"b c\",NULL}'", FieldKind.TextList, "[\"a\",\"b c\",\"\"]")]
    [InlineData("mood[]", "'{glad,sad}'", FieldKind.TextList, "[\"glad\",\"sad\"]")]
    [InlineData("int[]", "'{{1,2},{3,4}}'", FieldKind.Json, "[[1,2],[3,4]]")]
    [InlineData("text[]", "'{{a,b},{c,d}}'", FieldKind.TextList, null)]
    [InlineData("place", "ROW('Göttingen', 37073)", FieldKind.Json, "{\"city\":\"Göttingen\",\"code\":37073}")]
    [InlineData("bigint", "NULL", FieldKind.Integer, "")]
    public async Task Every_type_arrives_as_it_is_or_its_row_is_rejected(string type, string value, FieldKind kind, string? expected)
    {
        var database = await server.MakeAsync(
            NewName(),
            "CREATE TYPE mood AS ENUM ('sad', 'glad'); CREATE DOMAIN points AS int CHECK (VALUE >= 0); CREATE TYPE place AS (city text, code int)",
            $"CREATE TABLE things (id int PRIMARY KEY, v {type})",
            $"INSERT INTO things VALUES (1, {value}::{type}), (2, NULL)");
        var settings = Settings(database);

        Assert.Equal(kind, (await DiscoverAsync(settings)).Streams[0].Fields[1].Kind);
        var run = await ReadAsync(settings, "things");
        if (expected is null)
        {
            Assert.Equal(("1", "v"), (Assert.Single(run.Rejected).Key, run.Rejected[0].Field));
            Assert.Equal(["2"], run.Keys);
        }
        else
        {
            var found = run.Value("1", "v");
            Assert.Equal(expected, found.Kind == FieldKind.Time ? found.AsTime().UtcDateTime.ToString("O", CultureInfo.InvariantCulture) : found.Kind == FieldKind.TextList ? JsonSerializer.Serialize(found.AsList()) : found.IsNull ? "" : found.ToString());
        }
    }

    [PostgresFact]
    public async Task A_table_of_several_pages_is_read_whole_in_the_order_of_its_key_and_goes_on_from_every_checkpoint()
    {
        // As texts the numbers have another order than as numbers.
        var database = await server.MakeAsync(NewName(), Numbers, "INSERT INTO numbers SELECT 'k' || (n % 3), n, 'v' || n, NULL FROM generate_series(1, 12345) AS n");
        var settings = Settings(database);
        var whole = await ReadAsync(settings, "numbers", batchSize: 1000);

        var expected = Enumerable.Range(0, 3).SelectMany(k => Enumerable.Range(1, 12345).Where(n => n % 3 == k).Select(n => string.Create(CultureInfo.InvariantCulture, $"k{k}|{n}"))).ToList();
        Assert.Equal(expected, whole.Keys);
        var checkpoints = Enumerable.Range(0, whole.Messages.Count).Where(i => whole.Messages[i] is Checkpoint).ToList();
        Assert.Equal(13, checkpoints.Count);
        foreach (var at in checkpoints.SkipLast(1))
        {
            var before = whole.Messages.Take(at).OfType<RecordBatch>().Sum(batch => batch.Records.Count);
            var rest = await ReadAsync(settings, "numbers", state: ((Checkpoint)whole.Messages[at]).State, resuming: true);
            Assert.Equal(expected.Skip(before), rest.Keys);
        }
    }

    [PostgresFact]
    public async Task A_read_sees_one_moment_whatever_others_write_meanwhile()
    {
        var database = await server.MakeAsync(NewName(), Numbers, "INSERT INTO numbers SELECT 'k', n, 'before', NULL FROM generate_series(1, 11000) AS n");
        ISourceConnector connector = new PostgresConnector();
        var rows = 0;
        await foreach (var message in connector.ReadAsync(Settings(database), new ReadRequest("run", [new StreamSelection("numbers", SyncMode.Full)]), Context(), CancellationToken.None))
        {
            if (message is RecordBatch batch)
            {
                if (rows == 0)
                {
                    await server.ExecuteAsync(database, "UPDATE numbers SET v = 'after'; DELETE FROM numbers WHERE b > 10000; INSERT INTO numbers VALUES ('z', 1, 'after', NULL)");
                }

                rows += batch.Records.Count;
                Assert.All(batch.Records, record => Assert.Equal("before", record.Values[2].AsText()));
            }
        }

        Assert.Equal(11000, rows);
    }

    [PostgresFact]
    public async Task An_incremental_read_finds_new_changed_deleted_and_late_rows_and_ties()
    {
        var database = await server.MakeAsync(
            NewName(), "CREATE TABLE people (id int PRIMARY KEY, name text, gone timestamptz, updated timestamptz)",
            "INSERT INTO people SELECT n, 'n' || n, NULL, '2026-01-01 00:00:00+00'::timestamptz + n * interval '1 hour' FROM generate_series(1, 9) AS n",
            "INSERT INTO people VALUES (100, 'never', NULL, NULL), (101, 'ever', NULL, 'infinity')");
        var settings = Settings(database, new { table = "people", cursor = "updated", deletedColumn = "gone" });
        var first = await ReadAsync(settings, "people");
        Assert.Equal(10, first.Keys.Count);
        Assert.Equal("101", Assert.Single(first.Rejected).Key);
        Assert.Equal(["9"], (await ReadAsync(settings, "people", SyncMode.Incremental, first.LastState)).Keys);

        await server.ExecuteAsync(database,
            """
            INSERT INTO people VALUES (8000, 'tie', NULL, '2026-01-01 09:00:00+00'), (8001, 'late', NULL, '2026-01-01 08:59:10+00'), (8002, 'too late', NULL, '2026-01-01 08:58:00+00');
            UPDATE people SET name = 'changed', updated = '2026-01-01 10:00:00+00' WHERE id = 3;
            UPDATE people SET gone = now(), updated = '2026-01-01 10:00:00.000001+00' WHERE id = 4;
            """);
        var next = await ReadAsync(settings, "people", SyncMode.Incremental, first.LastState);

        Assert.Equal(["8001", "9", "8000", "3", "4"], next.Keys);
        Assert.Equal("4", Assert.Single(next.Deleted));
        Assert.Equal("changed", next.Value("3", "name").AsText());
        Assert.Equal(["3", "4"], (await ReadAsync(settings, "people", SyncMode.Incremental, next.LastState)).Keys);
    }

    [PostgresFact]
    public async Task An_incremental_read_of_many_ties_goes_on_from_every_checkpoint()
    {
        var database = await server.MakeAsync(NewName(), Numbers, "INSERT INTO numbers SELECT 'k', n, 'v', '2026-01-01 00:00:00+00' FROM generate_series(1, 100) AS n");
        var settings = Settings(database, new { table = "numbers", cursor = "updated", lookbackSeconds = 0 });
        var first = await ReadAsync(settings, "numbers");
        await server.ExecuteAsync(database, "INSERT INTO numbers SELECT 'l', n, 'v', '2026-02-01 00:00:00+00'::timestamptz + (n / 4000) * interval '1 second' FROM generate_series(1, 11000) AS n");

        var next = await ReadAsync(settings, "numbers", SyncMode.Incremental, first.LastState, batchSize: 900);

        Assert.Equal(11100, next.Keys.Count);
        foreach (var at in Enumerable.Range(0, next.Messages.Count).Where(i => next.Messages[i] is Checkpoint).SkipLast(1))
        {
            var rest = await ReadAsync(settings, "numbers", SyncMode.Incremental, ((Checkpoint)next.Messages[at]).State, resuming: true);
            Assert.Equal(next.Messages.Skip(at).OfType<RecordBatch>().SelectMany(batch => batch.Records).Select(record => record.Key), rest.Keys);
        }
    }

    [PostgresFact]
    public async Task Names_that_are_statements_are_names()
    {
        var database = await server.MakeAsync(
            NewName(), "CREATE TABLE safe (id int PRIMARY KEY)",
            """CREATE SCHEMA "x""; DROP TABLE safe; --" """,
            """CREATE TABLE "x""; DROP TABLE safe; --"."t""; DROP TABLE public.safe; --" ("id""; DROP TABLE public.safe; --" text PRIMARY KEY, "$1" text, "select" timestamptz)""",
            """INSERT INTO "x""; DROP TABLE safe; --"."t""; DROP TABLE public.safe; --" VALUES ('''; DROP TABLE public.safe; --', 'x', now())""");
        var settings = Settings(database, new { schema = "x\"; DROP TABLE safe; --", table = "t\"; DROP TABLE public.safe; --", name = "odd", cursor = "select" }, new { table = "safe" });

        var first = await ReadAsync(settings, "odd");
        var next = await ReadAsync(settings, "odd", SyncMode.Incremental, first.LastState);

        Assert.Equal(["'; DROP TABLE public.safe; --"], first.Keys);
        Assert.Equal(first.Keys, next.Keys);
        Assert.Empty((await ReadAsync(settings, "safe")).Keys);
    }

    [PostgresFact]
    public async Task Nothing_is_written_even_by_a_view_that_would()
    {
        var database = await server.MakeAsync(
            NewName(), "CREATE TABLE log (id int PRIMARY KEY)",
            "CREATE FUNCTION write() RETURNS int LANGUAGE plpgsql AS $$ BEGIN INSERT INTO public.log VALUES (1); RETURN 1; END $$",
            "CREATE VIEW trap AS SELECT write() AS id");

        var failure = await Assert.ThrowsAsync<PluginException>(() => ReadAsync(Settings(database, new { table = "trap", key = (string[])["id"] }), "trap"));

        Assert.Equal((FailureKind.Permanent, true), (failure.Kind, failure.Message.Contains("25006", StringComparison.Ordinal)));
        Assert.Empty((await ReadAsync(Settings(database, new { table = "log" }), "log")).Keys);
    }

    [PostgresFact]
    public async Task A_statement_that_takes_too_long_is_cancelled_and_told_as_such()
    {
        var database = await server.MakeAsync(NewName(), "CREATE VIEW slow AS SELECT 1 AS id, pg_sleep(600)::text AS nothing");
        var settings = Settings(database, (root) => root["statementTimeoutSeconds"] = 1, new { table = "slow", key = (string[])["id"] });

        var failure = await Assert.ThrowsAsync<PluginException>(() => ReadAsync(settings, "slow"));

        Assert.Equal((FailureKind.Transient, "/statementTimeoutSeconds"), (failure.Kind, failure.ConfigurationPath));
    }

    [PostgresTheory]
    [InlineData("verifyFull", "localhost", true, true, null)]
    [InlineData("verifyFull", "127.0.0.1", true, true, FailureKind.Permanent)]
    [InlineData("verifyFull", "localhost", false, true, FailureKind.Permanent)]
    [InlineData("verifyCa", "127.0.0.1", true, true, null)]
    [InlineData("verifyCa", "127.0.0.1", false, true, FailureKind.Permanent)]
    [InlineData("require", "127.0.0.1", false, true, null)]
    [InlineData("disable", "127.0.0.1", false, false, null)]
    public async Task Tls_is_as_strict_as_it_is_set(string tls, string host, bool authority, bool encrypted, FailureKind? expected)
    {
        var database = await server.MakeAsync(NewName(), "CREATE VIEW wire AS SELECT pid AS id, ssl FROM pg_stat_ssl WHERE pid = pg_backend_pid()");
        var settings = Settings(
            database,
            root =>
            {
                root["tls"] = tls;
                root["host"] = string.Create(CultureInfo.InvariantCulture, $"{host}:{server.Port}");
                root["rootCertificate"] = authority ? server.Authority : null;
            },
            new { table = "wire", key = (string[])["id"] });

        if (expected is { } kind)
        {
            var failure = await Assert.ThrowsAsync<PluginException>(() => ReadAsync(settings, "wire"));
            Assert.Equal((kind, "/tls"), (failure.Kind, failure.ConfigurationPath));
        }
        else
        {
            var run = await ReadAsync(settings, "wire");
            Assert.Equal(encrypted, run.Value(run.Keys[0], "ssl").AsBoolean());
        }
    }

    [PostgresFact]
    public async Task A_server_without_tls_is_told_as_such_and_gets_no_password()
    {
        using var listener = new System.Net.Sockets.TcpListener(System.Net.IPAddress.Loopback, 0);
        listener.Start();
        var answering = Task.Run(async () =>
        {
            using var client = await listener.AcceptTcpClientAsync();
            var stream = client.GetStream();
            var asked = new byte[8];
            await stream.ReadExactlyAsync(asked);
            await stream.WriteAsync("N"u8.ToArray());
            return await stream.ReadAsync(new byte[1]);
        });
        var settings = Settings("nothing", root => (root["host"], root["tls"]) = ($"{listener.LocalEndpoint}", "require"), new { table = "t" });

        var failure = await Assert.ThrowsAsync<PluginException>(() => ReadAsync(settings, "t"));

        Assert.Equal((FailureKind.Permanent, "/tls"), (failure.Kind, failure.ConfigurationPath));
        Assert.Equal(0, await answering);
    }

    [PostgresTheory]
    [InlineData("password", FailureKind.Authentication, "/password")]
    [InlineData("user", FailureKind.Authentication, "/password")]
    [InlineData("database", FailureKind.Configuration, "/database")]
    [InlineData("host", FailureKind.Transient, null)]
    [InlineData("port", FailureKind.Configuration, "/host")]
    [InlineData("table", FailureKind.Configuration, "/tables/0/table")]
    [InlineData("key", FailureKind.Configuration, "/tables/0/key/0")]
    [InlineData("noKey", FailureKind.Configuration, "/tables/0/table")]
    [InlineData("jsonKey", FailureKind.Configuration, "/tables/0/key/0")]
    [InlineData("cursor", FailureKind.Configuration, "/tables/0/cursor")]
    [InlineData("columns", FailureKind.Configuration, "/tables/0/columns/0")]
    [InlineData("deletedColumn", FailureKind.Configuration, "/tables/0/deletedColumn")]
    [InlineData("twice", FailureKind.Configuration, "/tables/1/name")]
    [InlineData("denied", FailureKind.Authentication, "/user")]
    [InlineData("rootCertificate", FailureKind.Configuration, "/rootCertificate")]
    public async Task What_is_wrong_is_told_at_its_place_and_without_the_password(string what, FailureKind kind, string? path)
    {
        var database = await server.MakeAsync(NewName(), "CREATE TABLE t (id int PRIMARY KEY, doc jsonb); CREATE VIEW v AS SELECT 1 AS id");
        object[] tables = what switch
        {
            "table" => [new { table = "T" }],
            "key" => [new { table = "t", key = (string[])["nothing"] }],
            "noKey" => [new { table = "v" }],
            "jsonKey" => [new { table = "t", key = (string[])["doc"] }],
            "cursor" => [new { table = "t", cursor = "nothing" }],
            "columns" => [new { table = "t", columns = (string[])["nothing"] }],
            "deletedColumn" => [new { table = "t", deletedColumn = "nothing" }],
            "twice" => [new { table = "t" }, new { table = "t" }],
            _ => [new { table = "t" }],
        };
        if (what == "denied")
        {
            await server.ExecuteAsync(database, $"CREATE ROLE {database} LOGIN PASSWORD '{PostgresServer.Password}'");
        }

        var settings = Settings(
            database,
            root =>
            {
                root["user"] = what == "user" ? "nobody" : what == "denied" ? database : root["user"];
                root["database"] = what == "database" ? "nothing" : root["database"];
                root["host"] = what == "host" ? "127.0.0.1:1" : what == "port" ? "127.0.0.1:99999" : root["host"];
                root["rootCertificate"] = what == "rootCertificate" ? "no certificate" : null;
                root["tls"] = what == "rootCertificate" ? "verifyFull" : "disable";
            },
            tables);
        ISourceConnector connector = new PostgresConnector();

        var item = (await connector.CheckAsync(settings, Context(what == "password" ? "wrong-password-123" : PostgresServer.Password), CancellationToken.None)).Items[^1];

        Assert.Equal((false, kind, path), (item.Ok, item.Kind, item.ConfigurationPath));
        Assert.DoesNotContain("password-", item.Message, StringComparison.Ordinal);
    }

    [PostgresFact]
    public async Task Without_tables_those_with_a_primary_key_are_offered_and_others_named()
    {
        var database = await server.MakeAsync(
            NewName(), "CREATE TABLE b (id int PRIMARY KEY, raw bytea); CREATE TABLE a (id int PRIMARY KEY); CREATE TABLE keyless (x int); CREATE VIEW v AS SELECT 1 AS id",
            "CREATE TABLE parts (id int, day date, PRIMARY KEY (id, day)) PARTITION BY RANGE (day); CREATE TABLE parts_1 PARTITION OF parts FOR VALUES FROM ('2026-01-01') TO ('2027-01-01')",
            "CREATE SCHEMA sales; CREATE TABLE sales.orders (id int PRIMARY KEY)");
        var catalog = await DiscoverAsync(Settings(database, root => root["schemas"] = (string[])["public", "sales"]));

        Assert.Equal(["a", "b", "parts", "sales.orders"], catalog.Streams.Select(stream => stream.Name));
        Assert.Equal(["id", "day"], catalog.Streams[2].PrimaryKey);
        Assert.Equal(2, catalog.Warnings.Count);
        Assert.Contains(catalog.Warnings, warning => warning.StartsWith("public.keyless is left out", StringComparison.Ordinal));
    }

    [PostgresFact]
    public async Task A_domain_may_be_the_key()
    {
        var database = await server.MakeAsync(NewName(), "CREATE DOMAIN d1 AS text; CREATE TABLE t (id d1 PRIMARY KEY, v d1)", "INSERT INTO t SELECT chr(65 + n), 'x' FROM generate_series(0, 20) AS n");

        Assert.Equal(21, (await ReadAsync(Settings(database, new { table = "t" }), "t", batchSize: 5)).Keys.Distinct(StringComparer.Ordinal).Count());
    }

    private static string NewName() => "t" + Guid.NewGuid().ToString("N")[..16];

    private static LoopbackContext Context(string password = PostgresServer.Password) => new(TimeProvider.System, password);

    private static async Task<SourceCatalog> DiscoverAsync(byte[] settings)
    {
        ISourceConnector connector = new PostgresConnector();
        return await connector.DiscoverAsync(settings, Context(), CancellationToken.None);
    }

    private static Task<SourceRun> ReadAsync(byte[] settings, string stream, SyncMode mode = SyncMode.Full, StreamState? state = null, bool resuming = false, int batchSize = 1000) =>
        SourceRun.ReadAsync(new PostgresConnector(), settings, Context(), stream, mode, state, resuming, batchSize);

    private byte[] Settings(string database, params object[] tables) => Settings(database, _ => { }, tables);

    private byte[] Settings(string database, Action<Dictionary<string, object?>> edit, params object[] tables)
    {
        var settings = new Dictionary<string, object?>(StringComparer.Ordinal)
        {
            ["host"] = server.Host,
            ["database"] = database,
            ["user"] = "admin",
            ["password"] = new Dictionary<string, string>(StringComparer.Ordinal) { ["$secret"] = "password" },
            ["tls"] = "disable",
            ["tables"] = tables.Length == 0 ? null : tables,
        };
        edit(settings);
        return JsonSerializer.SerializeToUtf8Bytes(settings.Where(pair => pair.Value is not null).ToDictionary(StringComparer.Ordinal));
    }
}
