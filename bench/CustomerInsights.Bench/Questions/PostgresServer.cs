using System.Diagnostics;
using System.Globalization;

namespace CustomerInsights.Bench.Questions;

/// <summary>A PostgreSQL server of our own in a folder, on a socket there; gone when disposed.</summary>
internal sealed class PostgresServer : IDisposable
{
    private readonly string _bin;
    private readonly string _files;
    private readonly string _folder;
    private readonly string[] _as;

    public PostgresServer(string bin, string files)
    {
        _bin = bin;
        _files = files;
        _folder = Path.Combine(files, "postgres");

        // PostgreSQL refuses to run as root; its package has made a user.
        _as = Environment.UserName == "root" ? ["runuser", "-u", "postgres", "--"] : [];
        Directory.CreateDirectory(_folder);
        if (_as.Length > 0)
        {
            Peers.Run("chown", ["-R", "postgres", files]);
            Peers.Run("chmod", ["755", files]);
        }

        Start("initdb", "-D", Data, "-A", "trust", "-U", "bench", "--no-sync");
        File.AppendAllText(Path.Combine(Data, "postgresql.conf"), string.Create(CultureInfo.InvariantCulture, $"""

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
        Start("pg_ctl", "-D", Data, "-w", "-t", "120", "-l", Path.Combine(_folder, "log"), "-o", "-p 5432", "start");
        Version = "PostgreSQL " + Psql("SHOW server_version").Trim();
    }

    public string Version { get; }

    private string Data => Path.Combine(_folder, "data");

    public void Execute(string sql) => Psql(sql);

    /// <summary>The statements in one session, timed by psql: what the server takes, without the start of a client.</summary>
    public (double Milliseconds, IReadOnlyList<IReadOnlyList<string?[]>> Rows) Ask(IReadOnlyList<string> statements)
    {
        var output = Psql("SET jit = off;\nSELECT 1;\n\\timing on\n" + string.Join("\n\\echo ---\n", statements.Select(sql => sql + ";")));
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

    public void Dispose()
    {
        try
        {
            Start("pg_ctl", "-D", Data, "-m", "immediate", "stop");
        }
        catch (InvalidOperationException)
        {
            // It was not running any more.
        }
    }

    private void Start(string program, params string[] arguments)
    {
        // pg_ctl leaves the server behind with our pipes: it must not inherit them.
        string[] all = [.. _as, Path.Combine(_bin, program), .. arguments];
        using var process = Process.Start(new ProcessStartInfo("sh", ["-c", "\"$@\" > /dev/null 2>&1", "sh", .. all]) { WorkingDirectory = _folder })!;
        process.WaitForExit();
        if (process.ExitCode != 0)
        {
            throw new InvalidOperationException($"{program} ended with {process.ExitCode}.");
        }
    }

    private string Psql(string sql) => Peers.Run(
        "sh",
        ["-c", "cd \"$1\" && shift && \"$@\"", "sh", _files, Path.Combine(_bin, "psql"), "-X", "-q", "-A", "-t", "-v", "ON_ERROR_STOP=1", "-h", _folder, "-U", "bench", "-d", "postgres"],
        sql);
}
