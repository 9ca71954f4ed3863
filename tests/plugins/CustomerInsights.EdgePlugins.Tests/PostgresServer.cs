using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Npgsql;

namespace CustomerInsights.EdgePlugins.Tests;

/// <summary>A test that needs PostgreSQL's own programs, skipped with the reason where they are not.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class PostgresFactAttribute : FactAttribute
{
    public PostgresFactAttribute() => Skip = PostgresServer.Missing;
}

/// <summary>As <see cref="PostgresFactAttribute"/>, for several cases.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class PostgresTheoryAttribute : TheoryAttribute
{
    public PostgresTheoryAttribute() => Skip = PostgresServer.Missing;
}

/// <summary>A PostgreSQL of our own on a port of loopback, with TLS; gone when the tests are done.</summary>
public sealed class PostgresServer : IAsyncLifetime
{
    public const string Password = "password-of-the-fixture";
    private const string Root = "/usr/lib/postgresql";

    // PostgreSQL refuses to run as root; its package has made a user.
    private static readonly string[] s_as = Environment.UserName == "root" ? ["runuser", "-u", "postgres", "--"] : [];
    private readonly string _folder = Path.Combine(Path.GetTempPath(), "ci-postgres-" + Guid.NewGuid().ToString("N")[..12]);

    /// <summary>Why there is none; null when there is one.</summary>
    public static string? Missing { get; } = Bin is null ? $"PostgreSQL is not installed (looked for initdb in {Root}/*/bin and on the PATH); install the package postgresql." : null;

    public int Port { get; private set; }

    public string Host => string.Create(CultureInfo.InvariantCulture, $"127.0.0.1:{Port}");

    /// <summary>PEM text of the authority that signed the server's certificate, which is for localhost and 127.0.0.1.</summary>
    public string Authority { get; private set; } = "";

    private static string? Bin => (Directory.Exists(Root) ? Directory.GetDirectories(Root).OrderByDescending(name => double.TryParse(Path.GetFileName(name), CultureInfo.InvariantCulture, out var version) ? version : 0).Select(name => Path.Combine(name, "bin")) : [])
        .Concat((Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries))
        .FirstOrDefault(folder => File.Exists(Path.Combine(folder, "initdb")));

    private string Data => Path.Combine(_folder, "data");

    public async Task InitializeAsync()
    {
        if (Missing is not null)
        {
            return;
        }

        Directory.CreateDirectory(_folder);
        Authority = WriteCertificates();
        await File.WriteAllTextAsync(Path.Combine(_folder, "password"), Password);
        if (s_as.Length > 0)
        {
            await RunAsync("chown", "-R", "postgres", _folder);
        }

        await AsServerAsync("initdb", "-D", Data, "-A", "scram-sha-256", "-U", "admin", $"--pwfile={Path.Combine(_folder, "password")}", "--no-sync", "-E", "UTF8", "--locale=C.UTF-8");
        await File.AppendAllTextAsync(Path.Combine(Data, "postgresql.conf"), $"""

            listen_addresses = '127.0.0.1'
            unix_socket_directories = ''
            fsync = off
            ssl = on
            ssl_cert_file = '{_folder}/server.crt'
            ssl_key_file = '{_folder}/server.key'
            timezone = 'Asia/Kathmandu'
            datestyle = 'SQL, DMY'

            """);

        // The port may be taken in between: then another one.
        for (var tries = 1; ; tries++)
        {
            Port = FreePort();
            try
            {
                await AsServerAsync("pg_ctl", "-D", Data, "-w", "-t", "120", "-l", Path.Combine(_folder, "log"), "-o", string.Create(CultureInfo.InvariantCulture, $"-p {Port}"), "start");
                return;
            }
            catch (InvalidOperationException) when (tries < 5)
            {
                // Again.
            }
        }
    }

    public async Task DisposeAsync()
    {
        if (Missing is not null)
        {
            return;
        }

        await AsServerAsync("pg_ctl", "-D", Data, "-m", "immediate", "-w", "stop");
        Directory.Delete(_folder, recursive: true);
    }

    /// <summary>Makes a database, with these statements run in it.</summary>
    public async Task<string> MakeAsync(string name, params IReadOnlyList<string> statements)
    {
        await ExecuteAsync("postgres", $"CREATE DATABASE \"{name}\"");
        foreach (var sql in statements)
        {
            await ExecuteAsync(name, sql);
        }

        return name;
    }

    /// <summary>Runs statements as the administrator.</summary>
    public async Task ExecuteAsync(string database, string sql)
    {
        await using var connection = await ConnectAsync(database);
        await using var command = new NpgsqlCommand(sql, connection);
        await command.ExecuteNonQueryAsync();
    }

    /// <summary>Connects as the administrator.</summary>
    public async Task<NpgsqlConnection> ConnectAsync(string database)
    {
        var connection = new NpgsqlConnection(string.Create(CultureInfo.InvariantCulture, $"Host=127.0.0.1;Port={Port};Database={database};Username=admin;Password={Password};Pooling=false;SSL Mode=Disable;GSS Encryption Mode=Disable"));
        await connection.OpenAsync();
        return connection;
    }

    private string WriteCertificates()
    {
        var from = new DateTimeOffset(2020, 1, 1, 0, 0, 0, TimeSpan.Zero);
        var until = new DateTimeOffset(2120, 1, 1, 0, 0, 0, TimeSpan.Zero);
        using var authorityKey = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var authority = new CertificateRequest("CN=Authority of the tests", authorityKey, HashAlgorithmName.SHA256);
        authority.CertificateExtensions.Add(new X509BasicConstraintsExtension(certificateAuthority: true, false, 0, critical: true));
        using var root = authority.CreateSelfSigned(from, until);
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=localhost", key, HashAlgorithmName.SHA256);
        var names = new SubjectAlternativeNameBuilder();
        names.AddDnsName("localhost");
        request.CertificateExtensions.Add(names.Build());
        using var server = request.Create(root, from, until, [1, 2, 3, 4]);
        File.WriteAllText(Path.Combine(_folder, "server.crt"), server.ExportCertificatePem());
        File.WriteAllText(Path.Combine(_folder, "server.key"), key.ExportPkcs8PrivateKeyPem());
        if (!OperatingSystem.IsWindows())
        {
            File.SetUnixFileMode(Path.Combine(_folder, "server.key"), UnixFileMode.UserRead | UnixFileMode.UserWrite);
        }

        return root.ExportCertificatePem();
    }

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    private static Task AsServerAsync(string program, params IReadOnlyList<string> arguments) => RunAsync([.. s_as, Path.Combine(Bin!, program), .. arguments]);

    private static async Task RunAsync(params IReadOnlyList<string> command)
    {
        // pg_ctl leaves the server behind with our pipes: it must not inherit them.
        using var process = Process.Start(new ProcessStartInfo("sh", ["-c", "\"$@\" > /dev/null 2>&1", "sh", .. command]) { WorkingDirectory = "/" })!;
        await process.WaitForExitAsync();
        if (process.ExitCode != 0)
        {
            throw new InvalidOperationException($"{string.Join(' ', command)} ended with {process.ExitCode}.");
        }
    }
}
