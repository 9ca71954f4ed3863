using System.Text;

namespace CustomerInsights.Core.Rules;

/// <summary>Cuts a text into tokens in one pass; looks at each character a constant number of times.</summary>
internal sealed class Lexer
{
    private readonly string _text;
    private readonly List<RuleError> _errors;
    private readonly List<Token> _tokens = [];
    private int _at;
    private int _line = 1;
    private int _lineStart;

    private Lexer(string text, List<RuleError> errors)
    {
        _text = text;
        _errors = errors;
    }

    public static List<Token> Read(string text, List<RuleError> errors)
    {
        var lexer = new Lexer(text, errors);
        lexer.Run();
        return lexer._tokens;
    }

    private char Current => _at < _text.Length ? _text[_at] : '\0';

    private char Following => _at + 1 < _text.Length ? _text[_at + 1] : '\0';

    private void Run()
    {
        while (true)
        {
            SkipBlanks();
            if (_at >= _text.Length)
            {
                Add(TokenKind.End, "", _at, _line, Column(_at));
                return;
            }

            char c = Current;
            if (c == '"')
            {
                ReadQuoted('"', TokenKind.Text, "the text that begins here has no closing quotation mark");
            }
            else if (c == '`')
            {
                ReadQuoted('`', TokenKind.QuotedName, "the name that begins here has no closing backtick");
            }
            else if (char.IsAsciiDigit(c))
            {
                ReadNumber();
            }
            else if (Keywords.StartsName(c))
            {
                ReadWord();
            }
            else
            {
                ReadSymbol();
            }
        }
    }

    private void SkipBlanks()
    {
        while (_at < _text.Length)
        {
            if (Current == '-' && Following == '-')
            {
                while (_at < _text.Length && Current != '\n')
                {
                    _at++;
                }
            }
            else if (char.IsWhiteSpace(Current))
            {
                Step();
            }
            else
            {
                return;
            }
        }
    }

    private void ReadQuoted(char quote, TokenKind kind, string unclosed)
    {
        int start = _at, line = _line, column = Column(_at);
        var content = new StringBuilder();
        Step();
        while (_at < _text.Length)
        {
            if (Current == quote)
            {
                if (Following != quote)
                {
                    Step();
                    Finish(kind, content.ToString(), start, line, column);
                    return;
                }

                Step(); // a doubled quote stands for one
            }

            content.Append(Current);
            Step();
        }

        Report("RUL002", unclosed, line, column, _at - start);
        Add(TokenKind.Broken, "", start, line, column);
    }

    private void Finish(TokenKind kind, string content, int start, int line, int column)
    {
        if (!Keywords.IsWellFormed(content))
        {
            Report("RUL001", "half a surrogate pair: the text was cut inside a character", line, column, _at - start);
            Add(TokenKind.Broken, "", start, line, column);
        }
        else if (kind == TokenKind.QuotedName && content.Length == 0)
        {
            Report("RUL001", "a name between backticks must not be empty", line, column, _at - start);
            Add(TokenKind.Broken, "", start, line, column);
        }
        else
        {
            Add(kind, content, start, line, column);
        }
    }

    private void ReadNumber()
    {
        int start = _at;
        SkipDigits();
        if (Current == '.' && char.IsAsciiDigit(Following))
        {
            _at++;
            SkipDigits();
        }

        if (Current is 'e' or 'E' && ExponentFollows())
        {
            _at++;
            if (Current is '+' or '-')
            {
                _at++;
            }

            SkipDigits();
        }

        var kind = TokenKind.Number;
        if (Keywords.StartsName(Current))
        {
            kind = TokenKind.Duration;
            while (Keywords.ContinuesName(Current))
            {
                _at++;
            }
        }

        Add(kind, _text[start.._at], start, _line, Column(start));
    }

    private bool ExponentFollows() =>
        char.IsAsciiDigit(Following) || (Following is '+' or '-' && _at + 2 < _text.Length && char.IsAsciiDigit(_text[_at + 2]));

    private void SkipDigits()
    {
        while (char.IsAsciiDigit(Current))
        {
            _at++;
        }
    }

    private void ReadWord()
    {
        int start = _at;
        while (Keywords.ContinuesName(Current))
        {
            _at++;
        }

        string word = _text[start.._at];
        if (Keywords.Contains(word))
        {
            Add(TokenKind.Keyword, word.ToLowerInvariant(), start, _line, Column(start));
        }
        else if (word is "date" or "time" && OpensParenthesis())
        {
            ReadDateOrTime(word, start);
        }
        else
        {
            Add(TokenKind.Word, word, start, _line, Column(start));
        }
    }

    private bool OpensParenthesis()
    {
        int next = _at;
        while (next < _text.Length && _text[next] is ' ' or '\t')
        {
            next++;
        }

        bool opens = next < _text.Length && _text[next] == '(';
        _at = opens ? next : _at;
        return opens;
    }

    // The content is no expression (2025-01-31 would be a subtraction), so it is taken as it stands, up to the parenthesis.
    private void ReadDateOrTime(string word, int start)
    {
        int column = Column(start);
        int content = ++_at;
        while (_at < _text.Length && Current is not ')' and not '\n' and not '(')
        {
            _at++;
        }

        if (Current != ')')
        {
            string example = word == "date" ? "date(2025-01-31)" : "time(2025-01-31T10:00:00Z)";
            Report("RUL004", $"a {word} is written {example}", _line, column, _at - start);
            Add(TokenKind.Broken, "", start, _line, column);
            return;
        }

        string inside = _text[content.._at].Trim();
        _at++;
        Add(word == "date" ? TokenKind.DateLiteral : TokenKind.TimeLiteral, inside, start, _line, column);
    }

    private void ReadSymbol()
    {
        int start = _at, column = Column(_at);
        string two = _at + 1 < _text.Length ? _text.Substring(_at, 2) : "";
        if (two is "!=" or "<=" or ">=" or "=~")
        {
            _at += 2;
            Add(TokenKind.Symbol, two, start, _line, column);
        }
        else if (ForeignSpelling(two) is { } ours)
        {
            _at += 2;
            Report("RUL001", $"unknown operator '{two}'", _line, column, 2, ours);
            Add(ours is "and" or "or" ? TokenKind.Keyword : TokenKind.Symbol, ours, start, _line, column);
        }
        else if (Current is '=' or '<' or '>' or '+' or '-' or '*' or '/' or '%' or '(' or ')' or ',' or '.')
        {
            _at++;
            Add(TokenKind.Symbol, _text[start].ToString(), start, _line, column);
        }
        else
        {
            // Both halves of a pair at once, so that the message shows a whole character.
            int length = char.IsHighSurrogate(Current) && char.IsLowSurrogate(Following) ? 2 : 1;
            _at += length;
            string shown = length == 1 && (char.IsSurrogate(_text[start]) || char.IsControl(_text[start]))
                ? $"U+{(int)_text[start]:X4}"
                : $"'{_text.Substring(start, length)}'";
            Report("RUL001", $"unexpected character {shown}", _line, column, length);
        }
    }

    // What people bring from other languages is read as what they mean, so that one slip gives one error.
    private static string? ForeignSpelling(string two) => two switch
    {
        "==" => "=",
        "<>" => "!=",
        "&&" => "and",
        "||" => "or",
        _ => null,
    };

    private void Step()
    {
        if (Current == '\n')
        {
            _line++;
            _lineStart = _at + 1;
        }

        _at++;
    }

    private int Column(int offset) => offset - _lineStart + 1;

    private void Add(TokenKind kind, string text, int start, int line, int column) =>
        _tokens.Add(new Token(kind, text, start, _at - start, line, column));

    private void Report(string code, string message, int line, int column, int length, string? suggestion = null)
    {
        if (_errors.Count < RuleLimits.Errors)
        {
            _errors.Add(new RuleError(code, message, line, column, length, suggestion));
        }
    }
}
