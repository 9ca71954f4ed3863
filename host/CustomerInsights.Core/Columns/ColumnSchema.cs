using CustomerInsights.Core.Model;

namespace CustomerInsights.Core.Columns;

/// <summary>Which columns a part has; what is not named here is not kept.</summary>
/// <param name="Attributes">Attributes and measures by name.</param>
/// <param name="Activities">Fields by activity type; without <c>at</c> and <c>id</c>, which every type has.</param>
public sealed record ColumnSchema(
    IReadOnlyDictionary<string, DataType> Attributes,
    IReadOnlyDictionary<string, IReadOnlyDictionary<string, DataType>> Activities);

/// <summary>An activity on its way into a part.</summary>
/// <param name="Type">Its type.</param>
/// <param name="Id">Its id, unique within its type and profile.</param>
/// <param name="At">When it happened.</param>
/// <param name="Field">Gives a field's value, or missing.</param>
public readonly record struct ColumnActivity(string Type, string Id, DateTimeOffset At, Func<string, Value> Field);
