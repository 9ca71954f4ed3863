namespace CustomerInsights.Plugins.Desired;

/// <summary>What an admin wants: the content of <c>plugins.json</c>, the one owner of desired state.</summary>
/// <param name="Plugins">The plugins, unique by id, in the file's order.</param>
public sealed record DesiredState(IReadOnlyList<DesiredPlugin> Plugins)
{
    /// <summary>No plugins.</summary>
    public static DesiredState Empty { get; } = new([]);

    /// <summary>The entry of a plugin.</summary>
    /// <param name="id">The plugin's id.</param>
    /// <returns>The entry, or null.</returns>
    public DesiredPlugin? Find(string id) => Plugins.FirstOrDefault(plugin => plugin.Id == id);

    /// <summary>Replaces the entry of the same id in its place, or adds one at the end.</summary>
    /// <param name="plugin">The entry.</param>
    /// <returns>The changed state.</returns>
    public DesiredState With(DesiredPlugin plugin)
    {
        ArgumentNullException.ThrowIfNull(plugin);
        return Find(plugin.Id) is null
            ? new([.. Plugins, plugin])
            : new([.. Plugins.Select(known => known.Id == plugin.Id ? plugin : known)]);
    }

    /// <summary>Removes an entry.</summary>
    /// <param name="id">The plugin's id.</param>
    /// <returns>The changed state; unchanged when there is no such entry.</returns>
    public DesiredState Without(string id) => new([.. Plugins.Where(plugin => plugin.Id != id)]);
}
