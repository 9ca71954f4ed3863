using CustomerInsights.Core.Model;
using CustomerInsights.Core.Rules;

namespace CustomerInsights.Host.Features.Metadata;

/// <summary>A source record, as a mapping's expressions see it: fields and nothing else.</summary>
internal sealed class RecordSubject(IReadOnlyDictionary<string, Value> fields) : IRuleSubject
{
    public Value Attribute(string name) => fields.TryGetValue(name, out var value) ? value : Value.Missing;

    public IRuleSubject? Related(string relationship) => null;

    public IReadOnlyList<IRuleActivity> Activities(string type) => [];

    public bool InSegment(string name) => false;

    public bool Reachable(string channel) => false;

    /// <summary>One value per mapped field, converted to its type.</summary>
    public Value[] Map(IReadOnlyList<MappedField> mapped, RuleMoment moment)
    {
        var values = new Value[mapped.Count];
        for (var i = 0; i < values.Length; i++)
        {
            values[i] = Conversion.To(mapped[i].Rule.Evaluate(this, moment), mapped[i].Type);
        }

        return values;
    }
}
