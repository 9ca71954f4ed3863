using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using CustomerInsights.Host.Tests.Contoso;

namespace CustomerInsights.Host.Tests.Questions;

/// <summary>Twenty questions of a business: our answer over REST is DuckDB's, to the row.</summary>
public sealed class RetailQuestionTests(RetailQuestions retail) : IClassFixture<RetailQuestions>
{
    public static TheoryData<string> Names => QuestionTests.Names("retail");

    [Theory]
    [MemberData(nameof(Names))]
    public Task Our_answer_is_that_of_DuckDb(string question) => QuestionTests.CompareAsync(retail.World, question);
}

/// <summary>The same of Microsoft's lab data.</summary>
public sealed class ContosoQuestionTests(ContosoQuestions contoso) : IClassFixture<ContosoQuestions>
{
    public static TheoryData<string> Names => QuestionTests.Names("contoso");

    [ContosoTheory]
    [MemberData(nameof(Names))]
    public Task Our_answer_is_that_of_DuckDb(string question) => QuestionTests.CompareAsync(contoso.World, question);
}

/// <summary>The sample shop at the moment of its questions.</summary>
public sealed class RetailQuestions : IAsyncLifetime
{
    internal QuestionWorld World { get; private set; } = null!;

    public async Task InitializeAsync()
    {
        var folder = Path.Combine(RepositoryRoot.Path, "samples", "retail");
        World = await QuestionWorld.OpenAsync("retail", await File.ReadAllTextAsync(Path.Combine(folder, "recipe.json")), Path.Combine(folder, "files"), "*");
    }

    public async Task DisposeAsync()
    {
        if (World is not null)
        {
            await World.DisposeAsync();
        }
    }
}

/// <summary>The lab data at the moment of its questions; nothing where it is not there.</summary>
public sealed class ContosoQuestions : IAsyncLifetime
{
    internal QuestionWorld World { get; private set; } = null!;

    public async Task InitializeAsync()
    {
        if (ContosoFiles.Folder is { } folder)
        {
            World = await QuestionWorld.OpenAsync("contoso", ContosoFixture.Recipe, folder, "*.txt");
        }
    }

    public async Task DisposeAsync()
    {
        if (World is not null)
        {
            await World.DisposeAsync();
        }
    }
}

/// <summary>The comparison, and the page that shows the questions.</summary>
public sealed class QuestionTests
{
    [Fact]
    public void There_are_twenty_and_the_page_shows_them()
    {
        Assert.Equal(["contoso 10", "retail 10"], QuestionFile.Read.Questions.GroupBy(question => question.Set).Select(set => $"{set.Key} {set.Count()}").Order(StringComparer.Ordinal));
        Assert.All(QuestionFile.Read.Questions, question => Assert.True(question.Segment is null != question.Measure is null, question.Name));
        var path = Path.Combine(RepositoryRoot.Path, "docs", "marketers", "questions.md");
        var page = QuestionFile.Read.Page();
        if (Environment.GetEnvironmentVariable("UPDATE_QUESTIONS") == "1")
        {
            File.WriteAllText(path, page);
        }

        Assert.True(File.Exists(path) && File.ReadAllText(path) == page, $"{path} is not what questions.json makes. If questions were meant to change, run this test with UPDATE_QUESTIONS=1 and commit the page.");
    }

    [Fact]
    public void A_row_too_many_too_few_twice_or_another_digit_is_a_difference()
    {
        JsonArray[] ours = [["AT", 12.50m], [null, "7"]];
        Assert.Null(Difference(ours, [[null, 7], ["AT", "12.5000"]]));
        Assert.Equal("We have 2 rows, DuckDB 1. Ours alone (1): (missing) | 7. DuckDB's alone (0): .", Difference(ours, [["AT", "12.5"]]));
        Assert.NotNull(Difference(ours, [["AT", "12.5"], [null, 7], [null, 7]]));
        Assert.NotNull(Difference(ours, [["AT", "12.51"], [null, 7]]));
        Assert.NotNull(Difference(ours, [["at", "12.5"], [null, 7]]));
        Assert.NotNull(Difference(ours, [["AT", "12.5"], ["", 7]]));
    }

    internal static TheoryData<string> Names(string set) => [.. QuestionFile.Read.Of(set).Select(question => question.Name)];

    internal static async Task CompareAsync(QuestionWorld world, string name)
    {
        var question = QuestionFile.Read.Questions.Single(one => one.Name == name);
        var ours = await world.OursAsync(question);
        var difference = Difference(ours, Rows(name));
        Assert.True(difference is null, $"{question.Words} {difference}");
        Assert.True(Difference(ours, Rows(QuestionWorld.Slipped(name))) is not null, $"'{question.Slip[1]}' instead of '{question.Slip[0]}' makes no difference: ask more sharply, or find a better slip.");

        // An empty answer, or everybody, would prove nothing.
        Assert.Equal(question.Answer, ours.Count);
        Assert.InRange(ours.Count, 1, question.Segment is null ? int.MaxValue : world.Profiles - 1);
        if (question.Segment is not null)
        {
            Assert.Equal((ours.Count, world.Profiles), await world.PreviewAsync(question));
        }

        IEnumerable<JsonArray> Rows(string asked) => world.Theirs[asked].Select(row => row!.AsArray());
    }

    /// <summary>Where two answers differ, whatever the order of their rows; null where they do not.</summary>
    private static string? Difference(IEnumerable<JsonArray> ours, IEnumerable<JsonArray> theirs)
    {
        var (mine, other) = (Sorted(ours), Sorted(theirs));
        if (mine.SequenceEqual(other, StringComparer.Ordinal))
        {
            return null;
        }

        var (more, fewer) = (mine.Except(other, StringComparer.Ordinal).ToList(), other.Except(mine, StringComparer.Ordinal).ToList());
        return $"We have {mine.Count} rows, DuckDB {other.Count}. Ours alone ({more.Count}): {string.Join("; ", more.Take(5))}. DuckDB's alone ({fewer.Count}): {string.Join("; ", fewer.Take(5))}.";

        static List<string> Sorted(IEnumerable<JsonArray> rows) => [.. rows.Select(row => string.Join(" | ", row.Select(Text))).Order(StringComparer.Ordinal)];
    }

    // Numbers by their value: one side writes 12.50, the other 12.5000. Dividing by such a one drops the zeros at the end.
    private static string Text(JsonNode? cell) => cell switch
    {
        null => "(missing)",
        _ when cell.GetValueKind() is JsonValueKind.Number or JsonValueKind.String
            && decimal.TryParse(cell.ToString(), NumberStyles.AllowLeadingSign | NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var number) =>
            (number / 1.0000000000000000000000000000m).ToString(CultureInfo.InvariantCulture),
        _ => cell.ToString(),
    };
}
