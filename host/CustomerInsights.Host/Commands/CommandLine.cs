using System.CommandLine;
using System.Net;
using System.Net.Sockets;
using CustomerInsights.Host.Commands.Unify;
using MatcherPolicy = CustomerInsights.Core.Unification.MatcherPolicy;

namespace CustomerInsights.Host.Commands;

/// <summary>The command <c>customer-insights</c>: its verbs and options.</summary>
internal static class CommandLine
{
    public static async Task<int> RunAsync(string[] arguments)
    {
        var data = new Option<string>("--data")
        {
            Description = "The data directory.",
            DefaultValueFactory = _ => Environment.GetEnvironmentVariable("CUSTOMER_INSIGHTS_DATA") ?? "data",
            Recursive = true,
        };
        data.Validators.Add(result =>
        {
            if (string.IsNullOrWhiteSpace(result.GetValueOrDefault<string>()))
            {
                result.AddError("--data is empty; give a folder.");
            }
        });
        var plugins = new Option<string[]>("--plugins")
        {
            Description = "Folders of plugins that come with the program unpacked. Default: none; the built-in ones come from the catalog 'plugins-feed' beside it.",
            DefaultValueFactory = _ => [],
            Recursive = true,
        };
        var development = new Option<string[]>("--dev")
        {
            Description = "Folders of plugins in development, <id>/<version>/ in each: they run without a signature.",
            DefaultValueFactory = _ => [],
            Recursive = true,
        };
        var root = new RootCommand("Customer Insights: unified customer profiles, segments and exports.") { data, plugins, development };

        HostSettings Settings(ParseResult parsed) => new()
        {
            DataDirectory = Path.GetFullPath(parsed.GetValue(data)!),
            PluginRoots = [.. parsed.GetValue(plugins)!.Select(Path.GetFullPath)],
            DevelopmentRoots = [.. parsed.GetValue(development)!.Select(Path.GetFullPath)],
        };

        root.Subcommands.Add(Serve(Settings));
        root.Subcommands.Add(Apply(Settings));
        root.Subcommands.Add(Refresh(Settings));
        root.Subcommands.Add(new Command("unify", "Finding out which records are one.") { Evaluate() });
        return await root.Parse(arguments).InvokeAsync();
    }

    private static Command Serve(Func<ParseResult, HostSettings> settings)
    {
        var port = new Option<int>("--port") { Description = "The port to listen at; 0 takes a free one.", DefaultValueFactory = _ => 5080 };
        port.Validators.Add(result =>
        {
            if (result.GetValueOrDefault<int>() is var number and (< 0 or > 65535))
            {
                result.AddError($"--port {number}: a port is a number from 0 to 65535; 0 takes a free one.");
            }
        });
        var address = new Option<string>("--address") { Description = "The IP address to listen at; 0.0.0.0 or :: for all of this machine's.", DefaultValueFactory = _ => "127.0.0.1" };
        address.Validators.Add(result =>
        {
            // The server would take a name for "all addresses": a slip of the pen must not open the host to the network.
            if (AddressOf(result.GetValueOrDefault<string>()) is null)
            {
                result.AddError($"--address {result.GetValueOrDefault<string>()}: give an IP address such as 127.0.0.1 or ::1, localhost, or 0.0.0.0 for all of this machine's.");
            }
        });
        var sample = new Option<string?>("--sample") { Description = "A folder with recipe.json and files: copied into the data directory, applied and refreshed, unless there is a sample already." };
        var safeMode = new Option<bool>("--safe-mode") { Description = "Start only the plugins that come with the program." };
        var memory = Memory("What a matcher may take of memory where its policy does not say, in MiB; the rest is put aside on disk. Default: no bound but the machine's.", "--matcher-memory");
        var columns = Memory("What columns of profiles may take of memory, in MiB; past it they stay in mapped files. Default: a quarter of the machine's.", "--columns-memory", "the copy in columns", least: 16);
        var search = Memory("What the index for searching profiles may take of memory, in MiB; past it the store is searched, without forgiving typing errors. Default: an eighth of the machine's.", "--search-memory", "the index for searching", least: 16);
        var expiry = new Option<int?>("--expire-segments-after") { Description = "Days after which a segment that nothing builds on and nobody looks at becomes inactive. Default: never." };
        expiry.Validators.Add(result =>
        {
            if (result.GetValueOrDefault<int?>() is < 1 or > 3650)
            {
                result.AddError("--expire-segments-after: give 1 to 3650 days.");
            }
        });
        var history = new Option<int>("--measure-history-days") { Description = "How many days back the history of measures goes. Default: 400.", DefaultValueFactory = _ => new HostSettings { DataDirectory = "" }.MeasureHistoryDays };
        history.Validators.Add(result =>
        {
            if (result.GetValueOrDefault<int>() is < 1 or > 36_500)
            {
                result.AddError("--measure-history-days: give 1 to 36500 days.");
            }
        });
        var frames = new Option<string[]>("--frame-ancestor") { Description = "Sites that may show cards in frames of theirs: https://crm.example. Default: none.", DefaultValueFactory = _ => [] };
        frames.Validators.Add(result =>
        {
            foreach (var site in result.GetValueOrDefault<string[]>() ?? [])
            {
                if (!Uri.TryCreate(site, UriKind.Absolute, out var uri) || uri.Scheme is not ("https" or "http") || uri.GetLeftPart(UriPartial.Authority) != site)
                {
                    result.AddError($"--frame-ancestor {site}: give scheme and host, https://crm.example.");
                }
            }
        });
        var exports = Days("--privacy-export-days", "For how many days an export of a person's data can be downloaded. Default: 7.", new HostSettings { DataDirectory = "" }.PrivacyExportDays, 365);
        var reads = Days("--read-audit-days", "For how many days it is kept who read whose data. Default: 365.", new HostSettings { DataDirectory = "" }.ReadAuditDays, 36_500);
        var command = new Command("serve", "Runs the host until it is stopped.") { port, address, sample, safeMode, memory, columns, search, expiry, history, frames, exports, reads };
        command.SetAction((parsed, cancellationToken) => ServeCommand.RunAsync(
            settings(parsed) with { Url = $"http://{AddressOf(parsed.GetValue(address))}:{parsed.GetValue(port)}", SafeMode = parsed.GetValue(safeMode), MatcherMegabytes = parsed.GetValue(memory), ColumnMegabytes = parsed.GetValue(columns), SearchMegabytes = parsed.GetValue(search), ExpireSegmentsAfterDays = parsed.GetValue(expiry), MeasureHistoryDays = parsed.GetValue(history), FrameAncestors = parsed.GetValue(frames)!, PrivacyExportDays = parsed.GetValue(exports), ReadAuditDays = parsed.GetValue(reads) },
            parsed.GetValue(sample),
            cancellationToken));
        return command;
    }

    private static Option<int> Days(string name, string description, int otherwise, int most)
    {
        var option = new Option<int>(name) { Description = description, DefaultValueFactory = _ => otherwise };
        option.Validators.Add(result =>
        {
            if (result.GetValueOrDefault<int>() is var days && (days < 1 || days > most))
            {
                result.AddError($"{name}: give 1 to {most} days.");
            }
        });
        return option;
    }

    // As it stands in a URL, or null for what is none.
    private static string? AddressOf(string? text) => text == "localhost" ? "127.0.0.1"
        : !IPAddress.TryParse(text, out var ip) ? null
        : ip.AddressFamily == AddressFamily.InterNetworkV6 ? $"[{ip}]" : ip.ToString();

    private static Command Apply(Func<ParseResult, HostSettings> settings)
    {
        var recipe = new Argument<FileInfo>("recipe") { Description = "The recipe, a JSON file." };
        var dryRun = new Option<bool>("--dry-run") { Description = "Only show what would change." };
        var command = new Command("apply", "Makes everything as a recipe says. Applying it twice changes nothing.") { recipe, dryRun };
        command.SetAction((parsed, cancellationToken) => RemoteCommands.ApplyAsync(settings(parsed), parsed.GetValue(recipe)!, parsed.GetValue(dryRun), cancellationToken));
        return command;
    }

    private static Command Refresh(Func<ParseResult, HostSettings> settings)
    {
        var command = new Command("refresh", "Runs the whole pipeline and waits for its end.");
        command.SetAction((parsed, cancellationToken) => RemoteCommands.RefreshAsync(settings(parsed), cancellationToken));
        return command;
    }

    private static Command Evaluate()
    {
        var files = new Argument<string[]>("files") { Description = "CSV files, comma-separated. The columns of several are brought together by name, or by what they hold.", Arity = ArgumentArity.OneOrMore };
        var truth = new Option<string?>("--truth") { Description = "The column whose equal values mean the same person; it is used for scoring alone." };
        var pattern = new Option<string?>("--truth-pattern") { Description = "A regular expression for the part of that column that counts: its first group." };
        var policy = new Option<FileInfo?>("--policy") { Description = "A JSON file with \"fields\" (name to type), \"strictness\", \"pairsPerRecord\", \"filesAreFreeOfDuplicates\". Default: all guessed." };
        var output = new Option<FileInfo?>("--out") { Description = "A CSV file to write each record's cluster into." };
        var live = new Option<int>("--live") { Description = "Afterwards take so many records away, look each up among all others and put it back: how long one record takes, and whether it comes where it was." };
        var lab = new Option<bool>("--lab") { Description = "Afterwards tell, without the truth, how right the clusters are likely to be, and what another strictness would give." };
        var memory = Memory("What the matcher may take of memory, in MiB; what does not fit is put aside on disk, and the result is the same. Default: no bound.", "--memory");
        var command = new Command("evaluate", "Runs the matcher over CSV files, without labels, and measures it where the truth is known.") { files, truth, pattern, policy, output, live, lab, memory };
        command.SetAction((parsed, cancellationToken) => EvaluateCommand.RunAsync(
            parsed.GetValue(files)!, parsed.GetValue(truth), parsed.GetValue(pattern), parsed.GetValue(policy), parsed.GetValue(output), parsed.GetValue(live), parsed.GetValue(lab), parsed.GetValue(memory), cancellationToken));
        return command;
    }

    private static Option<int?> Memory(string description, string name, string who = "a matcher", int least = MatcherPolicy.LeastMegabytes)
    {
        var memory = new Option<int?>(name) { Description = description };
        memory.Validators.Add(result =>
        {
            if (result.GetValueOrDefault<int?>() is { } number && number < least)
            {
                result.AddError($"{name} {number}: {who} takes {least} MiB or more.");
            }
        });
        return memory;
    }
}
