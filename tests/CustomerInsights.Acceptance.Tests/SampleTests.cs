using CustomerInsights.Acceptance.Tests.Kit;

namespace CustomerInsights.Acceptance.Tests;

/// <summary>The sample of a third-party plugin, taken out of the repository and built from the feed alone.</summary>
[Collection(AuthorsMachineGroup.Name)]
public sealed class SampleTests(AuthorsMachine machine)
{
    [Fact]
    public async Task The_third_party_sample_builds_from_the_feed_and_keeps_the_contract()
    {
        // As deep as in the repository, so that its nuget.config finds the feed where it says.
        var folder = machine.Below(Path.Combine("checkout", "samples", "third-party", "acme-tickets"));
        Directory.CreateSymbolicLink(Path.Combine(machine.Folder, "checkout", "artifacts"), Path.GetDirectoryName(AuthorsMachine.Feed)!);
        PackageCopy.Folder(
            Path.Combine(RepositoryRoot.Path, "samples", "third-party", "acme-tickets"), folder, name => !name.Split(Path.DirectorySeparatorChar).Any(part => part is "bin" or "obj"));
        (await machine.CiPluginAsync(folder, "test")).Ended(0).Said("acme.tickets 1.0.0: conforms.");
        (await machine.CiPluginAsync(folder, "run", "--limit", "2")).Ended(0).Said("Parcel lost").Said("parcel;refund");
        (await machine.RunAsync("dotnet", folder, "build", "tests", "-c", "Release")).Ended(0).Said("0 Warning(s)");
    }
}
