using System.Diagnostics.CodeAnalysis;
using CustomerInsights.Plugins.Packaging;

namespace CustomerInsights.Bench.Fuzz;

/// <summary>
/// Mutated packages against the reader. Each must be refused with a message, or unpack to files that are below the folder
/// and as the list says. Anything else, another exception above all, is a find: it names seed and round.
/// </summary>
[SuppressMessage("Security", "CA5394", Justification = "A generator of test data must be repeatable, not secret.")]
internal sealed class PackageFuzz(byte[] package, string folder)
{
    private static readonly PackageLimits s_limits = new() { Bytes = 8 * 1024 * 1024 };

    internal int Refused { get; private set; }

    internal async Task RoundAsync(int seed, int round, CancellationToken cancellationToken)
    {
        var mutated = Mutations.Apply(package, Refusal.Generator(seed, round));
        var target = Path.Combine(folder, "in", "here");
        try
        {
            using var stream = new MemoryStream(mutated, writable: false);
            using var archive = PackageArchive.Open(stream, s_limits);
            await archive.ExtractAsync(target, null, cancellationToken);
        }
        catch (PackageException error) when (Refusal.IsClear(error.Message))
        {
            Refused++;
        }
        catch (Exception error) when (error is not OperationCanceledException)
        {
            throw Refusal.Find(seed, round, error);
        }

        if (Directory.Exists(folder))
        {
            Inspect(seed, round);
            Directory.Delete(folder, recursive: true);
        }
    }

    private void Inspect(int seed, int round)
    {
        var inside = Path.Combine(folder, "in", "here") + Path.DirectorySeparatorChar;
        var files = Directory.GetFiles(folder, "*", SearchOption.AllDirectories);
        if (Array.Exists(files, file => !file.StartsWith(inside, StringComparison.Ordinal)) || files.Sum(file => new FileInfo(file).Length) > s_limits.Bytes + (1024 * 1024))
        {
            throw new InvalidOperationException($"Seed {seed}, round {round}: wrote outside its folder, or too much.");
        }
    }
}
