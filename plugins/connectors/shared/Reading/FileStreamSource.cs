using CustomerInsights.Sdk;

namespace CustomerInsights.Connectors.Files;

/// <summary>One stream of a file connector: which files it has, what its fields are and how a file of it is read.</summary>
internal abstract class FileStreamSource(string name)
{
    public string Name { get; } = name;

    /// <summary>Hash of the settings that decide what is read.</summary>
    public abstract string Settings { get; }

    /// <summary>Whether what is behind the old end of a grown file are further records.</summary>
    /// <param name="traits">What was detected when the file was read.</param>
    public abstract bool CanAppend(string? traits);

    /// <summary>How keys are made and checked.</summary>
    public abstract KeyRule Keys { get; }

    /// <summary>Fields that look like a key in the sample; a proposal for people.</summary>
    public abstract IReadOnlyList<string> KeyCandidates { get; }

    /// <summary>The stream as it was learned.</summary>
    public abstract StreamDescriptor Descriptor { get; }

    /// <summary>The table of names of the next batch.</summary>
    public abstract FieldNames BatchNames { get; }

    /// <summary>The fields, for the state.</summary>
    public abstract IReadOnlyList<SavedField> Fields { get; }

    /// <summary>Goes up whenever <see cref="Descriptor"/> changes while records are read.</summary>
    public virtual int SchemaRevision => 0;

    /// <summary>Lists the files, in the order in which they are read.</summary>
    public abstract IReadOnlyList<SourceFile> Find();

    /// <summary>Looks at a sample and settles the fields and their types.</summary>
    /// <param name="files">The files.</param>
    /// <param name="saved">Fields whose types stand already, or null.</param>
    /// <param name="wanted">The fields wanted, or null for all.</param>
    /// <param name="cancellationToken">Ends the look.</param>
    /// <returns>What people should know.</returns>
    public abstract ValueTask<IReadOnlyList<string>> LearnAsync(
        IReadOnlyList<SourceFile> files, IReadOnlyList<SavedField>? saved, IReadOnlyList<string>? wanted, CancellationToken cancellationToken);

    /// <summary>Opens a file behind what was read of it.</summary>
    public abstract ValueTask<FileReader> OpenAsync(FileProgress progress, FilePosition from, KeyCheck keys, CancellationToken cancellationToken);
}
