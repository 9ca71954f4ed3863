namespace CustomerInsights.Plugins.Boundary;

/// <summary>How a call ended: a value, a failure as text, or "it obeyed the cancelling".</summary>
internal readonly record struct CallOutcome<T>(T? Value, PluginFailure? Failure, bool Cancelled);
