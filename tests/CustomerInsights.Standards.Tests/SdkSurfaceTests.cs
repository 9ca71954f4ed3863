using System.Globalization;
using CustomerInsights.Sdk;

namespace CustomerInsights.Standards.Tests;

/// <summary>
/// The SDK's public surface is a promise to plugins that are compiled already. It changes only together with
/// <c>SdkSurface.approved.txt</c>, where a reviewer sees it: within a major version, add and never remove.
/// </summary>
public sealed class SdkSurfaceTests
{
    private static readonly string Approved = Repository.At("tests", "CustomerInsights.Standards.Tests", "SdkSurface.approved.txt");

    [Fact]
    public void The_public_surface_is_the_approved_one()
    {
        var received = PublicSurface.Of(typeof(SdkInfo).Assembly);
        var approved = File.Exists(Approved) ? File.ReadAllLines(Approved) : [];
        var gone = WithOwners(approved).Except(WithOwners(received), StringComparer.Ordinal).Select(line => "- " + line).ToList();
        var added = WithOwners(received).Except(WithOwners(approved), StringComparer.Ordinal).Select(line => "+ " + line).ToList();
        if (gone.Count + added.Count == 0 && approved.SequenceEqual(received))
        {
            return;
        }

        var file = Path.Combine(AppContext.BaseDirectory, "SdkSurface.received.txt");
        File.WriteAllLines(file, received);
        Assert.Fail(string.Create(
            CultureInfo.InvariantCulture,
            $"""
            The SDK's public surface is not the approved one:
            {string.Join('\n', gone.Concat(added).Take(50))}
            {(gone.Count > 0 ? "A removed or changed member breaks plugins that were compiled against it: within a major version, add beside it instead." : "Only additions: fine within a major version; new interface members need default bodies.")}
            When it is meant, approve it:  cp "{file}" "{Approved}"
            """));
    }

    // A member's line alone does not say whose it is.
    private static IEnumerable<string> WithOwners(IEnumerable<string> lines)
    {
        var owner = "";
        foreach (var line in lines)
        {
            if (line.StartsWith(' '))
            {
                yield return $"{owner}: {line.Trim()}";
            }
            else
            {
                owner = line.Split(" : ")[0];
                yield return line;
            }
        }
    }
}
