namespace CustomerInsights.PluginTool;

/// <summary>A command cannot be done; the message is for people and says what to do.</summary>
internal sealed class ToolException(string message) : Exception(message);
