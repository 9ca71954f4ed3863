using System.Text.RegularExpressions;

namespace CustomerInsights.Sdk.Testing.Tests;

/// <summary>The catalogue, and the documentation of it.</summary>
public sealed partial class CatalogTests
{
    [Fact]
    public void Numbers_are_unique_and_each_check_says_what_it_asks_for()
    {
        Assert.Equal(ConformanceCatalog.All.Count, ConformanceCatalog.All.DistinctBy(check => check.Id).Count());
        Assert.All(ConformanceCatalog.All, check => Assert.Matches("^[A-Z][0-9]{2}$", check.Id));
        Assert.All(ConformanceCatalog.All, check => Assert.NotEmpty(check.Title));
    }

    [Fact]
    public void What_is_not_there_yet_says_why() =>
        Assert.All(ConformanceCatalog.All.Where(check => check.Status == ConformanceCheckStatus.NotYet), check => Assert.NotEmpty(check.Note ?? ""));

    [Fact]
    public void The_documentation_lists_the_checks_as_they_are()
    {
        var expected = ConformanceCatalog.All.Select(Row).ToList();

        var documented = File.ReadLines(Path.Combine(RepositoryRoot.Path, "docs", "plugin-authors", "testing.md")).Where(line => DocumentedCheck().IsMatch(line)).ToList();

        Assert.True(expected.SequenceEqual(documented, StringComparer.Ordinal), $"docs/plugin-authors/testing.md must hold these rows, and no others of the kind:\n{string.Join('\n', expected)}");
    }

    private static string Row(ConformanceCheck check) =>
        $"| {check.Id} | {check.Title} | {(check.Status == ConformanceCheckStatus.Available ? "" : "not yet. ")}{check.Note ?? ""} |";

    [GeneratedRegex(@"^\| [A-Z][0-9]{2} \|", RegexOptions.NonBacktracking)]
    private static partial Regex DocumentedCheck();
}
