namespace CustomerInsights.Sdk.Testing.Tests;

/// <summary>What an author sees of a mistake in <c>test.json</c>.</summary>
public sealed class TestFileTests
{
    [Theory]
    [InlineData("""{ }""", "'components'")]
    [InlineData("""{ "components": { "rows": { } } }""", "/components/rows: 'config'")]
    [InlineData("""{ "components": { "rows": { "config": {}, "file": "people" } } }""", "/components/rows/file")]
    [InlineData("""{ "components": { "rows": { "config": {}, "files": "../out" } } }""", "/components/rows/files")]
    [InlineData("""{ "components": { "rows": { "config": {}, "secrets": { "key": "short" } } } }""", "/components/rows/secrets/key")]
    [InlineData("""{ "components": { "rows": { "config": {}, "skip": [ { "check": "R12", "until": "2027-01-01" } ] } } }""", "'reason' is missing")]
    [InlineData("""{ "components": { "rows": { "config": {}, "skip": [ { "check": "R99", "reason": "There is no such check.", "until": "2027-01-01" } ] } } }""", "'R99' is to be skipped and is not a check")]
    [InlineData("""{ "components": { "rows": { "config": {}, "skip": [ { "check": "R12", "reason": "Somewhen, not today.", "until": "2027-02-30" } ] } } }""", "which is not a day")]
    [InlineData("""{ "components": { "sum": { "config": {}, "profiles": [ { "id": "p1", "conditions": { "loyal": "yes" } } ] } } }""", "/components/sum/profiles/0/conditions/loyal")]
    [InlineData("""{ "components": { "sum": { "config": {}, "profiles": [ { "id": "p1", "conditions": ["loyal"] } ] } } }""", "/components/sum/profiles/0/conditions")]
    [InlineData("""{ "components": """, "test.json cannot be used")]
    public async Task A_mistake_in_the_test_file_is_told_with_its_place(string json, string says)
    {
        using var mutant = Mutant.Healthy();
        await File.WriteAllTextAsync(mutant.TestFile, json);

        var error = await Assert.ThrowsAsync<ConformanceException>(() => mutant.RunAsync(["R01"]));

        Assert.Contains(says, error.Message, StringComparison.Ordinal);
        Assert.Contains("test.json", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_folder_of_the_fixture_that_is_not_there_is_told_with_its_name()
    {
        using var mutant = Mutant.Healthy();
        mutant.EditTest(test => test["components"]!["rows"]!["files"] = "nowhere");

        var error = await Assert.ThrowsAsync<ConformanceException>(() => mutant.RunAsync(["R01"]));

        Assert.Contains("names the folder 'nowhere'", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("nothing-there", "There is nothing at")]
    [InlineData(".", "holds no plugin.json")]
    public async Task A_package_that_is_not_there_is_told_with_what_to_name(string path, string says)
    {
        var error = await Assert.ThrowsAsync<ConformanceException>(
            () => ConformanceKit.RunAsync(Path.Combine(AppContext.BaseDirectory, "mutants", path), new ConformanceOptions(), CancellationToken.None));

        Assert.Contains(says, error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("R99", "neither a check nor a group")]
    [InlineData("Z", "neither a check nor a group")]
    [InlineData("T01", "not there yet")]
    public async Task A_check_that_cannot_run_is_not_passed_over(string only, string says)
    {
        using var mutant = Mutant.Healthy();

        var error = await Assert.ThrowsAsync<ConformanceException>(() => mutant.RunAsync([only]));

        Assert.Contains(says, error.Message, StringComparison.Ordinal);
    }
}
