using System.Text.RegularExpressions;

namespace CustomerInsights.Acceptance.Tests.Kit;

/// <summary>
/// Does what the tutorial for plugin authors says, section by section: runs its <c>sh</c> blocks in one shell's folder and variables, applies its
/// <c>diff</c> blocks, and looks for the lines of a <c>text</c> block in what the block before it has printed.
/// </summary>
internal sealed partial class Tutorial(AuthorsMachine machine, string folder)
{
    private readonly Dictionary<string, string> _sections = Sections(File.ReadAllText(Path.Combine(RepositoryRoot.Path, "docs", "plugin-authors", "tutorial.md")));
    private readonly HashSet<string> _done = new(StringComparer.Ordinal);
    private readonly string _state = Path.Combine(folder, ".shell");

    /// <summary>Variables that a reader has, by name.</summary>
    internal Dictionary<string, string> Variables { get; } = new(StringComparer.Ordinal);

    /// <summary>The sections with something to do that were left out.</summary>
    internal IEnumerable<string> NotDone => _sections.Where(section => Block().Matches(section.Value).Any(block => block.Groups["kind"].Value is "sh" or "diff") && !_done.Contains(section.Key)).Select(section => section.Key);

    /// <summary>Does a section.</summary>
    /// <returns>What its last <c>sh</c> block has printed.</returns>
    internal async Task<Ran> DoAsync(string heading)
    {
        Assert.True(_sections.TryGetValue(heading, out var section), $"The tutorial has no section '{heading}'.");
        Assert.True(_done.Add(heading), $"'{heading}' was done already.");
        var last = new Ran(0, "", "");
        foreach (Match block in Block().Matches(section))
        {
            var text = block.Groups["text"].Value;
            switch (block.Groups["kind"].Value)
            {
                case "sh":
                    last = (await ShellAsync(text)).Ended(0);
                    break;
                case "diff":
                    await EditAsync(text);
                    break;
                case "text":
                    Assert.All(text.Split('\n', StringSplitOptions.RemoveEmptyEntries), line => last.Said(line));
                    break;
            }
        }

        return last;
    }

    // Each block is a shell of its own that takes up where the one before it left.
    private async Task<Ran> ShellAsync(string commands)
    {
        var script = $$"""
            set -e
            api() { "$API" exec "$API_PROGRAM" "$@"; }
            if [ -f "{{_state}}" ]; then . "{{_state}}"; else cd "{{folder}}"; fi
            {{commands}}
            { export -p; echo "cd '$PWD'"; for name in ACCEPTED; do eval "echo $name=\\'\$$name\\'"; done; } > "{{_state}}"
            """;
        var start = machine.Start("sh", folder, "-c", script.ReplaceLineEndings("\n"));
        start.Environment["API"] = "dotnet";
        start.Environment["API_PROGRAM"] = typeof(Tutorial).Assembly.Location;
        foreach (var (name, value) in Variables)
        {
            start.Environment[name] = value;
        }

        return await Ran.ToEndAsync(start);
    }

    // "--- file", then runs of lines to take out and lines to put in their place.
    private async Task EditAsync(string diff)
    {
        var plugin = Path.Combine(folder, "help-desk");
        foreach (var part in diff.Split("--- ", StringSplitOptions.RemoveEmptyEntries))
        {
            var lines = part.Split('\n');
            var file = Path.Combine(plugin, lines[0]);
            var text = await File.ReadAllTextAsync(file);
            foreach (Match change in Change().Matches(string.Join('\n', lines[1..])))
            {
                var (before, after) = (Without(change.Groups["out"].Value), Without(change.Groups["in"].Value));
                Assert.True(text.Contains(before, StringComparison.Ordinal), $"The tutorial changes in {lines[0]} what is not there:\n{before}");
                text = text.Replace(before, after, StringComparison.Ordinal);
            }

            await File.WriteAllTextAsync(file, text);
        }
    }

    private static string Without(string marked) => string.Concat(marked.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => line[1..] + "\n"));

    private static Dictionary<string, string> Sections(string page) =>
        page.ReplaceLineEndings("\n").Split("\n## ").Skip(1).ToDictionary(section => section[..section.IndexOf('\n', StringComparison.Ordinal)], section => section, StringComparer.Ordinal);

    [GeneratedRegex("^```(?<kind>\\w+)\n(?<text>.*?)^```", RegexOptions.Multiline | RegexOptions.Singleline | RegexOptions.ExplicitCapture, 5000)]
    private static partial Regex Block();

    [GeneratedRegex("(?<out>(^-[^\n]*\n?)+)(?<in>(^\\+[^\n]*\n?)+)", RegexOptions.Multiline | RegexOptions.ExplicitCapture, 5000)]
    private static partial Regex Change();
}
