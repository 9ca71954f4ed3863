using CustomerInsights.Core.Unification.Linkage;

namespace CustomerInsights.Host.Features.Unification;

/// <summary>Puts aside in files without a name, in a folder: on Unix they are unlinked at once, on Windows the system deletes them when they are closed, killed or not.</summary>
/// <param name="folder">The folder; made if absent.</param>
internal sealed class TemporaryFiles(string folder) : ISpill
{
    // What is written comes in blocks of hundreds of KiB; the stream's own buffer would only copy.
    private const int NoBuffer = 0;

    /// <inheritdoc/>
    public ISpillRoom Create() => Guarded(() =>
    {
        Directory.CreateDirectory(folder);
        var path = Path.Combine(folder, $"matcher-{Path.GetRandomFileName()}");
        var stream = new FileStream(path, new FileStreamOptions
        {
            Mode = FileMode.CreateNew,
            Access = FileAccess.ReadWrite,
            Share = FileShare.Delete,
            BufferSize = NoBuffer,
            Options = FileOptions.SequentialScan | (OperatingSystem.IsWindows() ? FileOptions.DeleteOnClose : FileOptions.None),
        });
        if (!OperatingSystem.IsWindows())
        {
            File.Delete(path);
        }

        return new Room(stream, folder);
    }, folder);

    private static T Guarded<T>(Func<T> action, string folder)
    {
        try
        {
            return action();
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw Failure(error, folder);
        }
    }

    private static SpillException Failure(Exception error, string folder) => new(
        $"What does not fit into the matcher's memory cannot be put aside in {folder}: {error.Message} Make room there, or raise the matcher's memoryMegabytes.", error);

    private sealed class Room(FileStream stream, string folder) : ISpillRoom
    {
        public void Append(ReadOnlySpan<byte> bytes)
        {
            try
            {
                stream.Write(bytes);
            }
            catch (IOException error)
            {
                throw Failure(error, folder);
            }
        }

        public void Rewind() => stream.Position = 0;

        public void Read(Span<byte> bytes)
        {
            try
            {
                stream.ReadExactly(bytes);
            }
            catch (IOException error)
            {
                throw Failure(error, folder);
            }
        }

        public void Dispose() => stream.Dispose();
    }
}
