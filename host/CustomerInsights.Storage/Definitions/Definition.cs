namespace CustomerInsights.Storage.Definitions;

/// <summary>A piece of metadata.</summary>
/// <param name="Kind">What it is: <c>source</c>, <c>mapping</c>, <c>segment</c>…</param>
/// <param name="Name">Unique within its kind, by ordinal.</param>
/// <param name="Version">Counts its changes from 1 and never repeats, not even after a delete; the ETag.</param>
/// <param name="Document">JSON.</param>
/// <param name="ChangedAt">When it last changed.</param>
/// <param name="ChangedBy">Who changed it.</param>
public sealed record Definition(string Kind, string Name, long Version, string Document, DateTimeOffset ChangedAt, string ChangedBy);
