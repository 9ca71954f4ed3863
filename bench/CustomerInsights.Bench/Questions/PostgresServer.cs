using System.Diagnostics;
using System.Globalization;

namespace CustomerInsights.Bench.Questions;

/// <summary>A PostgreSQL server of our own in a folder, on a socket there; gone when disposed.</summary>
internal sealed class PostgresServer : IAsyncDisposable
{
    private readonly string _bin;
    private readonly string _files;
    private readonly string _folder;
    private readonly string[] _as;

    private PostgresServer(string bin, string files)
    {
        _bin = bin;
        _files = files;
        _folder = Path.Combine(files, "postgres");

        // PostgreSQL refuses to run as root; its package has made a user.
        _as = Environment.UserName == "root" ? ["runuser", "-u", "postgres", "--"] : [];
    }

    public string Version { get; private set; } = "PostgreSQL";

    private string Data => Path.Combine(_folder, "data");

    public static async Task<PostgresServer> StartAsync(string bin, string files)
    {
        var server = new PostgresServer(bin, files);
        await server.StartAsync();
        return server;
    }

    public Task ExecuteAsync(string sql) => PsqlAsync(sql);

    /// <summary>The statements in one session, timed by psql: what the server takes, without the start of a client.</summary>
    public async Task<(double Milliseconds, IReadOnlyList<IReadOnlyList<string?[]>> Rows)> AskAsync(IReadOnlyList<string> statements)
    {
        var output = await PsqlAsync("SET jit = off;\nSELECT 1;\n\\timing on\n" + string.Join("\n\\echo ---\n", statements.Select(sql => sql + ";")));
        var timed = output.Split('\n').SkipWhile(line => line != "1").Skip(1).ToList();
        var took = timed.Where(line => line.StartsWith("Time: ", StringComparison.Ordinal)).Sum(line => double.Parse(line.Split(' ')[1], CultureInfo.InvariantCulture));
        var rows = new List<IReadOnlyList<string?[]>>();
        var current = new List<string?[]>();
        foreach (var line in timed)
        {
            if (line == "---")
            {
                rows.Add(current);
                current = [];
            }
            else if (line.Length > 0 && !line.StartsWith("Time: ", StringComparison.Ordinal) && !line.StartsWith("Timing ", StringComparison.Ordinal))
            {
                current.Add([.. line.Split('|').Select(cell => cell.Length == 0 ? null : cell)]);
            }
        }

        rows.Add(current);
        return (took, rows);
    }

    public async ValueTask DisposeAsync()
    {
        try
        {
            await StartAsync("pg_ctl", "-D", Data, "-m", "immediate", "stop");
        }
        catch (InvalidOperationException)
        {
            // It was not running any more.
        }
    }

    private async Task StartAsync()
    {
        Directory.CreateDirectory(_folder);
        if (_as.Length > 0)
        {
            await Peers.RunAsync("chown", ["-R", "postgres", _files]);
            await Peers.RunAsync("chmod", ["755", _files]);
        }

        await StartAsync("initdb", "-D", Data, "-A", "trust", "-U", "bench", "--no-sync");
        await File.AppendAllTextAsync(Path.Combine(Data, "postgresql.conf"), string.Create(CultureInfo.InvariantCulture, $"""

            listen_addresses = ''
            unix_socket_directories = '{_folder}'
            shared_buffers = 6GB
            effective_cache_size = 12GB
            work_mem = 512MB
            maintenance_work_mem = 1GB
            max_parallel_workers_per_gather = {Environment.ProcessorCount}
            max_parallel_workers = {Environment.ProcessorCount}
            random_page_cost = 1.1
            fsync = off
            max_wal_size = 8GB
            timezone = 'UTC'

            """));
        await StartAsync("pg_ctl", "-D", Data, "-w", "-t", "120", "-l", Path.Combine(_folder, "log"), "-o", "-p 5432", "start");
        Version = "PostgreSQL " + (await PsqlAsync("SHOW server_version")).Trim();
    }

    private async Task StartAsync(string program, params string[] arguments)
    {
        // pg_ctl leaves the server behind with our pipes: it must not inherit them.
        string[] all = [.. _as, Path.Combine(_bin, program), .. arguments];
        using var process = Process.Start(new ProcessStartInfo("sh", ["-c", "\"$@\" > /dev/null 2>&1", "sh", .. all]) { WorkingDirectory = _folder })!;
        await process.WaitForExitAsync();
        if (process.ExitCode != 0)
        {
            throw new InvalidOperationException($"{program} ended with {process.ExitCode}.");
        }
    }

    private Task<string> PsqlAsync(string sql) => Peers.RunAsync(
        "sh",
        ["-c", "cd \"$1\" && shift && \"$@\"", "sh", _files, Path.Combine(_bin, "psql"), "-X", "-q", "-A", "-t", "-v", "ON_ERROR_STOP=1", "-h", _folder, "-U", "bench", "-d", "postgres"],
        sql);
}
