namespace CustomerInsights.Core.Rules;

/// <summary>Rules as text: reading and writing.</summary>
public static class RuleText
{
    /// <summary>Reads a rule. Never throws for any text, and takes time linear in its length.</summary>
    /// <param name="text">At most 10,000 characters (<see cref="RuleLimits.Characters"/>), as typed and as formatted.</param>
    /// <returns>The tree, or every error of the text.</returns>
    public static ParseResult Parse(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        if (text.Length > RuleLimits.Characters)
        {
            return TooLong($"the rule is {text.Length} characters long; at most {RuleLimits.Characters} are allowed");
        }

        var errors = new List<RuleError>();
        var tokens = Lexer.Read(text, errors);
        var tree = Parser.Read(tokens, errors);

        // Formatting adds blanks and can at most multiply the length by five; a tree that could be read but not be read back is refused.
        if (errors.Count == 0 && text.Length > RuleLimits.Characters / 5 && Format(tree).Length is > RuleLimits.Characters and var length)
        {
            return TooLong($"the rule is {length} characters long when formatted; at most {RuleLimits.Characters} are allowed");
        }

        return new ParseResult(tree, [.. errors.OrderBy(e => e.Line).ThenBy(e => e.Column)]);
    }

    /// <summary>Writes the canonical text, in one line: <c>Parse(Format(e))</c> gives an equal tree.</summary>
    /// <exception cref="ArgumentException">The tree was built by hand and is deeper than 64 levels.</exception>
    public static string Format(Expression expression)
    {
        ArgumentNullException.ThrowIfNull(expression);
        return expression.Depth > RuleLimits.Depth
            ? throw new ArgumentException($"The tree is more than {RuleLimits.Depth} levels deep.", nameof(expression))
            : Formatter.Write(expression);
    }

    private static ParseResult TooLong(string message) =>
        new(null, [new RuleError("RUL006", message, 1, 1, RuleLimits.Characters, null)]);
}
