using System.Text.RegularExpressions;

namespace CustomerInsights.PluginTool.Projects;

/// <summary>A plugin's name in the forms that a project needs.</summary>
internal sealed partial record PluginName
{
    /// <exception cref="ToolException">It cannot be a name.</exception>
    internal PluginName(string name, string publisher)
    {
        var words = Word().Matches(name).Select(match => match.Value.ToLowerInvariant()).ToList();
        if (!Name().IsMatch(name) || words.Count == 0)
        {
            throw new ToolException($"'{name}' cannot be a plugin's name. Begin with a letter, and use letters, digits and hyphens: help-desk or HelpDesk.");
        }

        if (!PublisherId().IsMatch(publisher))
        {
            throw new ToolException($"'{publisher}' cannot be a publisher's id. Begin with a letter, and use lower-case letters, digits and hyphens between them: acme-labs.");
        }

        (Pascal, Kebab, Publisher) = (string.Concat(words.Select(word => char.ToUpperInvariant(word[0]) + word[1..])), string.Join('-', words), publisher);
    }

    /// <summary>As types have it: <c>HelpDesk</c>.</summary>
    internal string Pascal { get; }

    /// <summary>As ids and folders have it: <c>help-desk</c>.</summary>
    internal string Kebab { get; }

    /// <summary>The publisher's id.</summary>
    internal string Publisher { get; }

    /// <summary>The plugin's id.</summary>
    internal string Id => $"{Publisher}.{Kebab}";

    [GeneratedRegex("^[A-Za-z][A-Za-z0-9]*(-[A-Za-z0-9]+)*$", RegexOptions.NonBacktracking | RegexOptions.ExplicitCapture)]
    private static partial Regex Name();

    [GeneratedRegex("^[a-z][a-z0-9]*(-[a-z0-9]+)*$", RegexOptions.NonBacktracking | RegexOptions.ExplicitCapture)]
    private static partial Regex PublisherId();

    // As 'kebabCase' of dotnet new cuts: CRMTool2 is crm-tool-2.
    [GeneratedRegex("[A-Z]+(?![a-z])|[A-Z]?[a-z]+|[0-9]+", RegexOptions.None, 1000)]
    private static partial Regex Word();
}
