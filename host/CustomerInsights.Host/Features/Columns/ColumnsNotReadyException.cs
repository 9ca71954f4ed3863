namespace CustomerInsights.Host.Features.Columns;

/// <summary>Columns are still being read or built; the answer has to come from the store itself.</summary>
internal sealed class ColumnsNotReadyException(string message, Exception? inner = null) : Exception(message, inner);
