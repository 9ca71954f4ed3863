using System.Diagnostics;
using System.Globalization;
using CustomerInsights.Core.Columns;
using CustomerInsights.Core.Columns.Evaluation;
using CustomerInsights.Core.Model;
using CustomerInsights.Core.Rules;

namespace CustomerInsights.Bench.Questions;

/// <summary>The same questions to our columns, to DuckDB and to PostgreSQL, on the same made-up people; the answers must be equal.</summary>
internal static class QuestionsBench
{
    private const ulong Seed = 20_260_701;

    /// <param name="profiles">How many profiles.</param>
    /// <param name="runs">Timed runs of each question, behind three that warm.</param>
    /// <param name="peers">Where the peers' scripts and their packages are.</param>
    /// <param name="only">"ours" leaves the peers out.</param>
    public static async Task<int> RunAsync(int profiles, int runs, string peers, string? only)
    {
        Measure.Machine();
        var files = Directory.CreateTempSubdirectory("questions-").FullName;
        try
        {
            var watch = Stopwatch.StartNew();
            var image = PeopleFiles.Write(new GeneratedPeople(profiles, Seed), files);
            var activities = image.Parts.Sum(part => part.Part.Activities.Values.Sum(table => (long)table.Rows));
            var bytes = image.Parts.Sum(part => part.Part.Bytes);
            Print($"{profiles:N0} profiles of {GeneratedPeople.Attributes.Count} attributes, {activities:N0} activities, seed {Seed}, made in {watch.Elapsed.TotalSeconds:0} s; columns {bytes / 1048576:N0} MiB, {bytes / profiles} bytes a profile");
            var ours = Question.All.ToDictionary(question => question.Name, question => Ours(question, image, runs), StringComparer.Ordinal);
            if (only == "ours")
            {
                foreach (var (name, answer) in ours.Concat(Question.Further.Select(question => KeyValuePair.Create(question.Name, Ours(question, image, runs)))))
                {
                    Measure.Print(name, "ms", [.. answer.Milliseconds]);
                }

                return 0;
            }

            var duck = await Peers.DuckDbAsync(files, peers, runs);
            var postgres = await Peers.PostgresAsync(files, runs);
            return Compare(ours, duck, postgres);
        }
        finally
        {
            Directory.Delete(files, recursive: true);
        }
    }

    private static PeerAnswer Ours(Question question, ColumnImage image, int runs)
    {
        var use = question.Measure ? RuleUse.BusinessMeasure : RuleUse.Condition;
        var rules = question.Rules.Select(text => RuleBinder.Bind(text, GeneratedPeople.Schema, use)).ToList();
        if (rules.FirstOrDefault(rule => rule.Errors.Count > 0) is { } broken)
        {
            throw new InvalidOperationException(broken.Errors[0].ToString());
        }

        var times = new List<double>();
        List<IReadOnlyList<string?[]>> rows = [];
        for (var run = -3; run < runs; run++)
        {
            var watch = Stopwatch.StartNew();
            var answers = new ColumnRun(ColumnWorld.Of(image), "customer", new RuleMoment(GeneratedPeople.Now), Environment.ProcessorCount, CancellationToken.None);
            if (rules.Count > 1)
            {
                answers.Share(rules.Select(rule => rule.Rule!));
            }

            var results = rules.Select(rule => question.Measure ? (object)answers.Business(rule.Rule!) : question.Rules.Length == 1 ? answers.Matches(rule.Rule!).Count : answers.Matches(rule.Rule!).Numbers()).ToList();
            if (run >= 0)
            {
                times.Add(watch.Elapsed.TotalMilliseconds);
            }

            if (run == runs - 1)
            {
                rows = [.. results.Select(result => result is long ? Rows(answers.Matches(rules[0].Rule!).Numbers()) : Rows(result))];
            }
        }

        return new PeerAnswer([.. times], rows);
    }

    private static List<string?[]> Rows(object result) => result switch
    {
        long[] numbers => [[Text(numbers.Length), Text(numbers.Sum())]],
        _ => [.. ((IReadOnlyList<BusinessRow>)result).Select(row => row.Dimensions.Append(row.Value).Select(Cell).ToArray())],
    };

    private static int Compare(Dictionary<string, PeerAnswer> ours, (string Version, Dictionary<string, PeerAnswer> Answers) duck, (string Version, Dictionary<string, PeerAnswer> Answers)? postgres)
    {
        Print($"| question (median of runs, ms) | ours | {duck.Version} | {postgres?.Version ?? "PostgreSQL"} | against the faster | target |");
        Print("|---|---|---|---|---|---|");
        var different = 0;
        foreach (var question in Question.All)
        {
            var (mine, first, second) = (Median(ours[question.Name]), Median(duck.Answers[question.Name]), postgres is { } other ? Median(other.Answers[question.Name]) : double.PositiveInfinity);
            Print($"| {question.Name} | {mine:0.00} | {first:0.0} | {second:0.0} | {Math.Min(first, second) / mine:0.0} × | {question.Target:0.0} × |");
            different += Differences(question, ours[question.Name], duck.Version, duck.Answers[question.Name]);
            different += postgres is { } answers ? Differences(question, ours[question.Name], answers.Version, answers.Answers[question.Name]) : 0;
        }

        Console.WriteLine(different == 0 ? "All answers are equal." : $"{different} answers differ.");
        return different == 0 ? 0 : 1;
    }

    private static int Differences(Question question, PeerAnswer ours, string peer, PeerAnswer theirs)
    {
        var different = 0;
        for (var i = 0; i < question.Rules.Length; i++)
        {
            var mine = ours.Rows[i].Select(Canonical).Order(StringComparer.Ordinal).ToList();
            var other = theirs.Rows[i].Select(Canonical).Order(StringComparer.Ordinal).ToList();
            if (!mine.SequenceEqual(other, StringComparer.Ordinal))
            {
                different++;
                Console.WriteLine($"DIFFERENT: {question.Rules[i]}: ours {mine.Count} rows, first {mine.FirstOrDefault()}; {peer} {other.Count} rows, first {other.FirstOrDefault()}");
            }
        }

        return different;
    }

    // A time is written in three ways, and so are decimals.
    private static string Canonical(string?[] row) => string.Join('|', row.Select(cell => cell switch
    {
        null => "",
        _ when decimal.TryParse(cell, NumberStyles.Float, CultureInfo.InvariantCulture, out var number) => number.ToString("0.############", CultureInfo.InvariantCulture),
        _ when cell.Length >= 10 && DateTime.TryParse(cell, CultureInfo.InvariantCulture, DateTimeStyles.AdjustToUniversal | DateTimeStyles.AssumeUniversal, out var time) => time.ToString("s", CultureInfo.InvariantCulture),
        _ => cell,
    }));

    private static string? Cell(Value value) => value.IsMissing ? null : value.ToString();

    private static string Text(long number) => number.ToString(CultureInfo.InvariantCulture);

    private static double Median(PeerAnswer answer) => answer.Milliseconds.Order().ElementAt(answer.Milliseconds.Length / 2);

    private static void Print(FormattableString line) => Console.WriteLine(line.ToString(CultureInfo.InvariantCulture));

    private static void Print(string line) => Console.WriteLine(line);
}
