using CustomerInsights.Core.Columns;
using CustomerInsights.Core.Model;
using CustomerInsights.Host.Features.Metadata;

namespace CustomerInsights.Host.Features.Columns;

/// <summary>Which columns the metadata asks for: all that any rule may name.</summary>
internal static class ColumnSchemas
{
    public static IReadOnlyDictionary<string, ColumnSchema> Of(InsightsModel model) => model.ProfileTypes.Keys
        .Where(model.Schemas.ContainsKey)
        .ToDictionary(type => type, type => new ColumnSchema(model.Schemas[type].Attributes, model.Schemas[type].Activities), StringComparer.Ordinal);

    /// <summary>Whether columns made by one schema have all that another asks for, of the same types.</summary>
    public static bool Covers(this ColumnSchema has, ColumnSchema asked) =>
        Covers(has.Attributes, asked.Attributes)
        && asked.Activities.All(type => has.Activities.TryGetValue(type.Key, out var fields) && Covers(fields, type.Value));

    private static bool Covers(IReadOnlyDictionary<string, DataType> has, IReadOnlyDictionary<string, DataType> asked) =>
        asked.All(column => has.TryGetValue(column.Key, out var type) && type == column.Value);
}
