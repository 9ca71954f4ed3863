namespace CustomerInsights.Core.Rules;

/// <summary>Gives names their meaning and checks types, before anything runs.</summary>
public static class RuleBinder
{
    /// <summary>Binds a tree. Never throws for any tree; all errors come at once.</summary>
    public static BindResult Bind(Expression expression, RuleSchema schema, RuleUse use)
    {
        ArgumentNullException.ThrowIfNull(expression);
        ArgumentNullException.ThrowIfNull(schema);
        return Binder.Bind(expression, schema, use, []);
    }

    /// <summary>Reads and binds a text; errors of spelling and of meaning come together.</summary>
    public static BindResult Bind(string text, RuleSchema schema, RuleUse use)
    {
        ArgumentNullException.ThrowIfNull(schema);
        return Bind(RuleText.Parse(text), schema, use);
    }

    /// <summary>Binds what was read from text or JSON; errors of reading and of meaning come together.</summary>
    public static BindResult Bind(ParseResult parsed, RuleSchema schema, RuleUse use)
    {
        ArgumentNullException.ThrowIfNull(parsed);
        ArgumentNullException.ThrowIfNull(schema);
        return parsed.Partial is null
            ? new BindResult(null, parsed.Errors)
            : Binder.Bind(parsed.Partial, schema, use, parsed.Errors);
    }
}
