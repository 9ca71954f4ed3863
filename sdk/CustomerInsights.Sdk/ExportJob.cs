namespace CustomerInsights.Sdk;

/// <summary>One run of an export.</summary>
/// <param name="RunId">Names the run; stable when it is resumed.</param>
/// <param name="ExportName">The export's name; a target may use it in names of files or lists.</param>
/// <param name="SegmentName">The segment's name.</param>
/// <param name="Fields">The fields that every member carries, in order.</param>
/// <param name="Generation">Counts the runs of this export that committed, from 1; stable when a run is resumed.</param>
/// <param name="StartedAt">When the run began, UTC; stable when it is resumed.</param>
public sealed record ExportJob(
    string RunId,
    string ExportName,
    string SegmentName,
    IReadOnlyList<FieldDescriptor> Fields,
    long Generation,
    DateTimeOffset StartedAt)
{
    /// <summary>How many members will be sent, counted before the run.</summary>
    public long MemberCount { get; init; }

    /// <summary>True when nothing at the target may change. Default: false.</summary>
    public bool DryRun { get; init; }
}
