namespace CustomerInsights.Storage.Jobs;

/// <summary>What went wrong.</summary>
/// <param name="Kind">Whose move it is: the failure kinds of the plugin SDK, as text.</param>
/// <param name="Message">For people; no secrets.</param>
public sealed record JobError(string Kind, string Message);
