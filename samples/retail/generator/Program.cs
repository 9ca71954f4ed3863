using System.IO.Compression;
using CustomerInsights.Samples.Generator;

if (args.Length != 1)
{
    await Console.Error.WriteLineAsync("Say where the sample is: dotnet run --project samples/retail/generator -- samples/retail");
    return 2;
}

foreach (var (path, content) in RetailSample.Make())
{
    var target = Path.Combine(args[0], path);
    Directory.CreateDirectory(Path.GetDirectoryName(target)!);
    if (path != RetailSample.Compressed)
    {
        await File.WriteAllBytesAsync(target, content);
    }
    else if (!await HoldsAsync(target + ".gz", content))
    {
        using var compressed = new MemoryStream();
        await using (var gzip = new GZipStream(compressed, CompressionLevel.SmallestSize, leaveOpen: true))
        {
            await gzip.WriteAsync(content);
        }

        await File.WriteAllBytesAsync(target + ".gz", compressed.ToArray());
    }
}

return 0;

// Another runtime may compress to other bytes; a file that holds the right rows stays as it is.
static async Task<bool> HoldsAsync(string path, byte[] content)
{
    if (!File.Exists(path))
    {
        return false;
    }

    using var plain = new MemoryStream();
    await using var gzip = new GZipStream(File.OpenRead(path), CompressionMode.Decompress);
    await gzip.CopyToAsync(plain);
    return plain.ToArray().AsSpan().SequenceEqual(content);
}
