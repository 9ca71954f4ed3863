using System.Security.Cryptography;
using System.Text;

namespace CustomerInsights.Plugins.Desired;

/// <summary>
/// <c>plugins.json</c> in the data directory. People edit it by hand, REST edits it through <see cref="UpdateAsync"/>; both
/// are edits of the same file and take effect the same way. Safe for any thread.
/// </summary>
public sealed class DesiredStateFile : IDisposable
{
    // A thousand plugins with settings fit well; more is a mistake.
    private const int MaxBytes = 1024 * 1024;
    private readonly SemaphoreSlim _oneWriter = new(1, 1);
    private LastWrite? _last;

    /// <summary>Names the file; it need not exist.</summary>
    /// <param name="path">Absolute path.</param>
    public DesiredStateFile(string path) => FilePath = Path.GetFullPath(path);

    /// <summary>Where the file is.</summary>
    public string FilePath { get; }

    /// <summary>Raised after <see cref="UpdateAsync"/> has replaced the file, so that nobody waits for the watcher.</summary>
    internal event EventHandler? Written;

    /// <summary>Reads the file.</summary>
    /// <param name="cancellationToken">Cancels the reading.</param>
    /// <returns>The file as it is now; a missing file is a problem with rule <c>file</c>.</returns>
    public async Task<DesiredSnapshot> ReadAsync(CancellationToken cancellationToken)
    {
        try
        {
            if (new FileInfo(FilePath) is { Exists: true, Length: > MaxBytes } large)
            {
                return new(null, $"length-{large.Length}", [new("", "size", $"{FilePath} has {large.Length:N0} bytes; at most {MaxBytes:N0} are read.")]);
            }

            var bytes = await File.ReadAllBytesAsync(FilePath, cancellationToken);
            var (state, problems) = DesiredStateText.Read(Encoding.UTF8.GetString(bytes).TrimStart('\uFEFF'));
            var etag = Convert.ToHexStringLower(SHA256.HashData(bytes));
            return new(state, etag, problems) { Actor = Volatile.Read(ref _last) is { } last && last.ETag == etag ? last.Actor : null };
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            return new(null, "", [new("", "file", $"{FilePath} cannot be read: {error.Message}")]);
        }
    }

    /// <summary>Changes the file: reads, applies the change, checks, replaces (temporary file, flush to disk, rename).</summary>
    /// <param name="change">Gives the new state from the current one; may be called once.</param>
    /// <param name="ifMatch">The ETag that must still stand, or null for "whatever is there".</param>
    /// <param name="cancellationToken">Cancels before the rename; after it the change stands.</param>
    /// <returns>The file as written.</returns>
    /// <exception cref="DesiredStateException">The ETag is another, the file is broken, or the change would break it; nothing was written.</exception>
    public Task<DesiredSnapshot> UpdateAsync(Func<DesiredState, DesiredState> change, string? ifMatch, CancellationToken cancellationToken) =>
        UpdateAsync(change, ifMatch, actor: null, cancellationToken);

    /// <summary>As <see cref="UpdateAsync(Func{DesiredState, DesiredState}, string?, CancellationToken)"/>, with the name of who wants it in the plugins' history.</summary>
    /// <param name="change">As there.</param>
    /// <param name="ifMatch">As there.</param>
    /// <param name="actor">Who wants it; null for nobody in particular.</param>
    /// <param name="cancellationToken">As there.</param>
    /// <returns>As there.</returns>
    /// <exception cref="DesiredStateException">As there.</exception>
    public async Task<DesiredSnapshot> UpdateAsync(Func<DesiredState, DesiredState> change, string? ifMatch, string? actor, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(change);
        await _oneWriter.WaitAsync(cancellationToken);
        DesiredSnapshot result;
        try
        {
            var current = File.Exists(FilePath) ? await ReadAsync(cancellationToken) : new(DesiredState.Empty, "", []);
            if (ifMatch is not null && ifMatch != current.ETag)
            {
                throw DesiredStateException.Conflict();
            }

            if (current.State is null)
            {
                throw DesiredStateException.Broken(current.Problems);
            }

            var text = DesiredStateText.Write(change(current.State));
            var (state, problems) = DesiredStateText.Read(text);
            if (state is null)
            {
                throw DesiredStateException.Refused(problems);
            }

            var bytes = Encoding.UTF8.GetBytes(text);
            var etag = Convert.ToHexStringLower(SHA256.HashData(bytes));

            // Before the file is there: who looks at it at once must find who wrote it.
            Volatile.Write(ref _last, new LastWrite(etag, actor));
            await ReplaceAsync(bytes, cancellationToken);
            result = new(state, etag, problems) { Actor = actor };
        }
        finally
        {
            _oneWriter.Release();
        }

        Written?.Invoke(this, EventArgs.Empty);
        return result;
    }

    /// <inheritdoc />
    public void Dispose() => _oneWriter.Dispose();

    // A reader sees the old file or the new one, and after a power cut one of them is there whole.
    private async Task ReplaceAsync(byte[] bytes, CancellationToken cancellationToken)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(FilePath)!);
        var temporary = FilePath + ".tmp";
        await using (var stream = new FileStream(temporary, FileMode.Create, FileAccess.Write, FileShare.None, 4096, FileOptions.Asynchronous))
        {
            await stream.WriteAsync(bytes, cancellationToken);
            stream.Flush(flushToDisk: true);
        }

        cancellationToken.ThrowIfCancellationRequested();
        File.Move(temporary, FilePath, overwrite: true);
    }

    private sealed record LastWrite(string ETag, string? Actor);
}
