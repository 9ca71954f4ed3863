namespace CustomerInsights.Core.Rules;

internal enum TokenKind
{
    End,
    Word,          // a plain name or a contextual word
    QuotedName,    // `...`; Text is what stands between the backticks
    Keyword,       // reserved, Text in lower case
    Text,          // "..."; Text is the content
    Number,        // 50, 50.5, 5e1; Text as written
    Duration,      // 30d; Text as written
    DateLiteral,   // date(...); Text is what stands between the parentheses
    TimeLiteral,   // time(...)
    Symbol,
    Broken,        // already reported by the lexer
}

internal readonly record struct Token(TokenKind Kind, string Text, int Offset, int Length, int Line, int Column)
{
    public int EndOffset => Offset + Length;

    public SourcePlace Place => new(Line, Column, Length);

    public bool Is(string text) => Kind is TokenKind.Symbol or TokenKind.Keyword && string.Equals(Text, text, StringComparison.Ordinal);

    /// <summary>A word that has a meaning only where an operator may stand, such as <c>starts</c>.</summary>
    public bool IsWord(string text) => Kind == TokenKind.Word && string.Equals(Text, text, StringComparison.OrdinalIgnoreCase);

    public string Describe() => Kind switch
    {
        TokenKind.End => "the end of the rule",
        TokenKind.Text => "a text",
        TokenKind.Number => $"the number {Text}",
        TokenKind.Duration => $"the duration {Text}",
        TokenKind.DateLiteral => "a date",
        TokenKind.TimeLiteral => "a time",
        _ => $"'{Text}'",
    };
}

internal static class Keywords
{
    // Reserved because each of them may follow or begin an operand. `missing`, `present`, `starts`, `ends` and `with` may not,
    // so they stay free as names of attributes.
    private static readonly HashSet<string> Reserved = new(StringComparer.OrdinalIgnoreCase)
    {
        "and", "or", "not", "in", "between", "is", "contains", "matches", "where", "then", "within", "by", "true", "false",
    };

    public static bool Contains(string word) => Reserved.Contains(word);

    public static bool StartsName(char c) => c == '_' || char.IsLetter(c);

    public static bool ContinuesName(char c) => c == '_' || char.IsLetterOrDigit(c);

    public static bool IsPlainName(string text) =>
        text.Length > 0 && StartsName(text[0]) && text.All(ContinuesName) && !Contains(text);

    /// <summary>False when the text holds half a surrogate pair, which neither JSON nor a store can hold.</summary>
    public static bool IsWellFormed(string text)
    {
        for (int i = 0; i < text.Length; i++)
        {
            if (char.IsSurrogate(text[i]))
            {
                if (i + 1 >= text.Length || !char.IsSurrogatePair(text[i], text[i + 1]))
                {
                    return false;
                }

                i++;
            }
        }

        return true;
    }
}
