using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using System.Text.RegularExpressions;
using CustomerInsights.Core.Unification.Linkage;
using CustomerInsights.Host.Features.Unification;

namespace CustomerInsights.Host.Commands.Unify;

/// <summary>
/// <c>unify evaluate</c>: runs the matcher over CSV files and says what it found; with a column that tells the truth, how right it is. How anybody
/// measures the matcher on data of his own.
/// </summary>
internal static class EvaluateCommand
{
    private const int ShownValues = 6;

    internal static async Task<int> RunAsync(string[] files, string? truth, string? truthPattern, FileInfo? policy, FileInfo? output, int live, bool lab, int? memory, CancellationToken cancellationToken)
    {
        if (Array.Find(files, file => !File.Exists(file)) is { } missing)
        {
            return await FailAsync($"There is no file {missing}.");
        }

        try
        {
            var settings = policy is null ? new MatchSettings() : MatchSettings.Read(await File.ReadAllTextAsync(policy.FullName, cancellationToken));
            var pattern = truthPattern is null ? null : new Regex(truthPattern, RegexOptions.NonBacktracking);
            var watch = Stopwatch.StartNew();
            var data = await MatchFiles.ReadAsync(files, truth, pattern, settings, cancellationToken);
            var steps = new List<(string Name, TimeSpan From)> { ("reading", TimeSpan.Zero) };
            var options = settings.Options(data, files.Length) with { MemoryMegabytes = memory, Spill = new TemporaryFiles(Path.GetTempPath()) };
            var result = Matcher.Run(data.Columns, options, step => steps.Add((step, watch.Elapsed)), cancellationToken);
            steps.Add(("", watch.Elapsed));
            var clusters = result.Clusters.ToArray();
            Print(data, result, steps);
            if (lab)
            {
                LabTrial.Run(result, options, Line, cancellationToken);
            }

            if (live > 0)
            {
                LiveTrial.Run(result, live, data.Truth, Line);
            }

            if (output is not null)
            {
                await WriteAsync(output.FullName, clusters, cancellationToken);
            }

            return 0;
        }
        catch (Exception error) when (error is InvalidDataException or IOException or JsonException or ArgumentException or NotSupportedException or CsvHelper.CsvFormatException or UnauthorizedAccessException or MatcherMemoryException or SpillException)
        {
            return await FailAsync(error.Message);
        }
    }

    private static void Print(MatchFiles data, MatcherResult result, List<(string Name, TimeSpan From)> steps)
    {
        var sizes = result.Clusters.CountBy(cluster => cluster).Select(one => one.Value).ToList();
        Line("records", MatchFiles.Count(result.Clusters.Length));
        Line("fields", string.Join(", ", data.Columns.Select(column => $"{column.Name} ({Word(column.Type)})")));
        foreach (var field in result.Junk.GroupBy(junk => junk.Field, StringComparer.Ordinal))
        {
            var most = field.OrderByDescending(junk => junk.Records).Take(ShownValues).Select(junk => $"'{junk.Value}' ({MatchFiles.Count(junk.Records)} records)");
            var more = field.Count() > ShownValues ? $" and {MatchFiles.Count(field.Count() - ShownValues)} more" : "";
            Line("set aside", $"{field.Key}: {string.Join(", ", most)}{more}: far too frequent to name one person");
        }

        if (result.Unused.Count > 0)
        {
            Line("set aside", string.Join(", ", result.Unused.Select(field => $"{field.Field} ({Why(field.Reason)})")));
        }

        Line("compared", $"{MatchFiles.Count(result.Compared)} pairs, found by {result.Keys.Count(key => key.Pairs > 0)} keys");
        if (result.Ties.Count > 0)
        {
            Line("ties", $"{MatchFiles.Count(result.Ties.Count)} of {MatchFiles.Count(result.Ties.Sum(tie => tie.Records.Count))} records, which only chance could pair: left apart");
        }

        Line("clusters", $"{MatchFiles.Count(sizes.Count)}, {MatchFiles.Count(sizes.Count(size => size > 1))} of more than one record, the largest of {MatchFiles.Count(sizes.DefaultIfEmpty().Max())}");
        if (data.Truth is { } truth)
        {
            var scores = ClusterScores.Of(result.Clusters, truth);
            Line("pairs", $"{MatchFiles.Count(scores.FoundPairs)} found, {MatchFiles.Count(scores.TruePairs)} true, {MatchFiles.Count(scores.CommonPairs)} both");
            Line("precision", Share(scores.Precision));
            Line("recall", Share(scores.Recall));
            Line("F1", Share(scores.F1));
            Line("B-cubed", $"{Share(scores.BCubed)} (precision {Share(scores.BCubedPrecision)}, recall {Share(scores.BCubedRecall)})");
        }

        using var process = Process.GetCurrentProcess();
        Line("time", $"{Seconds(steps[^1].From)} s: {string.Join(", ", steps.Zip(steps.Skip(1), (step, next) => $"{step.Name} {Seconds(next.From - step.From)}"))}");
        Line("memory", string.Create(CultureInfo.InvariantCulture, $"{process.PeakWorkingSet64 / 1048576.0:N0} MiB at most{(result.SpilledBytes > 0 ? $"; {result.SpilledBytes / 1048576.0:N0} MiB were on disk" : "")}"));
    }

    private static async Task WriteAsync(string file, int[] clusters, CancellationToken cancellationToken)
    {
        await using var writer = new StreamWriter(file);
        await writer.WriteAsync("record,cluster\n".AsMemory(), cancellationToken);
        for (var row = 0; row < clusters.Length; row++)
        {
            await writer.WriteAsync(string.Create(CultureInfo.InvariantCulture, $"{row + 1},{clusters[row] + 1}\n").AsMemory(), cancellationToken);
        }
    }

    private static async Task<int> FailAsync(string message)
    {
        await Console.Error.WriteLineAsync(message);
        return 1;
    }

    private static void Line(string what, string value) => Console.WriteLine($"{what,-10} {value}");

    private static string Seconds(TimeSpan time) => time.TotalSeconds.ToString("0.00", CultureInfo.InvariantCulture);

    private static string Share(double share) => share.ToString("0.0000", CultureInfo.InvariantCulture);

    private static string Why(UnusedReason reason) => reason switch
    {
        UnusedReason.NoValues => "no values",
        UnusedReason.OneValue => "one value everywhere",
        _ => "too many fields",
    };

    private static string Word(MatchFieldType type) => JsonNamingPolicy.CamelCase.ConvertName(type.ToString());
}
