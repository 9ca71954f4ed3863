using CustomerInsights.Core.Model;

namespace CustomerInsights.Host.Features.Metadata;

/// <summary>The only conversions that a mapping makes by itself: integers widen, and anything goes into text in its canonical form.</summary>
internal static class Conversion
{
    public static bool Allowed(DataType from, DataType to) =>
        from == to || to == DataType.Text || (from == DataType.Integer && to is (DataType.Decimal or DataType.Number));

    public static Value To(Value value, DataType type)
    {
        if (value.IsMissing || value.Type == type)
        {
            return value;
        }

        return type switch
        {
            DataType.Text => Value.Of(value.ToString()),
            DataType.Decimal when value.Type == DataType.Integer => Value.Of(value.AsDecimal()),
            DataType.Number when value.Type == DataType.Integer => Value.Of(value.AsNumber()),
            _ => Value.Missing,
        };
    }
}
