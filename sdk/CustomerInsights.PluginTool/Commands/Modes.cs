using CustomerInsights.Plugins.Manifests;

namespace CustomerInsights.PluginTool.Commands;

/// <summary>Isolation as the command line has it.</summary>
internal static class Modes
{
    internal static IsolationMode Read(string word) => Enum.GetValues<IsolationMode>().First(mode => mode.ToWord() == word);
}
