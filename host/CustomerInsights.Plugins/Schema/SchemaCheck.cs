namespace CustomerInsights.Plugins.Schema;

/// <summary>What one validation has found so far; stops collecting at 100, since nobody reads more.</summary>
internal sealed class SchemaCheck
{
    internal const int MaxProblems = 100;

    internal List<SchemaProblem> Problems { get; } = [];

    internal bool Failed { get; private set; }

    internal void Add(string pointer, string rule, string message)
    {
        Failed = true;
        if (Problems.Count < MaxProblems)
        {
            Problems.Add(new(pointer, rule, message));
        }
    }

    internal void Warn(string pointer, string rule, string message)
    {
        if (Problems.Count < MaxProblems)
        {
            Problems.Add(new(pointer, rule, message) { IsWarning = true });
        }
    }
}
