using CustomerInsights.Core.Model;
using CustomerInsights.Host.Features.Metadata;
using CustomerInsights.Sdk;
using CustomerInsights.Storage.Records;

namespace CustomerInsights.Host.Features.Ingestion;

/// <summary>The one place where the SDK's values become the core's.</summary>
internal static class SourceValues
{
    public static Value ToValue(FieldValue value) => value.Kind switch
    {
        FieldKind.Text or FieldKind.Json => Value.Of(value.AsText()),
        FieldKind.Integer => Value.Of(value.AsInteger()),
        FieldKind.Number => Value.Of(value.AsNumber()),
        FieldKind.Decimal => Value.Of(value.AsDecimal()),
        FieldKind.Boolean => Value.Of(value.AsBoolean()),
        FieldKind.Date => Value.Of(value.AsDate()),
        FieldKind.Time => Value.Of(value.AsTime()),
        FieldKind.TextList => Value.Of(value.AsList()),
        _ => Value.Missing,
    };

    public static FieldValue ToField(Value value) => value.Type switch
    {
        DataType.Text => value.AsText(),
        DataType.Integer => value.AsInteger(),
        DataType.Number => value.AsNumber(),
        DataType.Decimal => value.AsDecimal(),
        DataType.Boolean => value.AsBoolean(),
        DataType.Date => value.AsDate(),
        DataType.Time => value.AsTime(),
        DataType.TextList => FieldValue.List(value.AsTextList()),
        _ => FieldValue.Null,
    };

    public static DataType ToType(FieldKind kind) => kind switch
    {
        FieldKind.Integer => DataType.Integer,
        FieldKind.Number => DataType.Number,
        FieldKind.Decimal => DataType.Decimal,
        FieldKind.Boolean => DataType.Boolean,
        FieldKind.Date => DataType.Date,
        FieldKind.Time => DataType.Time,
        FieldKind.TextList => DataType.TextList,
        _ => DataType.Text,
    };

    public static FieldKind ToKind(DataType type) => type switch
    {
        DataType.Integer => FieldKind.Integer,
        DataType.Number => FieldKind.Number,
        DataType.Decimal => FieldKind.Decimal,
        DataType.Boolean => FieldKind.Boolean,
        DataType.Date => FieldKind.Date,
        DataType.Time => FieldKind.Time,
        DataType.TextList => FieldKind.TextList,
        _ => FieldKind.Text,
    };

    /// <summary>What an enrichment said, as the host keeps it.</summary>
    public static EnrichmentDescription ToDescription(EnrichmentDescriptor descriptor) => new(
        descriptor.Namespace,
        descriptor.ProfileType,
        descriptor.Reads,
        ToWritten(descriptor.Writes),
        [.. descriptor.Activities.Select(activity => new EnrichmentDescription.Activity(activity.ActivityType, activity.Fields))],
        [.. descriptor.Tables.Select(table => new EnrichmentDescription.Table(table.Name, table.Period, ToWritten(table.Fields)))])
    {
        Conditions = descriptor.Conditions.Count == 0
            ? null
            : [.. descriptor.Conditions.Select(condition => new EnrichmentDescription.Condition(condition.Name, condition.Rule) { At = condition.At, Before = condition.Before, Within = condition.Within })],
    };

    private static IReadOnlyList<EnrichmentDescription.Field> ToWritten(IReadOnlyList<FieldDescriptor> fields) =>
        [.. fields.Select(field => new EnrichmentDescription.Field(field.Name, ToType(field.Kind), field.Description))];

    public static IReadOnlyList<StreamField> ToFields(StreamDescriptor stream) =>
        [.. stream.Fields.Select(field => new StreamField(field.Name, ToType(field.Kind), field.SemanticType))];
}
