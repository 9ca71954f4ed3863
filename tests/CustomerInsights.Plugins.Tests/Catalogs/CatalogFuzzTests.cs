using CustomerInsights.Bench.Fuzz;

namespace CustomerInsights.Plugins.Tests.Catalogs;

/// <summary>A short slice of <c>bench fuzz catalogs</c>; the long run takes the same generator.</summary>
public sealed class CatalogFuzzTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(20261126)]
    public async Task Mutated_catalogs_are_refused_clearly_or_can_be_shown_and_chosen_from(int seed)
    {
        using var fuzz = new CatalogFuzz();
        for (var i = 0; i < 500; i++)
        {
            await fuzz.RoundAsync(seed, i);
        }

        Assert.InRange(fuzz.Refused, 200, 499);
    }
}
