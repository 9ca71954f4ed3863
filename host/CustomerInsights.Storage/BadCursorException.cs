namespace CustomerInsights.Storage;

/// <summary>Text given as a cursor is not one that this list made.</summary>
public sealed class BadCursorException(string list)
    : Exception($"This is not a cursor of the list '{list}'. Begin without one, and then pass on 'next' of the page as it is.");
