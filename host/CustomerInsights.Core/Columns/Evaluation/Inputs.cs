using CustomerInsights.Core.Model;
using CustomerInsights.Core.Rules;

namespace CustomerInsights.Core.Columns.Evaluation;

/// <summary>What a node reads.</summary>
internal static class Inputs
{
    /// <summary>The different names that a node reads; null when it reads anything but attributes of the profile and fields of the activity.</summary>
    public static List<BoundNode>? Of(BoundNode node)
    {
        var inputs = new List<BoundNode>();
        return Collect(node, inputs) ? inputs : null;
    }

    /// <summary>Whether evaluating it can fail.</summary>
    public static bool MayFail(BoundNode node) =>
        node is BoundArithmetic { Type: not RuleType.Number } or BoundNegate or BoundShift or BoundCall { Function: Function.Abs }
        or BoundAggregate { Function: AggregateFunction.Sum or AggregateFunction.Avg }
        || node.Children().Any(MayFail);

    private static bool Collect(BoundNode node, List<BoundNode> inputs)
    {
        switch (node)
        {
            case BoundAggregate or BoundSequence or BoundSegment or BoundReachable or BoundRank or BoundAttribute { Path.Count: > 0 }:
                return false;
            case BoundAttribute or BoundField:
                if (!inputs.Exists(other => other.Source.Equals(node.Source) && other.GetType() == node.GetType() && Name(other) == Name(node)))
                {
                    inputs.Add(node);
                }

                return true;
            default:
                return node.Children().All(child => Collect(child, inputs));
        }
    }

    private static string Name(BoundNode node) => node is BoundField field ? field.Field : ((BoundAttribute)node).Attribute;
}

/// <summary>A subject whose every attribute, and whose activity's every field, is one value: for nodes that read one name.</summary>
internal sealed class OneValue(Value value) : IRuleSubject, IRuleActivity
{
    public string Id => "";

    public DateTimeOffset At => value.Type == DataType.Time ? value.AsTime() : default;

    public static IRuleSubject Subject(Value value) => new OneValue(value);

    public static Frame Frame(Value value, RuleMoment moment, int slots)
    {
        var one = new OneValue(value);
        return new Frame(one, moment, slots) { Activity = one };
    }

    public Value Attribute(string name) => value;

    public Value Field(string name) => value;

    public IRuleSubject? Related(string relationship) => null;

    public IReadOnlyList<IRuleActivity> Activities(string type) => [];

    public bool InSegment(string name) => false;

    public bool Reachable(string channel) => false;
}
