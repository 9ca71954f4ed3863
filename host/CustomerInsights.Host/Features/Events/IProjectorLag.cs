namespace CustomerInsights.Host.Features.Events;

/// <summary>How far the projector is behind the log.</summary>
internal interface IProjectorLag
{
    /// <summary>Events in the log that are not projected yet.</summary>
    long Events { get; }

    /// <summary>How long the oldest of them waits; null when none does.</summary>
    TimeSpan? Age { get; }

    /// <summary>Told when events were appended.</summary>
    /// <param name="position">The position of the last of them.</param>
    void Appended(long position);
}
