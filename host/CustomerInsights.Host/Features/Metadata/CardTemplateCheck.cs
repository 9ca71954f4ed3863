using HandlebarsDotNet;

namespace CustomerInsights.Host.Features.Metadata;

/// <summary>What a template from outside may do: show values, encoded, and loop over the fields. Nothing that reads other templates or writes what is not encoded.</summary>
internal static class CardTemplateCheck
{
    /// <summary>What is wrong with a template; null when it can be used.</summary>
    public static string? Fault(string template, int most)
    {
        if (template.Length > most)
        {
            return $"The template has {template.Length:N0} characters; at most {most:N0} are possible.";
        }

        if (template.Contains("{{{", StringComparison.Ordinal) || template.Contains("{{&", StringComparison.Ordinal) || template.Contains("{{~&", StringComparison.Ordinal) || template.Contains("{{~{", StringComparison.Ordinal))
        {
            return "Output that is not encoded, {{{…}}} or {{&…}}, is not allowed: a value could be a script.";
        }

        if (template.Contains("{{>", StringComparison.Ordinal) || template.Contains("{{#>", StringComparison.Ordinal) || template.Contains("{{~>", StringComparison.Ordinal) || template.Contains("{{#*", StringComparison.Ordinal))
        {
            return "Partials and inline definitions are not allowed; write the card out.";
        }

        if (template.Contains("<script", StringComparison.OrdinalIgnoreCase))
        {
            return "A card has no scripts; the page would not run it either.";
        }

        try
        {
            Handlebars.Create().Compile(template);
            return null;
        }
        catch (HandlebarsException error)
        {
            return $"This is no Handlebars template: {error.Message}";
        }
    }
}
