namespace CustomerInsights.Plugins.Schema;

/// <summary>One thing that is wrong with a document, said so that a person can act on it.</summary>
/// <param name="Pointer">JSON pointer (RFC 6901) of the place; empty text for the document itself.</param>
/// <param name="Rule">The schema keyword or the check that was broken: <c>required</c>, <c>pattern</c>, <c>json</c>…</param>
/// <param name="Message">What was found, what was expected, what to do; does not repeat the pointer.</param>
public sealed record SchemaProblem(string Pointer, string Rule, string Message)
{
    private const int MaxPointer = 400;
    private const int MaxMessage = 1000;

    /// <summary>JSON pointer of the place, at most 400 characters; names in it are the document's own.</summary>
    public string Pointer { get; init; } = OneLine.Of(Pointer, MaxPointer);

    /// <summary>What was found, what was expected, what to do: one line of at most 1,000 characters, whatever the document holds.</summary>
    public string Message { get; init; } = OneLine.Of(Message, MaxMessage);

    /// <summary>True for what people should know but nothing is refused for, such as an odd <c>format</c>.</summary>
    public bool IsWarning { get; init; }

    /// <summary>Place and message in one line.</summary>
    /// <returns><c>/contributes/0/kind: 'conector' is not one of …</c></returns>
    public override string ToString() => $"{(Pointer.Length == 0 ? "(document)" : Pointer)}: {Message}";
}
