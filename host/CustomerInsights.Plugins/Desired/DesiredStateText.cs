using System.Globalization;
using System.Text.Json;
using CustomerInsights.Plugins.Manifests;
using CustomerInsights.Plugins.Schema;

namespace CustomerInsights.Plugins.Desired;

/// <summary>The file's text and its meaning.</summary>
internal static class DesiredStateText
{
    private static readonly Lazy<JsonSchema> Schema = new(() => EmbeddedSchema.Load("plugins.schema.json"));

    internal static (DesiredState? State, IReadOnlyList<SchemaProblem> Problems) Read(string json)
    {
        var problems = new List<SchemaProblem>(Schema.Value.Validate(json));
        if (problems.Exists(problem => !problem.IsWarning))
        {
            return (null, problems);
        }

        var state = JsonSerializer.Deserialize<DesiredState>(json, ManifestJson.Options)!;
        var seen = new HashSet<string>(StringComparer.Ordinal);
        for (var i = 0; i < state.Plugins.Count; i++)
        {
            var plugin = state.Plugins[i];
            if (!seen.Add(plugin.Id))
            {
                problems.Add(new($"/plugins/{i}/id", "unique", $"'{plugin.Id}' is there twice; a plugin has one entry."));
            }

            for (var j = 0; j < plugin.FileRoots.Count; j++)
            {
                if (!IsFolder(plugin.FileRoots[j]))
                {
                    var pointer = string.Create(CultureInfo.InvariantCulture, $"/plugins/{i}/settings/fileRoots/{j}");
                    problems.Add(new(pointer, "folder", $"'{plugin.FileRoots[j]}' is not a folder that can be granted; write an absolute one such as /srv/imports, or one below the data directory such as files."));
                }
            }

            CheckNetwork(plugin.Network, string.Create(CultureInfo.InvariantCulture, $"/plugins/{i}/settings/network"), problems);
        }

        return (problems.Exists(problem => !problem.IsWarning) ? null : state, problems);
    }

    private static void CheckNetwork(NetworkGrants grants, string pointer, List<SchemaProblem> problems)
    {
        for (var i = 0; i < grants.Hosts.Count; i++)
        {
            if (!NetworkGrants.IsHost(grants.Hosts[i]))
            {
                problems.Add(new(string.Create(CultureInfo.InvariantCulture, $"{pointer}/hosts/{i}"), "host", $"'{grants.Hosts[i]}' is not a host; write a name or an address, perhaps with a port, such as db.internal, *.corp.example or localhost:8080."));
            }
        }

        for (var i = 0; i < grants.Ranges.Count; i++)
        {
            if (!NetworkGrants.IsRange(grants.Ranges[i]))
            {
                problems.Add(new(string.Create(CultureInfo.InvariantCulture, $"{pointer}/ranges/{i}"), "range", $"'{grants.Ranges[i]}' is not a network; write its first address and the length of its prefix, such as 10.1.0.0/16 or 127.0.0.1/32."));
            }
        }
    }

    // A relative folder lies below the data directory, so that the directory can be moved; it must not climb out of it.
    private static bool IsFolder(string root) =>
        root.Length > 0 && !root.Contains('\0', StringComparison.Ordinal)
        && (Path.IsPathFullyQualified(root) || (!Path.IsPathRooted(root) && !root.Split('/', '\\').Contains("..")));

    internal static string Write(DesiredState state) => JsonSerializer.Serialize(state, ManifestJson.Options) + "\n";
}
