namespace CustomerInsights.Core.Rules;

/// <summary>What is wrong with a rule, and where. The codes are listed in docs/rules.md.</summary>
/// <param name="Code"><c>RUL001</c> and so on; stable.</param>
/// <param name="Message">The finding without place and suggestion.</param>
/// <param name="Line">Line from 1; 0 when the rule came as JSON.</param>
/// <param name="Column">Column from 1, in UTF-16 units; 0 when the rule came as JSON.</param>
/// <param name="Length">How many characters are concerned.</param>
/// <param name="Suggestion">A name that exists and is near, or null.</param>
public sealed record RuleError(string Code, string Message, int Line, int Column, int Length, string? Suggestion)
{
    /// <summary>The place as a JSON pointer, when the rule came as JSON.</summary>
    public string? Pointer { get; init; }

    // A name can be as long as the rule; nobody reads a message of ten thousand characters.
    private const int MessageCharacters = 500;

    internal static RuleError At(SourcePlace place, string code, string message, string? suggestion = null) =>
        new(code, Short(message), place.Line, place.Column, place.Length, suggestion) { Pointer = place.Pointer };

    private static string Short(string message)
    {
        if (message.Length <= MessageCharacters)
        {
            return message;
        }

        int end = char.IsHighSurrogate(message[MessageCharacters - 1]) ? MessageCharacters - 1 : MessageCharacters;
        return message[..end] + "…";
    }

    /// <summary><c>RUL012 unknown attribute 'citty' at 1:1; did you mean 'city'?</c></summary>
    public override string ToString()
    {
        string place = Pointer is null ? $"{Line}:{Column}" : Pointer.Length == 0 ? "/" : Pointer;
        return Suggestion is null
            ? $"{Code} {Message} at {place}"
            : $"{Code} {Message} at {place}; did you mean '{Suggestion}'?";
    }
}

/// <summary>What came of reading a rule: a tree, or errors.</summary>
public sealed class ParseResult
{
    internal ParseResult(Expression? partial, IReadOnlyList<RuleError> errors)
    {
        Partial = partial;
        Errors = errors;
    }

    /// <summary>The tree; null when there are errors.</summary>
    public Expression? Expression => Errors.Count == 0 ? Partial : null;

    /// <summary>All errors, in the order of their places; empty when the rule could be read.</summary>
    public IReadOnlyList<RuleError> Errors { get; }

    // With ErrorExpressions where reading failed, so that names and types elsewhere in the text are checked all the same.
    internal Expression? Partial { get; }
}

/// <summary>The limits of a rule. They bound the time and the memory that any input can take.</summary>
public static class RuleLimits
{
    /// <summary>Characters of the text, as typed and as formatted.</summary>
    public const int Characters = 10_000;

    /// <summary>Levels of the tree, and of parentheses.</summary>
    public const int Depth = 64;

    /// <summary>Items of a list, operands of a chain, arguments, dimensions.</summary>
    public const int Items = 1_000;

    /// <summary>Parts of a name.</summary>
    public const int NameParts = 16;

    internal const int Errors = 100;

    internal const int JsonCharacters = 2_000_000;

    internal const int DurationAmount = 100_000_000;
}
