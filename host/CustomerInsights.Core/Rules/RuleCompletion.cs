using CustomerInsights.Core.Model;

namespace CustomerInsights.Core.Rules;

/// <summary>What a suggestion is.</summary>
public enum RuleCompletionKind
{
    /// <summary>A common value of the attribute or field at the left.</summary>
    Value,

    /// <summary>An attribute of the profile or of a related one.</summary>
    Attribute,

    /// <summary>A way to another profile.</summary>
    Relationship,

    /// <summary>An activity type.</summary>
    Activity,

    /// <summary>A field of an activity type.</summary>
    Field,

    /// <summary>An aggregate over activities.</summary>
    Aggregate,

    /// <summary>A function.</summary>
    Function,

    /// <summary>An operator.</summary>
    Operator,

    /// <summary>A reserved word.</summary>
    Keyword,

    /// <summary>A literal to fill in.</summary>
    Literal,

    /// <summary>A segment's name.</summary>
    Segment,

    /// <summary>A channel's name.</summary>
    Channel,
}

/// <summary>One thing that may follow.</summary>
/// <param name="Text">What to insert.</param>
/// <param name="Start">The first character that it replaces, from 0, in UTF-16 units.</param>
/// <param name="Length">How many characters it replaces; 0 to insert only.</param>
/// <param name="Kind">What it is.</param>
/// <param name="Type">The type in words, or null where it has none.</param>
/// <param name="Detail">A signature and description, or how often a value occurs; or null.</param>
public sealed record RuleCompletionItem(string Text, int Start, int Length, RuleCompletionKind Kind, string? Type, string? Detail);

/// <summary>A value that many have.</summary>
/// <param name="Value">The value; never missing.</param>
/// <param name="Count">How many profiles or activities of the sample have it.</param>
public readonly record struct RuleValueHint(Value Value, long Count);

/// <summary>Knows common values. Implemented by the host from a sample; asked at most once for a completion.</summary>
public interface IRuleValueHints
{
    /// <summary>The most common values, most common first; empty when none are known.</summary>
    /// <param name="path">The relationships to the profile that has the attribute; empty for the profile itself and for fields.</param>
    /// <param name="activity">The activity type, or null for an attribute.</param>
    /// <param name="name">The attribute or field.</param>
    IReadOnlyList<RuleValueHint> Common(IReadOnlyList<string> path, string? activity, string name);
}

/// <summary>Tells what may follow at the caret of a rule that is being typed.</summary>
public static class RuleCompletion
{
    /// <summary>The most suggestions that are given.</summary>
    public const int Most = 50;

    /// <summary>
    /// Completes any text, broken or not; never throws for one. What stands behind the caret is not looked at, but for the rest of
    /// the word that the caret stands in. Time is linear in the text and in the names of the schema.
    /// </summary>
    /// <param name="text">The rule; of one longer than <see cref="RuleLimits.Characters"/> nothing is completed.</param>
    /// <param name="position">The caret, from 0; beyond the text it is taken as its end.</param>
    /// <param name="schema">What the names mean.</param>
    /// <param name="use">What the rule is for.</param>
    /// <param name="hints">Common values, if they are known.</param>
    /// <returns>At most 50, best first: names that begin with what was typed before names that contain it, then the more useful.</returns>
    public static IReadOnlyList<RuleCompletionItem> Complete(
        string text, int position, RuleSchema schema, RuleUse use, IRuleValueHints? hints = null)
    {
        ArgumentNullException.ThrowIfNull(text);
        ArgumentNullException.ThrowIfNull(schema);
        if (text.Length > RuleLimits.Characters)
        {
            return [];
        }

        var caret = Caret.Read(text, Math.Clamp(position, 0, text.Length), schema);
        return caret is null ? [] : new Candidates(caret, schema, use, hints).Best();
    }
}
