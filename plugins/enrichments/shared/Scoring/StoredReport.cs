using CustomerInsights.Enrichments.Predictions.Learning;
using CustomerInsights.Sdk;

namespace CustomerInsights.Enrichments.Predictions.Scoring;

/// <summary>What a training has to say of itself, kept with the model so that every run that uses it can say it again.</summary>
/// <param name="Grade">A, B or C.</param>
/// <param name="Summary">A sentence for people.</param>
/// <param name="Metrics">Figures.</param>
/// <param name="Tables">Tables.</param>
/// <param name="Series">Series.</param>
/// <param name="Warnings">What people should look at.</param>
internal sealed record StoredReport(
    string Grade, string Summary, IReadOnlyList<ReportMetric> Metrics, IReadOnlyList<ReportTable> Tables, IReadOnlyList<ReportSeries> Series, IReadOnlyList<string> Warnings)
{
    private const int MostRows = 10_000;

    /// <summary>Writes it.</summary>
    public void Write(BinaryWriter writer)
    {
        writer.Write(Grade);
        writer.Write(Summary);
        Write(writer, Metrics, metric =>
        {
            writer.Write(metric.Name);
            Write(writer, metric.Value);
            writer.Write(metric.Unit ?? "");
            writer.Write(metric.Meaning ?? "");
        });
        Write(writer, Tables, table =>
        {
            writer.Write(table.Title);
            Write(writer, table.Columns, writer.Write);
            Write(writer, table.Rows, row => Write(writer, row, value => Write(writer, value)));
        });
        Write(writer, Series, series =>
        {
            writer.Write(series.Title);
            writer.Write(series.XTitle);
            writer.Write(series.YTitle);
            Write(writer, series.Points, point =>
            {
                Write(writer, point.X);
                writer.Write(point.Y);
            });
        });
        Write(writer, Warnings, writer.Write);
    }

    /// <summary>Reads it.</summary>
    /// <exception cref="InvalidDataException">It is damaged.</exception>
    public static StoredReport Read(BinaryReader reader) => new(
        reader.ReadString(),
        reader.ReadString(),
        reader.ReadArray(static from => new ReportMetric(from.ReadString(), Value(from), Some(from.ReadString())) { Meaning = Some(from.ReadString()) }, MostRows),
        reader.ReadArray(
            static from => new ReportTable(
                from.ReadString(),
                from.ReadArray(static one => one.ReadString(), MostRows),
                from.ReadArray(static row => (IReadOnlyList<FieldValue>)row.ReadArray(Value, MostRows), MostRows)),
            MostRows),
        reader.ReadArray(
            static from => new ReportSeries(from.ReadString(), from.ReadString(), from.ReadString(), from.ReadArray(static one => new ReportPoint(Value(one), one.ReadDouble()), MostRows)), MostRows),
        reader.ReadArray(static from => from.ReadString(), MostRows));

    private static string? Some(string text) => text.Length == 0 ? null : text;

    private static void Write<T>(BinaryWriter writer, IReadOnlyList<T> items, Action<T> write)
    {
        writer.Write(items.Count);
        foreach (var item in items)
        {
            write(item);
        }
    }

    private static void Write(BinaryWriter writer, FieldValue value)
    {
        writer.Write((byte)value.Kind);
        switch (value.Kind)
        {
            case FieldKind.Null:
                break;
            case FieldKind.Integer:
                writer.Write(value.AsInteger());
                break;
            case FieldKind.Number:
                writer.Write(value.AsNumber());
                break;
            case FieldKind.Boolean:
                writer.Write(value.AsBoolean());
                break;
            default:
                writer.Write(value.ToString());
                break;
        }
    }

    private static FieldValue Value(BinaryReader reader) => (FieldKind)reader.ReadByte() switch
    {
        FieldKind.Null => FieldValue.Null,
        FieldKind.Integer => reader.ReadInt64(),
        FieldKind.Number => reader.ReadDouble() is var number && double.IsFinite(number) ? number : FieldValue.Null,
        FieldKind.Boolean => reader.ReadBoolean(),
        _ => reader.ReadString(),
    };
}
