using System.Text.Json;
using System.Text.Json.Serialization;
using CustomerInsights.Sdk;

namespace CustomerInsights.Connectors.Postgres;

/// <summary>Settings; see README.md.</summary>
/// <param name="Host">The server, with its port where that is not 5432.</param>
/// <param name="Database">The database.</param>
/// <param name="User">Who reads.</param>
/// <param name="Password">The password; null where none is asked for.</param>
/// <param name="Tls"><c>verifyFull</c>, <c>verifyCa</c>, <c>require</c> or <c>disable</c>.</param>
/// <param name="RootCertificate">PEM text of an authority; null for those of the system.</param>
/// <param name="StatementTimeoutSeconds">The longest statement, 1 to 540 s.</param>
/// <param name="Schemas">Without tables: the schemas that are looked into; null for <c>public</c>.</param>
/// <param name="Tables">What is read; null for all tables with a primary key.</param>
public sealed record PostgresOptions(
    string Host,
    string Database,
    string User,
    SecretReference? Password = null,
    string Tls = "verifyFull",
    string? RootCertificate = null,
    int StatementTimeoutSeconds = 120,
    IReadOnlyList<string>? Schemas = null,
    IReadOnlyList<TableOptions>? Tables = null);

/// <summary>A table or view.</summary>
/// <param name="Table">Its name.</param>
/// <param name="Schema">Its schema.</param>
/// <param name="Name">The stream's name; null for one made of schema and table.</param>
/// <param name="Key">Columns that tell a row from others; null for the primary key.</param>
/// <param name="Columns">Only these columns; null for all.</param>
/// <param name="Cursor">A column that grows with every change; null for full reads alone.</param>
/// <param name="LookbackSeconds">How far back an incremental read begins, 0 to 604,800 s.</param>
/// <param name="DeletedColumn">A column that says that a row counts as deleted, or null.</param>
public sealed record TableOptions(
    string Table,
    string Schema = "public",
    string? Name = null,
    IReadOnlyList<string>? Key = null,
    IReadOnlyList<string>? Columns = null,
    string? Cursor = null,
    int LookbackSeconds = 60,
    string? DeletedColumn = null);

/// <summary>Metadata made at build time: reflection would keep the plugin from unloading.</summary>
[JsonSourceGenerationOptions(JsonSerializerDefaults.Web, RespectNullableAnnotations = true, RespectRequiredConstructorParameters = true)]
[JsonSerializable(typeof(PostgresOptions))]
[JsonSerializable(typeof(Bookmark))]
[JsonSerializable(typeof(List<string?>))]
internal sealed partial class PostgresJson : JsonSerializerContext;
