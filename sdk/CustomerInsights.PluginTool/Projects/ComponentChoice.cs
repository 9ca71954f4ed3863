using CustomerInsights.Plugins.Manifests;

namespace CustomerInsights.PluginTool.Projects;

/// <summary>Which component of a plugin is meant.</summary>
internal static class ComponentChoice
{
    /// <summary>The one that was named by its id or by kind and id, or the only one.</summary>
    /// <exception cref="ToolException">There is none, or there are several and none was named.</exception>
    internal static PluginContribution Of(IReadOnlyList<PluginContribution> all, string? named)
    {
        var fitting = all.Where(one => named is null || one.Id == named || NameOf(one) == named).ToList();
        return fitting is [var only] ? only
            : throw new ToolException($"{(fitting.Count == 0 ? $"There is no component '{named}'." : "There are several components.")} Name one of {string.Join(", ", all.Select(NameOf))} with --component.");
    }

    private static string NameOf(PluginContribution one) => $"{one.Kind.ToString().ToLowerInvariant()}/{one.Id}";
}
