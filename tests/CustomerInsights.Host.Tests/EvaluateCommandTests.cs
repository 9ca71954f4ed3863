using System.Diagnostics;
using System.Globalization;

namespace CustomerInsights.Host.Tests;

/// <summary><c>customer-insights unify evaluate</c>, as somebody types it: on files of his own, and on the labelled sets where they are.</summary>
public sealed class EvaluateCommandTests : IDisposable
{
    private readonly string _directory = Directory.CreateTempSubdirectory("ci-evaluate-").FullName;

    [Fact]
    public async Task Types_are_guessed_people_are_found_and_clusters_are_written()
    {
        var file = Write("people.csv", [.. Enumerable.Range(0, 60).SelectMany(Twice)]);
        var output = Path.Combine(_directory, "clusters.csv");
        var (code, said) = await RunAsync(file, "--truth", "person", "--out", output);
        Assert.True(code == 0, said);
        Assert.Contains("first_name (givenName), last_name (familyName), dob (date), email (email)", said, StringComparison.Ordinal);
        Assert.Contains("F1         1.0000", said, StringComparison.Ordinal);
        var lines = await File.ReadAllLinesAsync(output);
        Assert.Equal(["record,cluster", "1,1", "2,1", "3,3", "4,3"], lines.Take(5));
        Assert.Equal(121, lines.Length);
    }

    [Fact]
    public async Task A_policy_says_what_is_known_better_than_the_guess()
    {
        var file = Write("people.csv", [.. Enumerable.Range(0, 60).SelectMany(Twice)]);
        var policy = Path.Combine(_directory, "policy.json");
        await File.WriteAllTextAsync(policy, """{ "fields": { "email": "ignored", "person": "ignored", "dob": "identifier" }, "strictness": 3 }""");
        var (code, said) = await RunAsync(file, "--policy", policy);
        Assert.True(code == 0, said);
        Assert.Contains("first_name (givenName), last_name (familyName), dob (identifier)\n", said, StringComparison.Ordinal);
        Assert.DoesNotContain("F1", said, StringComparison.Ordinal);

        await File.WriteAllTextAsync(policy, """{ "strictnes": 3 }""");
        (code, said) = await RunAsync(file, "--policy", policy);
        Assert.Equal(1, code);
        Assert.Contains("strictnes", said, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Two_files_without_duplicates_give_pairs_and_nothing_larger()
    {
        var rows = Enumerable.Range(0, 60).Select(Twice).ToList();
        var (one, other) = (Write("a.csv", [.. rows.Select(row => row[0])]), Write("b.csv", [.. rows.Select(row => row[1])]));
        var policy = Path.Combine(_directory, "policy.json");
        await File.WriteAllTextAsync(policy, """{ "filesAreFreeOfDuplicates": true }""");
        var (code, said) = await RunAsync(one, other, "--truth", "person", "--policy", policy);
        Assert.True(code == 0, said);
        Assert.Contains("60, 60 of more than one record, the largest of 2", said, StringComparison.Ordinal);
        Assert.Contains("recall     1.0000", said, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_bound_on_memory_is_kept_or_refused()
    {
        var file = Write("people.csv", [.. Enumerable.Range(0, 60).SelectMany(Twice)]);
        var (code, said) = await RunAsync(file, "--memory", "300");
        Assert.True(code == 0, said);
        (code, said) = await RunAsync(file, "--memory", "12");
        Assert.Equal(1, code);
        Assert.Contains("--memory 12: a matcher takes 256 MiB or more.", said, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_mistake_is_told_with_the_way_out()
    {
        var file = Write("people.csv", Twice(1));
        var (code, said) = await RunAsync(file, "--truth", "cluster");
        Assert.Equal(1, code);
        Assert.Contains("There is no column 'cluster' in people.csv; there are first_name, last_name, dob, email, person.", said, StringComparison.Ordinal);
        (code, said) = await RunAsync(Path.Combine(_directory, "nothing.csv"));
        Assert.Equal(1, code);
        Assert.Contains("There is no file", said, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Files_with_other_names_for_their_columns_are_brought_together()
    {
        var rows = Enumerable.Range(0, 60).Select(Twice).ToList();
        var one = Write("a.csv", [.. rows.Select(row => row[0])]);
        var other = Path.Combine(_directory, "b.csv");
        await File.WriteAllLinesAsync(other, ["\"PERSON\",points,mail,surname,\"Given name\",birthday", .. rows.Select(row => row[1].Split(',') is var v ? $"{v[4]},7,{v[3]},{v[1]},{v[0]},{v[2]}" : "")]);
        var (code, said) = await RunAsync(one, other, "--truth", "person");
        Assert.True(code == 0, said);
        Assert.Contains("first_name (givenName), last_name (familyName), dob (date), email (email)", said, StringComparison.Ordinal);
        Assert.Contains("recall     1.0000", said, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_file_without_rows_or_with_a_column_twice_is_no_riddle()
    {
        var empty = Path.Combine(_directory, "empty.csv");
        await File.WriteAllTextAsync(empty, "");
        var (code, said) = await RunAsync(empty);
        Assert.Equal(1, code);
        Assert.Contains("its first line names the columns", said, StringComparison.Ordinal);
        await File.WriteAllTextAsync(empty, "name,email\n");
        (code, said) = await RunAsync(empty);
        Assert.True(code == 0, said);
        Assert.Contains("records    0", said, StringComparison.Ordinal);
        await File.WriteAllTextAsync(empty, "name,Name\na,b\n");
        (code, said) = await RunAsync(empty);
        Assert.Equal(1, code);
        Assert.Contains("two columns 'name'", said, StringComparison.Ordinal);
    }

    [LabelledTheory]
    [InlineData("fake_1000.csv", "cluster", "(.*)", 0.965)]
    [InlineData("febrl_1.csv", "rec_id", @"rec-(\d+)-", 0.999)]
    [InlineData("febrl_2.csv", "rec_id", @"rec-(\d+)-", 0.999)]
    [InlineData("febrl_4a.csv febrl_4b.csv", "rec_id", @"rec-(\d+)-", 0.9999)]
    public async Task The_labelled_sets_come_out_as_the_issue_wants_them(string files, string truth, string pattern, double least)
    {
        var (code, said) = await RunAsync([.. files.Split(' ').Select(file => Path.Combine(LabelledTheoryAttribute.Folder!, file)), "--truth", truth, "--truth-pattern", pattern]);
        Assert.True(code == 0, said);
        var f1 = double.Parse(said.Split('\n').Single(line => line.StartsWith("F1 ", StringComparison.Ordinal))[3..], CultureInfo.InvariantCulture);
        Assert.True(f1 >= least, said);
    }

    public void Dispose() => Directory.Delete(_directory, recursive: true);

    private string Write(string name, string[] rows)
    {
        var file = Path.Combine(_directory, name);
        File.WriteAllLines(file, ["first_name,last_name,dob,email,person", .. rows]);
        return file;
    }

    // A person and the same with slips; every name is another.
    private static string[] Twice(int i)
    {
        var name = string.Concat(i.ToString("000", CultureInfo.InvariantCulture).Select(digit => "bakedifogulamonurapy".Substring(2 * (digit - '0'), 2)));
        var dob = $"19{40 + (i % 50)}-0{1 + (i % 9)}-1{i % 10}";
        return [$"Ann{name},{name}son,{dob},{name}{i}@example.com,{i}", $"ann{name},{name.ToUpperInvariant()}SON,{dob},,{i}"];
    }

    private static async Task<(int Code, string Output)> RunAsync(params string[] arguments)
    {
        var start = new ProcessStartInfo("dotnet") { UseShellExecute = false, RedirectStandardOutput = true, RedirectStandardError = true };
        foreach (var argument in (string[])[Path.Combine(AppContext.BaseDirectory, "customer-insights.dll"), "unify", "evaluate", .. arguments])
        {
            start.ArgumentList.Add(argument);
        }

        using var process = Process.Start(start)!;
        var (output, error) = (process.StandardOutput.ReadToEndAsync(), process.StandardError.ReadToEndAsync());
        await process.WaitForExitAsync();
        return (process.ExitCode, await output + await error);
    }
}
