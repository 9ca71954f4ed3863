namespace CustomerInsights.Plugins.Schema;

/// <summary>A schema that cannot be used: not JSON, an unknown keyword, a keyword with a value of the wrong shape.</summary>
public sealed class SchemaException : Exception
{
    private const int MaxMessage = 1400;

    /// <summary>Makes the exception.</summary>
    /// <param name="problems">What is wrong with the schema; at least one. Pointers are into the schema.</param>
    public SchemaException(IReadOnlyList<SchemaProblem> problems)
        : base("The schema cannot be used. " + OneLine.Of(string.Join(' ', problems.Select(problem => problem.ToString())), MaxMessage)) => Problems = problems;

    /// <summary>What is wrong with the schema.</summary>
    public IReadOnlyList<SchemaProblem> Problems { get; }
}
