using System.IO.Compression;
using CustomerInsights.Samples.Generator;

namespace CustomerInsights.Samples.Tests;

public sealed class GeneratorTests
{
    [Fact]
    public void What_the_generator_makes_is_what_is_committed()
    {
        var made = RetailSample.Make();

        foreach (var (path, content) in made)
        {
            Assert.True(content.AsSpan().SequenceEqual(Committed(path)), $"{path} differs; run: dotnet run --project samples/retail/generator -- samples/retail");
        }

        var there = Directory.EnumerateFiles(Path.Combine(Retail.Folder, "files"), "*", SearchOption.AllDirectories)
            .Select(file => Path.GetRelativePath(Retail.Folder, file).Replace('\\', '/'))
            .Select(file => file.EndsWith(".gz", StringComparison.Ordinal) ? file[..^3] : file);
        Assert.Equal(made.Keys.Where(path => path.StartsWith("files/", StringComparison.Ordinal)).Order(StringComparer.Ordinal), there.Order(StringComparer.Ordinal));
    }

    [Fact]
    public void It_makes_the_same_twice() =>
        Assert.All(RetailSample.Make().Zip(RetailSample.Make()), pair => Assert.Equal(pair.First.Value, pair.Second.Value));

    // The compressor may differ from runtime to runtime; what is inside may not.
    private static byte[] Committed(string path)
    {
        if (path != RetailSample.Compressed)
        {
            return File.ReadAllBytes(Path.Combine(Retail.Folder, path));
        }

        using var plain = new MemoryStream();
        using var gzip = new GZipStream(File.OpenRead(Path.Combine(Retail.Folder, path + ".gz")), CompressionMode.Decompress);
        gzip.CopyTo(plain);
        return plain.ToArray();
    }
}
