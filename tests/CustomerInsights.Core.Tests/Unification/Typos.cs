using FsCheck;
using FsCheck.Fluent;

namespace CustomerInsights.Core.Tests.Unification;

/// <summary>Generators of texts that resemble each other.</summary>
internal static class Typos
{
    private static readonly Gen<char> Letter = Gen.Elements("aaabbbcdeé7@.".ToCharArray());

    /// <summary>Up to 90 units, mostly short.</summary>
    public static readonly Gen<string> Text = Gen.OneOf(Of(0, 12), Of(0, 12), Of(20, 45), Of(55, 90));

    /// <summary>Two texts, the second often the first with up to eight typing errors.</summary>
    public static readonly Gen<(string Left, string Right)> Pairs =
        from left in Text
        from other in Text
        from edits in Gen.Choose(0, 10)
        from edited in Edit(left, Math.Min(edits, 8))
        select (Left: left, Right: edits > 8 ? other : edited);

    public static Gen<string> Of(int shortest, int longest) =>
        from length in Gen.Choose(shortest, longest)
        from letters in Letter.ArrayOf(length)
        select new string(letters);

    public static Gen<string> Edit(string text, int edits) => edits == 0
        ? Gen.Constant(text)
        : from once in EditOnce(text)
          from rest in Edit(once, edits - 1)
          select rest;

    private static Gen<string> EditOnce(string text) =>
        from kind in Gen.Choose(0, 2)
        from at in Gen.Choose(0, text.Length)
        from letter in Letter
        select kind == 0 || at == text.Length ? text.Insert(at, letter.ToString())
            : kind == 1 ? text.Remove(at, 1)
            : text[..at] + letter + text[(at + 1)..];
}
