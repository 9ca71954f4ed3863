using CustomerInsights.Storage.Records;
using CustomerInsights.Storage.Sqlite.Engine;

namespace CustomerInsights.Storage.Sqlite.Records;

/// <summary>
/// A run under way, in the writer's memory. What stands here beyond the last checkpoint is lost in a crash, and that is meant: the run then goes on
/// from the checkpoint.
/// </summary>
internal sealed class RunState(long id, int stream, bool full)
{
    public long Id { get; } = id;

    public int Stream { get; } = stream;

    public bool Full { get; } = full;

    /// <summary>Names the stretch between two checkpoints.</summary>
    public long Epoch { get; set; }

    /// <summary>Stretches that a crash cut off: what they wrote counts again.</summary>
    public HashSet<long> Orphans { get; init; } = [];

    public RecordCounts Counts { get; set; } = RecordCounts.Zero;

    /// <summary>The records that a full run met, by number.</summary>
    public NumberSet Seen { get; } = new();

    /// <summary>Whether the store had any record of the stream when it was last looked: if not, no key need be looked up.</summary>
    public bool ExpectNew { get; set; }

    public bool IsOrphan(long run, long epoch) => run == Id && Orphans.Contains(epoch);
}
