using CustomerInsights.Core.Unification.Linkage;
using CustomerInsights.Host.Features.Unification;

namespace CustomerInsights.Host.Tests;

/// <summary>What a matcher puts aside on disk.</summary>
public sealed class TemporaryFilesTests : IDisposable
{
    private readonly string _directory = Directory.CreateTempSubdirectory("ci-spill-").FullName;

    [Fact]
    public void What_was_put_aside_comes_back_as_often_as_wanted_and_leaves_nothing()
    {
        var folder = Path.Combine(_directory, "tmp");
        using (var room = new TemporaryFiles(folder).Create())
        {
            var bytes = new byte[100_000];
            new Random(1).NextBytes(bytes);
            room.Append(bytes.AsSpan(0, 70_000));
            room.Append(bytes.AsSpan(70_000));
            for (var round = 0; round < 2; round++)
            {
                var read = new byte[bytes.Length];
                room.Rewind();
                room.Read(read.AsSpan(0, 1));
                room.Read(read.AsSpan(1));
                Assert.Equal(bytes, read);
            }

            // Where it can be, the file has no name from the start: a process that is killed leaves none.
            Assert.True(OperatingSystem.IsWindows() || Directory.GetFiles(folder).Length == 0);
        }

        Assert.Empty(Directory.GetFiles(folder));
    }

    [Fact]
    public void A_folder_that_cannot_be_written_is_named_with_the_way_out()
    {
        var file = Path.Combine(_directory, "file");
        File.WriteAllText(file, "");
        var error = Assert.Throws<SpillException>(() => new TemporaryFiles(Path.Combine(file, "tmp")).Create());
        Assert.Contains(file, error.Message, StringComparison.Ordinal);
        Assert.Contains("raise the matcher's memoryMegabytes", error.Message, StringComparison.Ordinal);
    }

    public void Dispose() => Directory.Delete(_directory, recursive: true);
}
