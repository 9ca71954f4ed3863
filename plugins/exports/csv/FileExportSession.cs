using System.Buffers;
using System.Globalization;
using System.Security.Cryptography;
using System.Text.Json;
using CustomerInsights.Sdk;

namespace CustomerInsights.Exports.Csv;

/// <summary>
/// One run into a temporary file beside the target. The commit flushes it to disk, renames it, and writes the manifest
/// last: who finds a manifest finds the whole file that it describes.
/// </summary>
internal sealed class FileExportSession : IExportSession
{
    private readonly string _folder;
    private readonly string _name;
    private readonly string _temporary;
    private readonly string _formatName;
    private readonly MemberFormat _format;
    private readonly ExportJob _job;
    private readonly FileStream _file;
    private readonly IncrementalHash _hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
    private readonly ArrayBufferWriter<byte> _buffer = new(64 * 1024);
    private readonly HashSet<string> _written = new(StringComparer.Ordinal);
    private long _rows;
    private long _bytes;
    private bool _over;
    private bool _failed;

    private FileExportSession(string folder, string name, MemberFormat format, ExportJob job, string formatName, string temporary)
    {
        _folder = folder;
        _name = name;
        _format = format;
        _job = job;
        _formatName = formatName;
        _temporary = temporary;
        _file = new FileStream(temporary, new FileStreamOptions { Mode = FileMode.Create, Access = FileAccess.Write, Share = FileShare.None, BufferSize = 0, Options = FileOptions.Asynchronous });
    }

    /// <summary>Makes the folder, removes what crashed runs of this export left, and begins the temporary file.</summary>
    public static async ValueTask<IExportSession> OpenAsync(
        string folder, string name, MemberFormat format, ExportJob job, string formatName, CancellationToken cancellationToken)
    {
        try
        {
            Directory.CreateDirectory(folder);
            // Hidden, and named by the export: another export in the same folder keeps its own.
            var prefix = $".{ExportFileName.Safe(job.ExportName)}~";
            foreach (var left in Directory.EnumerateFiles(folder, prefix + "*.tmp"))
            {
                File.Delete(left);
            }

            var session = new FileExportSession(folder, name, format, job, formatName, Path.Combine(folder, $"{prefix}{ExportFileName.Safe(job.RunId)}.tmp"));
            format.WriteBeginning(job.Fields, session._buffer);
            await session.FlushBufferAsync(cancellationToken).ConfigureAwait(false);
            return session;
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw Explain(error, folder);
        }
    }

    /// <inheritdoc />
    public async ValueTask<IReadOnlyList<MemberOutcome>> WriteAsync(string batchId, IReadOnlyList<ExportMember> members, CancellationToken cancellationToken)
    {
        ObjectDisposedException.ThrowIf(_over, this);
        if (_failed)
        {
            throw new PluginException(FailureKind.Transient, $"An earlier batch of '{_name}' could not be written whole. The run begins again.");
        }

        if (_written.Contains(batchId))
        {
            return [.. Enumerable.Repeat(MemberOutcome.Accepted, members.Count)]; // It came again after a retry; it is there.
        }

        var outcomes = new MemberOutcome[members.Count];
        var rows = 0;
        for (var i = 0; i < members.Count; i++)
        {
            outcomes[i] = MemberOutcome.Accepted;
            if (members[i].Change != MemberChange.Removed)
            {
                _format.Write(_job.Fields, members[i], _buffer);
                rows++;
            }
        }

        await FlushBufferAsync(cancellationToken).ConfigureAwait(false);
        _rows += rows;
        _written.Add(batchId);
        return outcomes;
    }

    /// <inheritdoc />
    public async ValueTask<ExportReceipt> CommitAsync(CancellationToken cancellationToken)
    {
        ObjectDisposedException.ThrowIf(_over, this);
        if (_failed)
        {
            throw new PluginException(FailureKind.Transient, $"A batch of '{_name}' could not be written whole. The run begins again.");
        }

        var sha256 = Convert.ToHexStringLower(_hash.GetHashAndReset());
        var target = Path.Combine(_folder, _name);
        try
        {
            _file.Flush(flushToDisk: true);
            await _file.DisposeAsync().ConfigureAwait(false);
            // From here to the new manifest there is none: an old one never stands beside a new file.
            File.Delete(target + ".manifest.json");
            File.Move(_temporary, target, overwrite: true);
            WriteManifest(target + ".manifest.json", sha256);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw Explain(error, target);
        }

        _over = true;
        var summary = string.Create(CultureInfo.InvariantCulture, $"{_rows} members written to {target}");
        return new ExportReceipt(summary.Length <= 400 ? summary : summary[..400])
        {
            Details = new Dictionary<string, string>(StringComparer.Ordinal)
            {
                ["file"] = target,
                ["manifest"] = target + ".manifest.json",
                ["rows"] = _rows.ToString(CultureInfo.InvariantCulture),
                ["bytes"] = _bytes.ToString(CultureInfo.InvariantCulture),
                ["sha256"] = sha256,
            },
        };
    }

    /// <inheritdoc />
    public async ValueTask AbortAsync(CancellationToken cancellationToken)
    {
        if (!_over)
        {
            _over = true;
            await _file.DisposeAsync().ConfigureAwait(false);
            File.Delete(_temporary);
        }
    }

    /// <inheritdoc />
    public async ValueTask DisposeAsync()
    {
        await AbortAsync(CancellationToken.None).ConfigureAwait(false);
        _hash.Dispose();
    }

    private async ValueTask FlushBufferAsync(CancellationToken cancellationToken)
    {
        try
        {
            await _file.WriteAsync(_buffer.WrittenMemory, cancellationToken).ConfigureAwait(false);
            _hash.AppendData(_buffer.WrittenSpan);
            _bytes += _buffer.WrittenCount;
        }
        catch (Exception error)
        {
            TakeBack();
            if (error is IOException or UnauthorizedAccessException)
            {
                throw Explain(error, _name);
            }

            throw;
        }
        finally
        {
            _buffer.ResetWrittenCount();
        }
    }

    /// <summary>Removes a batch that was written in part, so that it can come again.</summary>
    private void TakeBack()
    {
        try
        {
            _file.SetLength(_bytes);
            _file.Position = _bytes;
        }
        catch (IOException)
        {
            _failed = true; // What is in the file is not known any more: the run must begin again.
        }
    }

    private void WriteManifest(string path, string sha256)
    {
        var manifest = new ExportManifest
        {
            File = _name,
            Format = _formatName,
            Export = _job.ExportName,
            Segment = _job.SegmentName,
            RunId = _job.RunId,
            Generation = _job.Generation,
            StartedAt = _job.StartedAt.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.FFFFFFF'Z'", CultureInfo.InvariantCulture),
            Rows = _rows,
            Columns = [.. _job.Fields.Select(field => field.Name)],
            Bytes = _bytes,
            Sha256 = sha256,
        };
        var temporary = _temporary[..^4] + ".manifest.tmp";
        using (var file = new FileStream(temporary, FileMode.Create, FileAccess.Write))
        {
            JsonSerializer.Serialize(file, manifest, CsvExportJson.Default.ExportManifest);
            file.Flush(flushToDisk: true);
        }

        File.Move(temporary, path, overwrite: true);
    }

    private static PluginException Explain(Exception error, string path) => error is UnauthorizedAccessException
        ? new PluginException(FailureKind.Configuration, $"'{path}' cannot be written: permission denied. Let the account of the host write there.", error) { ConfigurationPath = "/directory" }
        : new PluginException(FailureKind.Transient, $"'{path}' could not be written: {error.Message}", error);
}

/// <summary>Formats every member and keeps nothing: what a run would do, without the file.</summary>
internal sealed class DryExportSession(MemberFormat format, ExportJob job, string name) : IExportSession
{
    private readonly ArrayBufferWriter<byte> _scrap = new();
    private readonly HashSet<string> _written = new(StringComparer.Ordinal);
    private long _rows;

    /// <inheritdoc />
    public ValueTask<IReadOnlyList<MemberOutcome>> WriteAsync(string batchId, IReadOnlyList<ExportMember> members, CancellationToken cancellationToken)
    {
        if (_written.Add(batchId))
        {
            foreach (var member in members.Where(member => member.Change != MemberChange.Removed))
            {
                format.Write(job.Fields, member, _scrap);
                _scrap.ResetWrittenCount();
                _rows++;
            }
        }

        return ValueTask.FromResult<IReadOnlyList<MemberOutcome>>([.. Enumerable.Repeat(MemberOutcome.Accepted, members.Count)]);
    }

    /// <inheritdoc />
    public ValueTask<ExportReceipt> CommitAsync(CancellationToken cancellationToken) =>
        ValueTask.FromResult(new ExportReceipt(string.Create(CultureInfo.InvariantCulture, $"Dry run: {_rows} members would be written to {name}")));

    /// <inheritdoc />
    public ValueTask AbortAsync(CancellationToken cancellationToken) => ValueTask.CompletedTask;

    /// <inheritdoc />
    public ValueTask DisposeAsync() => ValueTask.CompletedTask;
}
