namespace CustomerInsights.Core.Unification;

/// <summary>How grave a finding is.</summary>
public enum ProblemSeverity
{
    /// <summary>The policy cannot run.</summary>
    Error = 0,

    /// <summary>The policy runs, but probably not as meant.</summary>
    Warning = 1,
}

/// <summary>A finding about a policy.</summary>
/// <param name="Path">JSON pointer into the camelCase policy, such as <c>/matching/1/rules/0/conditions/2/field</c>.</param>
/// <param name="Message">What was found and what was expected.</param>
/// <param name="Remedy">What to do about it.</param>
/// <param name="Severity">Whether it stops a run.</param>
public sealed record PolicyProblem(string Path, string Message, string Remedy, ProblemSeverity Severity);
