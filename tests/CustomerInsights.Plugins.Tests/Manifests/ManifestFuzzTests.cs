using CustomerInsights.Bench.Fuzz;
using CustomerInsights.Tests.Shared;

namespace CustomerInsights.Plugins.Tests.Manifests;

/// <summary>A short slice of <c>bench fuzz manifests</c>; the long run takes the same generator.</summary>
public sealed class ManifestFuzzTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(20261126)]
    public async Task Mutated_manifests_and_schemas_are_refused_clearly_or_can_be_used(int seed)
    {
        var fuzz = new ManifestFuzz(await File.ReadAllTextAsync(Path.Combine(RepositoryRoot.Path, "plugin-manifest.schema.json")));
        for (var i = 0; i < 500; i++)
        {
            await fuzz.RoundAsync(seed, i);
        }

        Assert.True(fuzz.Refused > 500, $"only {fuzz.Refused} of 1,000 were refused");
    }
}
