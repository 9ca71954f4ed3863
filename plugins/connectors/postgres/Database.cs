using System.Data;
using System.Globalization;
using System.Net;
using System.Runtime.CompilerServices;
using System.Security.Authentication;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using CustomerInsights.Sdk;
using Npgsql;

namespace CustomerInsights.Connectors.Postgres;

/// <summary>A connection, on which nothing but reading is possible.</summary>
internal sealed class Database : IAsyncDisposable
{
    private const int ConnectSeconds = 15;

    // The server cancels first and says so; the client does when the server does not answer any more.
    private const int Patience = 10;

    private readonly NpgsqlDataSource _source;
    private readonly NpgsqlConnection _connection;
    private readonly PostgresOptions _options;
    private NpgsqlTransaction? _transaction;

    private Database(NpgsqlDataSource source, NpgsqlConnection connection, PostgresOptions options) => (_source, _connection, _options) = (source, connection, options);

    /// <summary>Connects.</summary>
    /// <exception cref="PluginException">It cannot be reached, or refuses.</exception>
    public static async Task<Database> OpenAsync(PostgresOptions options, IPluginContext context, CancellationToken cancellationToken)
    {
        var password = options.Password is { } reference ? await context.Secrets.RevealAsync(reference, cancellationToken).ConfigureAwait(false) : null;
        var source = Source(options, password);
        try
        {
            return new Database(source, await source.OpenConnectionAsync(cancellationToken).ConfigureAwait(false), options);
        }
        catch (Exception error)
        {
            await source.DisposeAsync().ConfigureAwait(false);
            DriverMeter.End();
            if (Failure(error, options) is { } failure)
            {
                throw failure;
            }

            throw;
        }
    }

    /// <summary>Begins a snapshot: whatever is read until the next one is of one moment.</summary>
    public async Task SnapshotAsync(CancellationToken cancellationToken)
    {
        await EndAsync().ConfigureAwait(false);
        try
        {
            _transaction = await _connection.BeginTransactionAsync(IsolationLevel.RepeatableRead, cancellationToken).ConfigureAwait(false);

            // For this transaction alone: a pooler may stand between. Operators and functions come from PostgreSQL's own schema, and texts are written in one way.
            var setting = new NpgsqlCommand(
                string.Create(CultureInfo.InvariantCulture, $"""
                SET TRANSACTION READ ONLY;
                SET LOCAL statement_timeout = '{_options.StatementTimeoutSeconds}s';
                SET LOCAL idle_in_transaction_session_timeout = 0;
                SET LOCAL search_path = pg_catalog;
                SET LOCAL TimeZone = 'UTC';
                SET LOCAL DateStyle = 'ISO, YMD';
                SET LOCAL IntervalStyle = 'iso_8601';
                SET LOCAL extra_float_digits = 3;
                SET LOCAL bytea_output = 'hex'
                """),
                _connection,
                _transaction);
            await using var closing = setting.ConfigureAwait(false);
            await setting.ExecuteNonQueryAsync(cancellationToken).ConfigureAwait(false);
        }
        catch (Exception error) when (Failure(error, _options) is not null)
        {
            throw Failure(error, _options)!;
        }
    }

    /// <summary>Rows of texts, streamed.</summary>
    /// <param name="sql">The statement.</param>
    /// <param name="values">Its parameters, all of them texts.</param>
    /// <param name="cancellationToken">Ends it at the server, too.</param>
    public async IAsyncEnumerable<string?[]> RowsAsync(string sql, IReadOnlyList<string> values, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        if (_transaction is null)
        {
            await SnapshotAsync(cancellationToken).ConfigureAwait(false);
        }

        var command = new NpgsqlCommand(sql, _connection, _transaction) { CommandTimeout = _options.StatementTimeoutSeconds + Patience };
        await using var closing = command.ConfigureAwait(false);
        foreach (var value in values)
        {
            command.Parameters.Add(new NpgsqlParameter<string> { TypedValue = value });
        }

        // A row is in memory when it has been read: taking its values waits for nothing.
        var reader = await TryAsync(() => command.ExecuteReaderAsync(cancellationToken)).ConfigureAwait(false);
        await using var closingReader = reader.ConfigureAwait(false);
        while (await TryAsync(() => reader.ReadAsync(cancellationToken)).ConfigureAwait(false))
        {
            var row = new string?[reader.FieldCount];
            for (var i = 0; i < row.Length; i++)
            {
                row[i] = reader.IsDBNull(i) ? null : reader.GetString(i);
            }

            yield return row;
        }
    }

    /// <inheritdoc />
    public async ValueTask DisposeAsync()
    {
        await EndAsync().ConfigureAwait(false);
        await _connection.DisposeAsync().ConfigureAwait(false);
        await _source.DisposeAsync().ConfigureAwait(false);
        DriverMeter.End();
    }

    private static NpgsqlDataSource Source(PostgresOptions options, string? password)
    {
        var (host, port) = Address(options.Host);
        try
        {
            var builder = new NpgsqlSlimDataSourceBuilder(new NpgsqlConnectionStringBuilder
            {
                Host = host,
                Port = port,
                Database = options.Database,
                Username = options.User,
                Password = password,
                ApplicationName = "customer-insights",
                SslMode = options.Tls switch
                {
                    "disable" => SslMode.Disable,
                    "require" => SslMode.Require,
                    "verifyCa" => SslMode.VerifyCA,
                    _ => SslMode.VerifyFull,
                },
                Timeout = ConnectSeconds,
                CommandTimeout = options.StatementTimeoutSeconds + Patience,

                // One connection for one read, and nothing that outlives it: no pool, no timers, no look at types that are not needed.
                Pooling = false,
                Enlist = false,
                IncludeErrorDetail = false,
                GssEncryptionMode = GssEncryptionMode.Disable,
            }.ConnectionString);
            builder.ConfigureTypeLoading(loading => loading.EnableTypeLoading(false));
            if (options.Tls != "disable")
            {
                builder.EnableTransportSecurity();
                if (options.RootCertificate is { } pem)
                {
                    builder.UseRootCertificate(X509Certificate2.CreateFromPem(pem));
                }
            }

            return builder.Build();
        }
        catch (CryptographicException error)
        {
            throw new PluginException(FailureKind.Configuration, "The root certificate is no PEM text of a certificate: it begins with '-----BEGIN CERTIFICATE-----'.", error) { ConfigurationPath = "/rootCertificate" };
        }
        catch (Exception error) when (error is ArgumentException or FormatException or NotSupportedException)
        {
            throw new PluginException(FailureKind.Configuration, "Host, database, user and password cannot be used together. Check each of them.", error) { ConfigurationPath = "/host" };
        }
    }

    private static (string Host, int Port) Address(string text)
    {
        var colon = text.LastIndexOf(':');
        var (host, port) = colon > text.LastIndexOf(']') && text.IndexOf(':', StringComparison.Ordinal) == colon || (colon > 0 && text[colon - 1] == ']')
            ? (text[..colon], int.TryParse(text[(colon + 1)..], NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : 0)
            : (text, 5432);
        host = host is ['[', .. var inner, ']'] && IPAddress.TryParse(inner, out _) ? inner : host;
        return port is > 0 and < 65536
            ? (host, port)
            : throw new PluginException(FailureKind.Configuration, "The host's port is no number from 1 to 65535.") { ConfigurationPath = "/host" };
    }

    private async Task EndAsync()
    {
        if (_transaction is not null)
        {
            try
            {
                await _transaction.DisposeAsync().ConfigureAwait(false);
            }
            catch (Exception error) when (error is NpgsqlException or InvalidOperationException or IOException)
            {
                // The connection is gone; so is the transaction.
            }

            _transaction = null;
        }
    }

    private async Task<T> TryAsync<T>(Func<Task<T>> act)
    {
        try
        {
            return await act().ConfigureAwait(false);
        }
        catch (Exception error) when (Failure(error, _options) is not null)
        {
            throw Failure(error, _options)!;
        }
    }

    // What the server says of values may hold people's data, so of the classes that speak of them only the code is told.
    private static PluginException? Failure(Exception error, PostgresOptions options)
    {
        return error switch
        {
            OperationCanceledException => null,
            PostgresException said => OfServer(said),
            NpgsqlException { InnerException: AuthenticationException or CryptographicException } =>
                Make(FailureKind.Permanent, $"TLS with {options.Host} fails: its certificate is not trusted, or of another host. Give the root certificate of its authority, or choose another setting.", "/tls"),
            NpgsqlException { InnerException: TimeoutException } or TimeoutException => Make(FailureKind.Transient, $"{options.Host} did not answer in time.", null),
            NpgsqlException { InnerException: null } when options.Tls != "disable" && Says("SSL") => Make(FailureKind.Permanent, $"{options.Host} does not offer TLS. Turn it on at the server; on this machine 'disable' will do.", "/tls"),
            NpgsqlException { InnerException: null } when Says("password") => Make(FailureKind.Authentication, $"{options.Host} asks for a password. Set it.", "/password"),
            NpgsqlException or IOException or System.Net.Sockets.SocketException => Make(FailureKind.Transient, $"{options.Host} cannot be reached, or broke off.", null),
            _ => null,
        };

        bool Says(string word) => error.Message.Contains(word, StringComparison.OrdinalIgnoreCase);

        // The cause is not handed on: its text may hold what the server said.
        PluginException Make(FailureKind kind, string message, string? path) => new(kind, message) { ConfigurationPath = path };

        PluginException OfServer(PostgresException said) => said.SqlState switch
        {
            "28P01" => Make(FailureKind.Authentication, $"{options.Host} does not accept the password of '{options.User}'.", "/password"),
            ['2', '8', ..] => Make(FailureKind.Authentication, $"{options.Host} does not let '{options.User}' in ({said.SqlState}). Check user, TLS and the server's pg_hba.conf.", "/user"),
            "3D000" => Make(FailureKind.Configuration, $"{options.Host} has no database '{options.Database}'.", "/database"),
            "42501" => Make(FailureKind.Authentication, $"'{options.User}' may not read that ({said.MessageText}). Grant SELECT, and USAGE of the schema.", "/user"),
            "57014" => Make(FailureKind.Transient, string.Create(CultureInfo.InvariantCulture, $"A statement took longer than {options.StatementTimeoutSeconds} s and was cancelled. Let key and cursor have an index, or raise the setting."), "/statementTimeoutSeconds"),
            ['4', '2', ..] => Make(FailureKind.Configuration, $"PostgreSQL refuses the statement ({said.SqlState}): {said.MessageText}. Compare the tables in the settings with the database.", "/tables"),
            ['0', '8', ..] or ['4', '0', ..] or ['5', '3', ..] or ['5', '5', ..] or ['5', '7', ..] or ['5', '8', ..] => Make(FailureKind.Transient, $"{options.Host} is not ready or gave up ({said.SqlState}). It may work later.", null),
            ['2', '2', ..] => Make(FailureKind.Data, $"PostgreSQL cannot compute with a value ({said.SqlState}).", null),
            _ => Make(FailureKind.Permanent, $"PostgreSQL answered {said.SqlState}.", null),
        };
    }
}
