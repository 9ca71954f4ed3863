namespace CustomerInsights.Core.Unification.Linkage;

/// <summary>Street addresses: how much the words have in common, and the number of the house apart from them, since neighbours share all but that.</summary>
internal sealed class Addresses(MatchColumn column)
    : WordLists(column, "a little in common", "the same street, another number", "half in common", "the same street, the number missing or nearly so", "most in common", "nearly all in common")
{
    // With one digit changed, a number of two digits is as near to the next house's as to its own with a slip.
    private const int ShortestSlip = 3;
    private const double OfSlip = 0.95;

    private readonly PerValue<string> _houses = new();
    private readonly PerValue<int[]> _streets = new();

    private enum Houses
    {
        Same,
        Alike,
        Other,
    }

    protected override void Learn(int id)
    {
        base.Learn(id);
        var (house, flat) = AddressText.Numbers(Text(id));
        _houses[id] = house;
        _streets[id] = house.Length == 0 && flat.Length == 0 ? WordsIn(id) : Array.FindAll(WordsIn(id), word => Word(word) != house && Word(word) != flat);
    }

    protected override int Partial(int a, int b, ulong left, ulong right, Scratch scratch)
    {
        var houses = Compared(_houses[a], _houses[b]);
        var share = houses == Houses.Same ? Share(a, b, scratch)
            : string.CompareOrdinal(Text(a), Text(b)) < 0 ? Share(_streets[a], _streets[b], scratch)
            : Share(_streets[b], _streets[a], scratch);
        return houses switch
        {
            Houses.Same => share >= 0.85 ? 6 : share >= 0.65 ? 5 : share >= 0.45 ? 3 : share >= 0.25 ? 1 : 0,
            Houses.Alike => share >= 0.65 ? 4 : share >= 0.45 ? 3 : share >= 0.25 ? 1 : 0,
            _ => share >= 0.65 ? 2 : share >= 0.45 ? 1 : 0,
        };
    }

    // A slip in a word that hardly tells would else be the rarest word of the address.
    protected override double Likeness(int left, int right, Scratch scratch) => base.Likeness(left, right, scratch) is > 0 and var likeness ? likeness
        : AddressText.IsSlipFor(Word(left), Word(right)) || AddressText.IsSlipFor(Word(right), Word(left)) ? OfSlip : 0;

    // None on both sides is the same; 12 and 12a are alike, or a number and itself with a slip.
    private static Houses Compared(string one, string other)
    {
        if (one == other)
        {
            return Houses.Same;
        }

        var (number, with) = one.Length < other.Length ? (one, other) : (other, one);
        return number.Length == 0 || (with.StartsWith(number, StringComparison.Ordinal) && !char.IsAsciiDigit(with[number.Length]))
            || ((number.Length >= ShortestSlip || number.Length < with.Length || IsSwapped(number, with)) && EditDistance.IsAtMostOne(number, with)) ? Houses.Alike : Houses.Other;
    }

    private static bool IsSwapped(string one, string other) => one.Length == 2 && one[0] == other[1] && one[1] == other[0];
}
