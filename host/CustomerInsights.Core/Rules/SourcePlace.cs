namespace CustomerInsights.Core.Rules;

/// <summary>Where a node of a rule stood: in its text (line and column from 1, length in characters), or in its JSON form.</summary>
/// <remarks>
/// All places are equal to each other. A place says where a node was written, not what it means, so two trees that differ
/// in their places alone are the same rule; that is what makes <c>Parse(Format(tree)) == tree</c> a plain comparison.
/// </remarks>
/// <param name="Line">Line from 1; 0 when the node was not read from text.</param>
/// <param name="Column">Column from 1, in UTF-16 units; 0 when the node was not read from text.</param>
/// <param name="Length">Length in UTF-16 units.</param>
/// <param name="Pointer">The JSON pointer of the node, when it was read from the JSON form.</param>
public readonly record struct SourcePlace(int Line, int Column, int Length, string? Pointer = null)
{
    /// <summary>Always true: places carry no meaning.</summary>
    public bool Equals(SourcePlace other) => true;

    /// <inheritdoc />
    public override int GetHashCode() => 0;
}
