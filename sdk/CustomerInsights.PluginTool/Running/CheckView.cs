using CustomerInsights.Sdk;

namespace CustomerInsights.PluginTool.Running;

/// <summary>Shows what a check tried.</summary>
internal static class CheckView
{
    /// <summary>Shows it.</summary>
    /// <returns>Whether all went well.</returns>
    internal static bool Show(this RecordView view, CheckResult check)
    {
        foreach (var item in check.Items)
        {
            view.Say($"check {item.Name}: {(item.Ok ? "ok" : $"{item.Kind}: {item.Message}{(item.ConfigurationPath is { } path ? $" (at {path})" : "")}")}");
        }

        return check.Ok;
    }
}
