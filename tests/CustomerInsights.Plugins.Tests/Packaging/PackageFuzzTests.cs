using CustomerInsights.Bench.Fuzz;

namespace CustomerInsights.Plugins.Tests.Packaging;

/// <summary>A short slice of <c>bench fuzz packages</c>; the long run takes the same generator.</summary>
public sealed class PackageFuzzTests : IDisposable
{
    private readonly Packages _packages = new();

    public void Dispose() => _packages.Dispose();

    [Theory]
    [InlineData(1)]
    [InlineData(20261122)]
    public async Task Mutated_packages_are_refused_clearly_or_unpack_to_what_was_signed(int seed)
    {
        var fuzz = new PackageFuzz(await _packages.PackAsync(), Path.Combine(_packages.Folder, "fuzz"));
        for (var i = 0; i < 300; i++)
        {
            await fuzz.RoundAsync(seed, i, CancellationToken.None);
        }

        Assert.True(fuzz.Refused > 200, $"only {fuzz.Refused} of 300 were refused");
    }
}
