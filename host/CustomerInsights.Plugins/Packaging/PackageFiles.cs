using System.Buffers;
using CustomerInsights.Plugins.Manifests;

namespace CustomerInsights.Plugins.Packaging;

/// <summary>A file of a package.</summary>
/// <param name="Path">Its name below the package, with <c>/</c>.</param>
/// <param name="Size">Its length in bytes.</param>
/// <param name="Sha256">Its SHA-256, 64 lower-case hex digits.</param>
public sealed record PackageFile(string Path, long Size, string Sha256);

/// <summary><c>META/files.json</c>: what a package holds, to the byte. The signature is over this file.</summary>
/// <param name="Id">The plugin.</param>
/// <param name="Version">Its version.</param>
/// <param name="Files">All files but those of the seal, sorted by name.</param>
public sealed record PackageFiles(string Id, string Version, IReadOnlyList<PackageFile> Files)
{
    private const string What = "META/files.json";
    private static readonly SearchValues<char> s_hex = SearchValues.Create("0123456789abcdef");

    /// <summary>Reads and checks the list.</summary>
    /// <param name="utf8">The bytes of the file.</param>
    /// <param name="limits">What is allowed; null for the usual.</param>
    /// <returns>The list.</returns>
    /// <exception cref="PackageException">It is not a list that can be used.</exception>
    public static PackageFiles Read(ReadOnlySpan<byte> utf8, PackageLimits? limits = null)
    {
        limits ??= PackageLimits.Default;
        var list = PackageJson.Read<PackageFiles>(utf8, What);
        if (!PluginIds.IsId(list.Id) || !SemanticVersion.TryParse(list.Version, out _))
        {
            throw new PackageException("identity", $"{What} names '{PackagePath.Show(list.Id)}' version '{PackagePath.Show(list.Version)}'; expected an id such as acme.shop and a version such as 1.2.3.");
        }

        if (list.Files.Count > limits.Files)
        {
            throw new PackageException("limit", $"{What} lists {list.Files.Count:N0} files; at most {limits.Files:N0} are allowed.");
        }

        var names = new HashSet<string>(StringComparer.OrdinalIgnoreCase);
        var total = 0L;
        foreach (var file in list.Files)
        {
            Check(file ?? throw new PackageException("json", $"{What} holds null in its list."), names);
            total = file.Size <= limits.Bytes - total ? total + file.Size
                : throw new PackageException("limit", $"The files together have more than {limits.Bytes:N0} bytes, which is the most.");
        }

        return list;
    }

    /// <summary>The list as it is written and signed.</summary>
    /// <returns>UTF-8 JSON.</returns>
    public byte[] Write() => PackageJson.Write(this with { Files = [.. Files.OrderBy(file => file.Path, StringComparer.Ordinal)] });

    private static void Check(PackageFile file, HashSet<string> names)
    {
        var shown = PackagePath.Show(file.Path);
        if (PackagePath.Objection(file.Path) is { } objection)
        {
            throw new PackageException("name", $"The file '{shown}' {objection}.");
        }

        if (PackagePath.IsOfTheSeal(file.Path) || !names.Add(file.Path))
        {
            throw new PackageException("name", $"The file '{shown}' is there twice; names that differ in case alone are one file on some systems.");
        }

        if (file.Size < 0 || file.Sha256.Length != 64 || file.Sha256.AsSpan().ContainsAnyExcept(s_hex))
        {
            throw new PackageException("json", $"{What} gives '{shown}' a size or SHA-256 that cannot be one.");
        }
    }
}
