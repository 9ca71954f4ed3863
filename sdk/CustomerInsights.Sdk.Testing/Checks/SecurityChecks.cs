using System.Globalization;
using System.Text.RegularExpressions;
using CustomerInsights.Plugins.Http;
using CustomerInsights.Plugins.Manifests;
using CustomerInsights.Sdk.Testing.Running;
using CustomerInsights.Sdk.Testing.Server;
using Microsoft.Extensions.Logging;

namespace CustomerInsights.Sdk.Testing.Checks;

/// <summary>G: secrets, people's data, and what a plugin reaches for.</summary>
internal static partial class SecurityChecks
{
    private const int LinesPerSecond = 50;
    private const int Burst = 200;
    private const int ShortestPersonal = 6;
    private static readonly Uri Metadata = new("http://169.254.169.254");
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    internal static IReadOnlyList<Check> All { get; } =
    [
        new("G01", "A planted secret turns up nowhere", Subject.Component, SecretAsync) { Note = "Looked for in logs, failures, answers, states, storage, files, metrics and addresses; as it is, in base64 and URL-encoded. A worker writes no crash dumps." },
        new("G02", "Only declared hosts are contacted", Subject.Component, HostsAsync) { OnlyIn = IsolationMode.InProcess, Note = "Seen by the events of the runtime, which a worker does not give." },
        new("G03", "The address of cloud metadata is not contacted", Subject.Component, MetadataAsync) { OnlyIn = IsolationMode.InProcess, Note = "As G02." },
        new("G04", "No file is written outside of the granted folders", Subject.Component, FilesAsync) { Note = "Looks at the package, at what lies around the granted folder, at the home and the working folder; reading is not seen." },
        new("G05", "No process is started that the manifest does not ask for", Subject.Component, ProcessesAsync) { OnlyIn = IsolationMode.Process, Note = "On Linux, where the system counts what the worker's children did." },
        new("G07", "People's data is not logged at Information or above", Subject.Component, PersonalAsync),
        new("G08", "Only declared profile fields are read and written", Subject.Enrichment, ProfileFieldsAsync),
        new("G09", "The log is not flooded", Subject.Component, FloodAsync),
        new("G10", "A full storage is not a bug of the plugin", Subject.Component, QuotaAsync),
    ];

    private static async Task SecretAsync(Trial trial, CancellationToken cancellationToken)
    {
        var bench = trial.Bench;
        var config = bench.Set(trial.Component);
        var secrets = bench.Planted;
        if (secrets.Count == 0)
        {
            throw Expect.NotHere("The settings of test.json hold no secret ({\"$secret\": \"name\"}).");
        }

        using var metrics = new MetricWatch(bench.PluginId);
        var said = new List<(string Where, string Text)>();
        said.AddRange((await Exercise.RunAsync(trial, config, cancellationToken)).Texts);
        if (trial.Component.Test.Http is not null)
        {
            // What fails is what people put into messages.
            foreach (var kind in (FaultKind[])[FaultKind.Unauthorized, FaultKind.Malformed])
            {
                said.AddRange(bench.Server.Requests.Select(request => ("the address of a request", request.Target)));
                bench.Server.Forget(new ServerFault(kind, From: 1, Times: int.MaxValue));
                said.AddRange((await Exercise.RunAsync(trial, config, cancellationToken)).Texts);
            }
        }

        said.AddRange(bench.Server.Requests.Select(request => ("the address of a request", request.Target)));
        said.AddRange(bench.Loggers.Lines.Select(line => (line.IsPlugin ? "the log" : "the host's log of a failure", line.Text)));
        said.AddRange(bench.Services.Reports.Select(text => ("a progress message", text)));
        said.AddRange(bench.Services.Storages.SelectMany(storage => storage.Texts).Select(text => ("storage", text)));
        said.AddRange(bench.Services.Transitions.Select(step => ("a reason of the plugin's state", $"{step.Reason} {step.Evidence}")));
        said.AddRange(metrics.Texts.Select(text => ("a metric", text)));
        said.AddRange(Directory.EnumerateFiles(bench.Granted, "*", SearchOption.AllDirectories).Select(file => ("a file in the granted folder", File.ReadAllText(file))));
        foreach (var (where, text) in said)
        {
            var found = SecretSearch.Find(text, secrets);
            Expect.That(found is null, $"The planted secret ({found}) is in {where}{(text.Contains(Bench.Mask, StringComparison.Ordinal) ? $", from which the host cut it: '{Shown(text)}'" : "")}. A secret goes into a header of a request and nowhere else.");
        }
    }

    private static async Task HostsAsync(Trial trial, CancellationToken cancellationToken)
    {
        var config = trial.Bench.Set(trial.Component);
        using var watch = new ConnectionWatch();
        await Exercise.RunAsync(trial, config, cancellationToken);
        var declared = trial.Manifest.Capabilities.Network?.Hosts ?? [];
        var server = trial.Bench.Server.Address;

        // A library with sockets of its own goes to the host that a setting names: ${config.host}.
        var allowed = new AllowedHosts(declared, config);
        var other = watch.EndPoints.Where(endPoint => endPoint.Port != server.Port && !declared.Contains(endPoint.Address.ToString(), StringComparer.Ordinal) && allowed.Find(endPoint.Address.ToString(), endPoint.Port) is null).Select(endPoint => endPoint.ToString())
            .Concat(watch.Hosts.Where(host => host != server.Host && !declared.Any(pattern => Fits(pattern, host)))).Distinct(StringComparer.Ordinal).ToList();
        Expect.That(other.Count == 0, $"The plugin went to {Expect.Some(other)}, which its manifest does not declare (capabilities.network.hosts). Use IPluginContext.Http, and declare every host.");
    }

    private static bool Fits(string pattern, string host) => pattern.StartsWith("*.", StringComparison.Ordinal)
        ? host.EndsWith(pattern[1..], StringComparison.OrdinalIgnoreCase)
        : string.Equals(pattern, host, StringComparison.OrdinalIgnoreCase);

    private static async Task MetadataAsync(Trial trial, CancellationToken cancellationToken)
    {
        FaultChecks.NeedServer(trial);
        trial.Bench.Set(trial.Component);
        var config = trial.Bench.ConfigFor(trial.Component, Metadata);
        using var watch = new ConnectionWatch();
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        patience.CancelAfter(Patience);
        try
        {
            await Exercise.RunAsync(trial, config, patience.Token);
        }
        catch (OperationCanceledException) when (patience.IsCancellationRequested && !cancellationToken.IsCancellationRequested)
        {
            // It waits for a host that does not answer; what it began was seen.
        }

        var reached = watch.EndPoints.Any(endPoint => endPoint.Address.ToString() == Metadata.Host);
        Expect.That(!reached, $"With {Metadata.Host} as its server the plugin connects to it; there a cloud hands out the host's credentials. Use IPluginContext.Http, which refuses private addresses that were not granted.");
    }

    private static async Task FilesAsync(Trial trial, CancellationToken cancellationToken)
    {
        var bench = trial.Bench;
        var config = bench.Set(trial.Component);
        var before = Around(trial);
        await Exercise.RunAsync(trial, config, cancellationToken);
        var after = Around(trial);
        var written = after.Where(pair => before.GetValueOrDefault(pair.Key) != pair.Value).Select(pair => pair.Key).Concat(before.Keys.Except(after.Keys, StringComparer.Ordinal)).ToList();
        Expect.That(written.Count == 0, $"The plugin wrote or removed {Expect.Some(written.Select(path => Path.GetRelativePath(bench.Surroundings, path)))}, outside of the granted folder. Keep small values in IPluginContext.Storage, and files below IPluginContext.Grants.");
    }

    private static Dictionary<string, string> Around(Trial trial)
    {
        var data = Path.Combine(trial.Bench.Surroundings, "data") + Path.DirectorySeparatorChar;
        var granted = trial.Bench.Granted + Path.DirectorySeparatorChar;
        var home = Environment.GetFolderPath(Environment.SpecialFolder.UserProfile);
        return FileSnapshot.Of(trial.Bench.Surroundings, SearchOption.AllDirectories)
            .Where(pair => !pair.Key.StartsWith(data, StringComparison.Ordinal) && !pair.Key.StartsWith(granted, StringComparison.Ordinal))
            .Concat(FileSnapshot.Of(trial.Package.Folder, SearchOption.AllDirectories))
            .Concat(FileSnapshot.Of(Environment.CurrentDirectory, SearchOption.TopDirectoryOnly))
            .Concat(home.Length > 0 ? FileSnapshot.Of(home, SearchOption.TopDirectoryOnly) : [])
            .DistinctBy(pair => pair.Key).ToDictionary(pair => pair.Key, pair => pair.Value, StringComparer.Ordinal);
    }

    private static async Task ProcessesAsync(Trial trial, CancellationToken cancellationToken)
    {
        if (!OperatingSystem.IsLinux())
        {
            throw Expect.NotHere("Seen on Linux only.");
        }

        if (trial.Manifest.Capabilities.Process)
        {
            throw Expect.NotHere("The manifest asks for processes (capabilities.process).");
        }

        var config = trial.Bench.Set(trial.Component);
        await Exercise.RunAsync(trial, config, cancellationToken);
        var worker = trial.Bench.Loggers.WorkerId;
        var (faults, children) = Children(worker);
        Expect.That(faults == 0 && children.Count == 0, $"The worker has started a process{(children.Count > 0 ? $" ({Expect.Some(children)})" : "")}, and the manifest does not ask for it (capabilities.process).");
    }

    // Field 11 of stat counts the page faults of children that were waited for: no process runs without any.
    private static (long Faults, IReadOnlyList<string> Children) Children(int process)
    {
        try
        {
            var root = string.Create(CultureInfo.InvariantCulture, $"/proc/{process}");
            var stat = File.ReadAllText($"{root}/stat");
            var fields = stat[(stat.LastIndexOf(')') + 2)..].Split(' ');
            var children = Directory.GetDirectories($"{root}/task").SelectMany(task => File.ReadAllText($"{task}/children").Split(' ', StringSplitOptions.RemoveEmptyEntries)).Select(NameOf).ToList();
            return (long.Parse(fields[8], CultureInfo.InvariantCulture), children);
        }
        catch (IOException)
        {
            throw Expect.Failed($"The worker has ended.");
        }
    }

    private static string NameOf(string process)
    {
        try
        {
            return File.ReadAllText($"/proc/{process}/comm").Trim();
        }
        catch (IOException)
        {
            return process;
        }
    }

    private static async Task PersonalAsync(Trial trial, CancellationToken cancellationToken)
    {
        var config = trial.Bench.Set(trial.Component);
        var personal = await PersonalValuesAsync(trial, config, cancellationToken);
        if (personal.Count == 0)
        {
            throw Expect.NotHere($"The fixture holds no personal data that could be looked for: no value of {ShortestPersonal} characters or more in a field with a semantic type person.* or contact.*, or named in 'personal'.");
        }

        trial.Bench.Loggers.Clear();
        await Exercise.RunAsync(trial, config, cancellationToken);
        foreach (var line in trial.Bench.Loggers.Lines.Where(line => line.IsPlugin && line.Level >= LogLevel.Information))
        {
            var found = personal.FirstOrDefault(value => line.Text.Contains(value, StringComparison.Ordinal));
            Expect.That(found is null, $"The plugin logs '{found}' from people's data at {line.Level}. Log counts and ids, never people's data.");
        }
    }

    private static async Task<HashSet<string>> PersonalValuesAsync(Trial trial, byte[] config, CancellationToken cancellationToken)
    {
        var named = trial.Component.Test.Personal;
        IEnumerable<string> values;
        if (trial.Component.Subject == Subject.Connector)
        {
            var (_, catalog, reading) = await trial.ReferenceAsync(cancellationToken);
            var fields = catalog.Streams.SelectMany(stream => stream.Fields).Where(field => Semantic(field.SemanticType)).Select(field => field.Name).Concat(named).ToHashSet(StringComparer.Ordinal);
            values = reading.Records().SelectMany(found => found.Names.All.Select((name, i) => (name, found.Record)).Where(pair => pair.Record.Operation == RecordOperation.Upsert).Select(pair => (pair.name, Value: pair.Record.Values[found.Names.IndexOf(pair.name)])))
                .Where(pair => fields.Contains(pair.name) || Mail().IsMatch(pair.Value.ToString())).Select(pair => pair.Value.ToString());
        }
        else if (trial.Component.Subject == Subject.Export)
        {
            values = trial.TestMembers().SelectMany(member => member.Values).Where(pair => pair.Value is not null && (named.Contains(pair.Key, StringComparer.Ordinal) || Mail().IsMatch(pair.Value.ToString()))).Select(pair => pair.Value!.ToString());
        }
        else
        {
            // What an enrichment is handed of a profile is personal, all of it.
            values = trial.Profiles().SelectMany(profile => profile.Values).Where(pair => pair.Value is not null).Select(pair => pair.Value!.ToString());
        }

        return [.. values.Where(value => value.Length >= ShortestPersonal)];
    }

    private static bool Semantic(string? type) => type is not null && (type.StartsWith("person.", StringComparison.Ordinal) || type.StartsWith("contact.", StringComparison.Ordinal));

    private static async Task ProfileFieldsAsync(Trial trial, CancellationToken cancellationToken)
    {
        var config = trial.Bench.Set(trial.Component);
        await using var enrichment = await trial.OpenEnrichmentAsync(config, "kit", cancellationToken);
        var described = await enrichment.DescribeAsync(cancellationToken);
        var declared = trial.Manifest.Capabilities.ProfileFields ?? new ManifestProfileFields();
        var reads = described.Reads.Except(declared.Read.SelectMany(field => Named(field, config)), StringComparer.Ordinal).ToList();
        Expect.That(reads.Count == 0, $"The enrichment reads {Expect.Some(reads)} of profiles, and its manifest does not say so (capabilities.profileFields.read): the admin who accepted it was told otherwise.");
        var writes = described.Writes.Select(field => field.Name).Where(name => !declared.Write.Contains(name, StringComparer.Ordinal) && !declared.Write.Contains($"{described.Namespace}.{name}", StringComparer.Ordinal)).ToList();
        Expect.That(writes.Count == 0, $"The enrichment writes {Expect.Some(writes)}, and its manifest does not say so (capabilities.profileFields.write).");
    }

    // An entry may stand for what a setting names, one or a list: ${config.email}, ${config.attributes}.
    private static IReadOnlyList<string> Named(string field, byte[] config)
    {
        if (!field.StartsWith("${config.", StringComparison.Ordinal) || !field.EndsWith('}'))
        {
            return [field];
        }

        using var settings = System.Text.Json.JsonDocument.Parse(config);
        var value = settings.RootElement;
        foreach (var part in field["${config.".Length..^1].Split('.'))
        {
            if (value.ValueKind != System.Text.Json.JsonValueKind.Object || !value.TryGetProperty(part, out value))
            {
                return [];
            }
        }

        return value.ValueKind switch
        {
            System.Text.Json.JsonValueKind.String => [value.GetString()!],
            System.Text.Json.JsonValueKind.Array => [.. value.EnumerateArray().Where(one => one.ValueKind == System.Text.Json.JsonValueKind.String).Select(one => one.GetString()!)],
            _ => [],
        };
    }

    private static async Task FloodAsync(Trial trial, CancellationToken cancellationToken)
    {
        var config = trial.Bench.Set(trial.Component);
        var begun = TimeProvider.System.GetTimestamp();
        await Exercise.RunAsync(trial, config, cancellationToken);
        var seconds = TimeProvider.System.GetElapsedTime(begun).TotalSeconds;
        var lines = trial.Bench.Loggers.Lines.Count(line => line.IsPlugin);
        Expect.That(lines <= Burst + (LinesPerSecond * seconds), $"The plugin logged {lines} lines within {seconds:0.0} s; the host lets {LinesPerSecond} a second through, {Burst} at once, and drops the rest. Log a summary, not each record.");
    }

    private static async Task QuotaAsync(Trial trial, CancellationToken cancellationToken)
    {
        var config = trial.Bench.Set(trial.Component);
        var usual = await Exercise.RunAsync(trial, config, cancellationToken);
        if (trial.Bench.Services.Storages.Sum(storage => storage.Writes) == 0)
        {
            throw Expect.NotHere("The component stores nothing.");
        }

        config = trial.Bench.Set(trial.Component);
        trial.Bench.Services.Quota = 0;
        var full = await Exercise.RunAsync(trial, config, cancellationToken);
        var bug = full.Failures.FirstOrDefault(failure => failure.Kind == FailureKind.Bug);
        Expect.That(bug is null, $"With its storage full (a Put throws Permanent) the component fails as a bug: {bug?.Message} Let the exception pass, or do without what could not be stored.");
        Expect.That(full.Failures.Count > 0 || full.Digest == usual.Digest, $"With its storage full the component answers otherwise than before and does not fail. What it could not remember must not be lost without a word.");
    }

    private static string Shown(string text) => text.Length > 160 ? text[..160] + "…" : text;

    [GeneratedRegex(@"^[^@\s]+@[^@\s]+\.[^@\s]+$", RegexOptions.NonBacktracking)]
    private static partial Regex Mail();
}
