using CustomerInsights.Storage.Privacy;

namespace CustomerInsights.Host.Features.Privacy;

/// <summary>The files of exports, in a folder of the data directory that its owner alone may read.</summary>
internal sealed class PrivacyFiles(HostSettings settings, IPrivacyStore store, TimeProvider clock)
{
    public const string JsonName = "export.json";
    public const string HtmlName = "export.html";

    /// <summary>A new file of a request; it has its name once it is whole, see <see cref="Publish"/>.</summary>
    public FileStream Create(string request, string name)
    {
        var folder = Folder(request);
        _ = OperatingSystem.IsWindows()
            ? Directory.CreateDirectory(folder)
            : Directory.CreateDirectory(folder, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        return new FileStream(Path.Combine(folder, name + ".tmp"), FileMode.Create, FileAccess.Write, FileShare.None);
    }

    public void Publish(string request, string name) => File.Move(Path.Combine(Folder(request), name + ".tmp"), Path.Combine(Folder(request), name), overwrite: true);

    /// <summary>A file to be sent; null when there is none any more.</summary>
    public FileStream? Open(string request, string name)
    {
        var path = Path.Combine(Folder(request), name);
        return File.Exists(path) ? new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read | FileShare.Delete, 64 * 1024, FileOptions.Asynchronous | FileOptions.SequentialScan) : null;
    }

    /// <summary>Deletes the files of a request: they are overwritten first.</summary>
    public int Delete(string request)
    {
        var folder = Folder(request);
        if (!Directory.Exists(folder))
        {
            return 0;
        }

        var files = Directory.GetFiles(folder);
        foreach (var path in files)
        {
            Overwrite(path);
        }

        Directory.Delete(folder, recursive: true);
        return files.Length;
    }

    /// <summary>Deletes what has been kept long enough.</summary>
    public async ValueTask ExpireAsync(CancellationToken cancellationToken)
    {
        foreach (var request in await store.ExpiredAsync(clock.GetUtcNow(), cancellationToken))
        {
            Delete(request);
        }
    }

    // The id is one that we made; it is checked all the same, because it becomes a path.
    private string Folder(string request) => Guid.TryParseExact(request, "D", out var id)
        ? Path.Combine(settings.DataDirectory, "privacy", id.ToString("D"))
        : throw new ArgumentException("Not the id of a request.", nameof(request));

    private static void Overwrite(string path)
    {
        using var file = new FileStream(path, FileMode.Open, FileAccess.Write, FileShare.ReadWrite | FileShare.Delete);
        var zeros = new byte[64 * 1024];
        for (var left = file.Length; left > 0; left -= zeros.Length)
        {
            file.Write(zeros.AsSpan(0, (int)Math.Min(left, zeros.Length)));
        }

        file.Flush(flushToDisk: true);
    }
}
