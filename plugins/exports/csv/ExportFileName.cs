using System.Globalization;
using CustomerInsights.Sdk;

namespace CustomerInsights.Exports.Csv;

/// <summary>Fills the template of the file's name.</summary>
internal static class ExportFileName
{
    private const int MaxLength = 150;
    private static readonly string[] Placeholders = ["{export}", "{segment}", "{date}", "{time}", "{generation}"];

    /// <summary>Refuses a template that no name can come of.</summary>
    public static void Check(string template)
    {
        var rest = template;
        foreach (var placeholder in Placeholders)
        {
            rest = rest.Replace(placeholder, "", StringComparison.Ordinal);
        }

        if (rest.AsSpan().ContainsAny('{', '}'))
        {
            throw Wrong($"The file name '{template}' has a placeholder that is not known. There are {string.Join(" ", Placeholders)}.");
        }

        if (template.Length == 0 || template.StartsWith('.') || rest.Any(c => char.IsControl(c) || "/\\:*?\"<>|".Contains(c, StringComparison.Ordinal)))
        {
            throw Wrong($"The file name '{template}' is not allowed. It is one name without a folder, does not begin with a dot, and has none of / \\ : * ? \" < > |.");
        }
    }

    /// <summary>The name for a run.</summary>
    public static string Make(string template, ExportJob job, string ending)
    {
        var started = job.StartedAt.UtcDateTime;
        var name = template
            .Replace("{export}", Safe(job.ExportName), StringComparison.Ordinal)
            .Replace("{segment}", Safe(job.SegmentName), StringComparison.Ordinal)
            .Replace("{date}", started.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture), StringComparison.Ordinal)
            .Replace("{time}", started.ToString("HHmmss", CultureInfo.InvariantCulture), StringComparison.Ordinal)
            .Replace("{generation}", job.Generation.ToString(CultureInfo.InvariantCulture), StringComparison.Ordinal);
        name = name.EndsWith(ending, StringComparison.OrdinalIgnoreCase) ? name[..^ending.Length] : name;
        return (name.Length <= MaxLength ? name : name[..MaxLength]) + ending;
    }

    /// <summary>A name of people's choosing as part of a file's name: letters, digits and a few signs.</summary>
    public static string Safe(string name)
    {
        var safe = string.Concat(name.Select(c => char.IsLetterOrDigit(c) || c is '-' or '_' or '.' ? c : '-')).Trim('.', '-');
        return safe.Length == 0 ? "export" : safe;
    }

    private static PluginException Wrong(string message) => new(FailureKind.Configuration, message) { ConfigurationPath = "/fileName" };
}
