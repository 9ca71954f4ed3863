namespace CustomerInsights.Connectors.Csv;

/// <summary>Where a field stands in the tokenizer's buffer and how it was written.</summary>
internal readonly record struct CsvField(int Start, int Length, bool Quoted, bool Escaped);

/// <summary>What came of a step of the tokenizer.</summary>
internal enum CsvStep
{
    /// <summary>A row is there.</summary>
    Row,

    /// <summary>A row is there that cannot be read; reading goes on behind it.</summary>
    Broken,

    /// <summary>Bring more bytes.</summary>
    NeedData,

    /// <summary>The content is at its end.</summary>
    End,
}

/// <summary>Why a row is broken.</summary>
internal enum CsvFault
{
    None,

    /// <summary>A field is over 1 MiB or the row over 4 MiB.</summary>
    TooLong,

    /// <summary>A quote was opened and not closed within 1 MiB or before the end.</summary>
    UnclosedQuote,

    /// <summary>Behind a closing quote comes something other than a delimiter or a newline.</summary>
    TextAfterQuote,
}
