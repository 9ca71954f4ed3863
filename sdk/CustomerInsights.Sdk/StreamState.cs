namespace CustomerInsights.Sdk;

/// <summary>A connector's bookmark in a stream; opaque to the host but for its version.</summary>
/// <param name="Version">Format version, 1 and up; see <see cref="StreamDescriptor.StateVersion"/>.</param>
/// <param name="Utf8Json">UTF-8 JSON, at most 65,536 bytes, without secrets. Must not be changed after it was yielded.</param>
public sealed record StreamState(int Version, ReadOnlyMemory<byte> Utf8Json);
