using System.Text;
using System.Text.RegularExpressions;

namespace CustomerInsights.Plugins.Schema;

/// <summary>
/// A <c>pattern</c>, which by JSON Schema is an ECMAScript expression. .NET differs where it matters for safety: <c>$</c>
/// also matches before a final line break, and <c>\d</c> and <c>\w</c> take digits and letters of every script.
/// </summary>
internal sealed class SchemaPattern
{
    private static readonly TimeSpan Limit = TimeSpan.FromMilliseconds(250);
    private readonly Regex _regex;

    private SchemaPattern(string source, Regex regex) => (Source, _regex) = (source, regex);

    internal string Source { get; }

    /// <summary>Reads an expression.</summary>
    /// <exception cref="ArgumentException">The expression cannot be parsed.</exception>
    internal static SchemaPattern Parse(string source)
    {
        var translated = Translate(source);
        try
        {
            return new(source, new Regex(translated, RegexOptions.CultureInvariant | RegexOptions.NonBacktracking, Limit));
        }
        catch (NotSupportedException)
        {
            // Look-around needs the backtracking engine; the limit keeps a hostile text from holding the thread.
            return new(source, new Regex(translated, RegexOptions.CultureInvariant, Limit));
        }
    }

    /// <summary>Whether the text matches; null when the limit of 250 ms passed before that was known.</summary>
    internal bool? Matches(string text)
    {
        try
        {
            return _regex.IsMatch(text);
        }
        catch (RegexMatchTimeoutException)
        {
            return null;
        }
    }

    private static string Translate(string source)
    {
        var result = new StringBuilder(source.Length + 8);
        var inClass = false;
        for (var i = 0; i < source.Length; i++)
        {
            var c = source[i];
            if (c == '\\' && i + 1 < source.Length)
            {
                var escaped = source[++i];
                result.Append((escaped, inClass) switch
                {
                    ('d', false) => "[0-9]",
                    ('d', true) => "0-9",
                    ('w', false) => "[A-Za-z0-9_]",
                    ('w', true) => "A-Za-z0-9_",
                    ('D', false) => "[^0-9]",
                    ('W', false) => "[^A-Za-z0-9_]",
                    _ => "\\" + escaped,
                });
                continue;
            }

            inClass = c switch { '[' => true, ']' => false, _ => inClass };
            result.Append(c == '$' && !inClass ? "\\z" : c.ToString());
        }

        return result.ToString();
    }
}
