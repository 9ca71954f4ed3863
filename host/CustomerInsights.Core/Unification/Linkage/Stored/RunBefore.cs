namespace CustomerInsights.Core.Unification.Linkage.Stored;

/// <summary>An earlier run, from which another by the same model goes on: what did not change is not compared again.</summary>
/// <param name="Run">The run: it learnt the model, or was given it. Its columns must be as it left them.</param>
/// <param name="Rows">For each row now its row then, each once at most; −1 for a new one. Its source and what it must not meet are as they were.</param>
public sealed record RunBefore(MatcherResult Run, IReadOnlyList<int> Rows);
