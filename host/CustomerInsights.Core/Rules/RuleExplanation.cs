namespace CustomerInsights.Core.Rules;

/// <summary>Says a rule in plain English: one sentence, or an indented list where conditions are many or stand inside each other.</summary>
public static class RuleExplanation
{
    /// <summary>
    /// <c>count(order where amount >= 50 and at >= ago(90d)) >= 2</c> becomes "has at least 2 orders with amount at least 50 in
    /// the last 90 days". Lines are separated by a line feed; a line of a list begins with two blanks a level and a dash. Texts of
    /// the rule stand between curly quotation marks and are cut at 60 characters. Never empty.
    /// </summary>
    public static string Describe(BoundRule rule)
    {
        ArgumentNullException.ThrowIfNull(rule);
        return new Explainer(rule.Dependencies.Activities.Keys).Rule(rule.Source, rule.Use);
    }
}
