using System.Buffers.Binary;
using CustomerInsights.Sdk;

namespace CustomerInsights.Connectors.Files;

/// <summary>Compares the files with the state: what is to be read, and from where.</summary>
internal sealed class RunPlan
{
    // The state may have 64 KiB: half for files in full, a good third for finished ones in short form, the rest for fields.
    private const int FullBudget = 26 * 1024;
    private const int ShortBudget = 2200;
    private const int FieldBudget = 12 * 1024;

    private readonly string _settings;

    private RunPlan(string settings, IReadOnlyList<FileProgress> files)
    {
        _settings = settings;
        Files = files;
    }

    public IReadOnlyList<FileProgress> Files { get; }

    /// <summary>True when nothing has to be read.</summary>
    public bool Unchanged { get; private set; }

    /// <summary>The fields of the state, where what is read must be read in the same way.</summary>
    public IReadOnlyList<SavedField>? SavedFields { get; private set; }

    /// <summary>True when the run goes on behind something that it must know of: keys and counts are gathered from there first.</summary>
    public bool Continues { get; private set; }

    /// <summary>Makes the plan.</summary>
    /// <param name="files">The files as they are now, in order.</param>
    /// <param name="bookmark">The state, or null.</param>
    /// <param name="selection">What is asked for.</param>
    /// <param name="settings">Hash of the settings.</param>
    /// <param name="canAppend">Whether what is behind the old end of a grown file are further records, by its traits.</param>
    public static RunPlan Make(IReadOnlyList<SourceFile> files, StreamBookmark? bookmark, StreamSelection selection, string settings, Func<string?, bool> canAppend)
    {
        var progress = new List<FileProgress>(files.Count);
        foreach (var file in files)
        {
            try
            {
                progress.Add(new FileProgress(file, ContentHash.Fingerprint(file.FullPath, file.Size)));
            }
            catch (Exception error) when (FileFailure.Explains(error))
            {
                throw FileFailure.From(error, file.Name);
            }
        }

        var plan = new RunPlan(settings, progress);
        if (bookmark is null || !string.Equals(bookmark.Settings, settings, StringComparison.Ordinal))
        {
            return plan;
        }

        if (!selection.Resuming && bookmark.Complete && string.Equals(bookmark.All, FileProgress.Digest(progress), StringComparison.Ordinal))
        {
            plan.Unchanged = true;
            return plan;
        }

        if (selection.Mode == SyncMode.Full && !selection.Resuming)
        {
            return plan;
        }

        plan.SavedFields = bookmark.Fields;
        plan.Continues = true;
        plan.Follow(bookmark, canAppend);
        return plan;
    }

    private void Follow(StreamBookmark bookmark, Func<string?, bool> canAppend)
    {
        var known = bookmark.Files.ToDictionary(file => file.Name, StringComparer.Ordinal);
        var done = ReadIds(bookmark.Done);
        foreach (var file in Files)
        {
            if (!known.TryGetValue(file.File.Name, out var before))
            {
                file.Done = done.Contains(file.Id);
                continue;
            }

            var same = before.Size == file.File.Size && before.Modified == file.File.Modified;
            var sameBeginning = same || (file.File.Size >= before.Size && file.File.Size > 0 && SameBeginning(file.File, before));
            if (!sameBeginning || (!same && !canAppend(before.Traits)))
            {
                continue; // Rewritten: from its beginning.
            }

            file.Position = new FilePosition(before.Offset, Math.Max(1, before.Line), before.Rows);
            file.Traits = before.Traits;
            file.Done = before.Done && same;
        }
    }

    /// <summary>The state after what has been read so far.</summary>
    /// <param name="complete">Whether everything was read.</param>
    /// <param name="fields">The fields as they are read.</param>
    public StreamState Checkpoint(bool complete, IReadOnlyList<SavedField> fields)
    {
        var bookmark = new StreamBookmark
        {
            Settings = _settings,
            Complete = complete,
            All = complete ? FileProgress.Digest(Files) : null,
            Fields = fields.Sum(field => Written(field.Name) + 40) <= FieldBudget ? [.. fields] : null,
        };
        var budget = FullBudget;
        var ids = new List<ulong>();
        // From the end: the newest files are the ones that still grow.
        foreach (var file in Files.Reverse())
        {
            if (!file.Done && file.Position.Rows == 0)
            {
                continue;
            }

            budget -= Written(file.File.Name) + 160;
            if (!file.Done || budget > 0)
            {
                bookmark.Files.Add(file.Save());
            }
            else if (ids.Count < ShortBudget)
            {
                ids.Add(file.Id);
            }
        }

        bookmark.Done = WriteIds(ids);
        return bookmark.Write();
    }

    /// <summary>Bytes of a name in JSON: what is not plain ASCII becomes \u0000.</summary>
    private static int Written(string name) => name.Sum(c => char.IsAsciiLetterOrDigit(c) || c is '/' or '.' or '_' or '-' or ' ' ? 1 : 6);

    private static bool SameBeginning(SourceFile file, FileBookmark before)
    {
        try
        {
            return string.Equals(ContentHash.Fingerprint(file.FullPath, before.Size), before.Fingerprint, StringComparison.Ordinal);
        }
        catch (Exception error) when (FileFailure.Explains(error))
        {
            throw FileFailure.From(error, file.Name);
        }
    }

    private static HashSet<ulong> ReadIds(string? done)
    {
        var bytes = string.IsNullOrEmpty(done) ? [] : Convert.FromBase64String(done);
        return [.. Enumerable.Range(0, bytes.Length / 8).Select(at => BinaryPrimitives.ReadUInt64LittleEndian(bytes.AsSpan(at * 8)))];
    }

    private static string? WriteIds(List<ulong> ids)
    {
        if (ids.Count == 0)
        {
            return null;
        }

        var bytes = new byte[ids.Count * 8];
        for (var i = 0; i < ids.Count; i++)
        {
            BinaryPrimitives.WriteUInt64LittleEndian(bytes.AsSpan(i * 8), ids[i]);
        }

        return Convert.ToBase64String(bytes);
    }
}
