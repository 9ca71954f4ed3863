using CustomerInsights.Core.Rules;

namespace CustomerInsights.Host.Features.Metadata;

/// <summary>The plain names in an expression, bound or not: enough to spell out a circle.</summary>
internal static class ExpressionNames
{
    public static IEnumerable<string> Of(Expression expression) =>
        ExpressionNodes.Of(expression).OfType<NameExpression>().Where(name => name.Parts.Count == 1).Select(name => name.Parts[0]);
}
