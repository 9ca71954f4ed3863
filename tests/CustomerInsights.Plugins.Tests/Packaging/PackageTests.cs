using CustomerInsights.Plugins.Packaging;

namespace CustomerInsights.Plugins.Tests.Packaging;

public sealed class PackageTests : IDisposable
{
    private readonly Packages _packages = new();

    public void Dispose() => _packages.Dispose();

    [Fact]
    public async Task Packing_twice_gives_equal_bytes()
    {
        var first = await _packages.PackAsync(signed: false);
        File.SetLastWriteTimeUtc(Path.Combine(Packages.Built("test.healthy"), "plugin.json"), DateTime.UnixEpoch);
        Assert.Equal(first, await _packages.PackAsync(signed: false));
    }

    [Fact]
    public async Task Packing_over_a_package_with_the_same_files_keeps_its_signature()
    {
        var file = Path.Combine(_packages.Folder, "x.ciplugin");
        await PackageWriter.PackAsync(Packages.Built("test.healthy"), file, _packages.Key, Packages.Now, CancellationToken.None);
        var first = await File.ReadAllBytesAsync(file);
        await PackageWriter.PackAsync(Packages.Built("test.healthy"), file, _packages.Key, Packages.Now.AddDays(1), CancellationToken.None);
        Assert.Equal(first, await File.ReadAllBytesAsync(file));
    }

    [Fact]
    public async Task What_is_unpacked_is_what_was_packed()
    {
        var folder = await _packages.InstallAsync(await _packages.PackAsync());
        var source = Packages.Built("test.healthy");
        foreach (var file in Directory.EnumerateFiles(source, "*", SearchOption.AllDirectories))
        {
            Assert.Equal(await File.ReadAllBytesAsync(file), await File.ReadAllBytesAsync(Path.Combine(folder, Path.GetRelativePath(source, file))));
        }
    }

    [Theory]
    [InlineData("../evil.txt", "leads out of its folder")]
    [InlineData("lib/../../evil.txt", "leads out of its folder")]
    [InlineData("/etc/evil", "is absolute")]
    [InlineData("lib\\evil.dll", "holds a character")]
    [InlineData("C:evil", "holds a character")]
    [InlineData("lib/nul.txt", "not a file's name on every system")]
    [InlineData("lib/evil.", "not a file's name on every system")]
    [InlineData("lib//evil", "leads out of its folder or holds an empty part")]
    [InlineData("lib/", "leads out of its folder or holds an empty part")]
    [InlineData("lib/customerinsights.sdk.DLL", "is the SDK, which the host supplies")]
    [InlineData("LIB/Healthy.dll", "is there twice")]
    [InlineData("lib/more.dll", "META/files.json does not list")]
    public async Task A_package_with_a_bad_name_is_refused(string name, string because)
    {
        var package = Packages.Edit(await _packages.PackAsync(), zip => Packages.Add(zip, name, "x"));
        Assert.Contains(because, Assert.Throws<PackageException>(() => Packages.Open(package)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_link_is_refused()
    {
        var package = Packages.Edit(await _packages.PackAsync(), zip => Packages.Add(zip, "lib/link", "/etc/passwd", unchecked((int)0xA1FF0000)));
        Assert.Contains("is a link", Assert.Throws<PackageException>(() => Packages.Open(package)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_file_that_the_list_names_and_the_package_lacks_is_named()
    {
        var package = Packages.Edit(await _packages.PackAsync(), zip => zip.GetEntry("lib/Healthy.dll")!.Delete());
        Assert.Equal("META/files.json lists 'lib/Healthy.dll', which is not in the package.", Assert.Throws<PackageException>(() => Packages.Open(package)).Message);
    }

    [Fact]
    public async Task A_changed_file_is_named_when_it_is_unpacked()
    {
        var package = Packages.Edit(await _packages.PackAsync(), zip =>
        {
            zip.GetEntry("README.md")?.Delete();
            zip.GetEntry("plugin.json")!.Delete();
            Packages.Add(zip, "plugin.json", "{}");
            Packages.Add(zip, "README.md", "x");
        });
        using var archive = Packages.Open(package);
        var error = await Assert.ThrowsAsync<PackageException>(() => archive.ExtractAsync(Path.Combine(_packages.Folder, "out"), null, CancellationToken.None));
        Assert.Equal("modified", error.Code);
    }

    [Fact]
    public async Task Too_many_files_are_refused_before_the_directory_is_read()
    {
        var package = Packages.Edit(await _packages.PackAsync(), zip =>
        {
            for (var i = 0; i < 2100; i++)
            {
                zip.CreateEntry($"assets/{i}");
            }
        });
        Assert.Contains("at most 2,000 are allowed", Assert.Throws<PackageException>(() => Packages.Open(package)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_bomb_is_refused_whether_it_tells_its_size_or_not()
    {
        var zeros = new string('\0', 8 * 1024 * 1024);
        var honest = """{"id":"test.healthy","version":"1.0.0","files":[{"path":"bomb","size":8388608,"sha256":"SHA"}]}""".Replace("SHA", new string('0', 64), StringComparison.Ordinal);
        var bomb = Packages.Edit(Bare(), zip => Packages.Add(zip, "bomb", zeros));
        Assert.Contains("100 times", Assert.Throws<PackageException>(() => Packages.Open(Packages.WithList(bomb, honest))).Message, StringComparison.Ordinal);

        // With a small size in the list, the unpacking ends at that size.
        using var lying = Packages.Open(Packages.WithList(bomb, honest.Replace("8388608", "1000", StringComparison.Ordinal)));
        var folder = Path.Combine(_packages.Folder, "bomb");
        Assert.Equal("modified", (await Assert.ThrowsAsync<PackageException>(() => lying.ExtractAsync(folder, null, CancellationToken.None))).Code);
        Assert.True(new FileInfo(Path.Combine(folder, "bomb")).Length <= 1000);
    }

    [Theory]
    [InlineData("")]
    [InlineData("null")]
    [InlineData("[]")]
    [InlineData("{}")]
    [InlineData("""{"id":"a.b","version":"1.0.0","files":null}""")]
    [InlineData("""{"id":"a.b","version":"1.0.0","files":[null]}""")]
    [InlineData("""{"id":"a.b","id":"a.c","version":"1.0.0","files":[]}""")]
    [InlineData("""{"id":"../x","version":"1.0.0","files":[]}""")]
    [InlineData("""{"id":"a.b","version":"../../x","files":[]}""")]
    [InlineData("""{"id":"a.b","version":"1.0.0","files":[{"path":"x","size":-1,"sha256":""}]}""")]
    [InlineData("""{"id":"a.b","version":"1.0.0","files":[{"path":"x","size":9223372036854775807,"sha256":"0000000000000000000000000000000000000000000000000000000000000000"}]}""")]
    public void A_list_that_makes_no_sense_is_refused(string list) =>
        Assert.NotEmpty(Assert.Throws<PackageException>(() => Packages.Open(Packages.WithList(Bare(), list))).Message);

    [Fact]
    public void What_is_no_zip_is_refused() =>
        Assert.Contains("no zip archive", Assert.Throws<PackageException>(() => Packages.Open([1, 2, 3])).Message, StringComparison.Ordinal);

    private static byte[] Bare() => Packages.Edit([], zip => Packages.Add(zip, "META/files.json", "{}"));
}
