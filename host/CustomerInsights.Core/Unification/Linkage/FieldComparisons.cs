using System.Globalization;
using System.Numerics;

namespace CustomerInsights.Core.Unification.Linkage;

/// <summary>The comparison of each type of field.</summary>
internal static class FieldComparisons
{
    internal static FieldComparison Of(MatchColumn column) => Of(column, null);

    /// <param name="column">The field.</param>
    /// <param name="levels">What an expert wrote, without problems; null for the levels of the type.</param>
    internal static FieldComparison Of(MatchColumn column, IReadOnlyList<MatchLevel>? levels)
    {
        var comparison = levels is null ? Made(column) : new LevelledComparison(column, levels);
        comparison.Learn();
        return comparison;
    }

    /// <summary>The comparison with the type's own levels; it knows no value yet.</summary>
    internal static FieldComparison Made(MatchColumn column) => column.Type switch
    {
        MatchFieldType.GivenName => new GivenNames(column),
        MatchFieldType.FamilyName => new FamilyNames(column),
        MatchFieldType.Date => new Dates(column),
        MatchFieldType.Email => new Emails(column),
        MatchFieldType.Phone => new Phones(column),
        MatchFieldType.PostalCode => new PostalCodes(column),
        MatchFieldType.Place => new Places(column),
        MatchFieldType.Identifier => new Identifiers(column),
        MatchFieldType.Number => new Numbers(column),
        MatchFieldType.FullName => new WholeNames(column),
        MatchFieldType.Organization => new Organizations(column),
        MatchFieldType.Address => new Addresses(column),
        MatchFieldType.Text => new FreeTexts(column),
        _ => new Categories(column),
    };

    private sealed class GivenNames(MatchColumn column) : FieldComparison(column, "same initial", "similar or contained", "very similar", "nickname")
    {
        private readonly Dictionary<string, int> _numbers = new(StringComparer.Ordinal);
        private readonly PerValue<int> _roots = new();
        private readonly PerValue<bool> _several = new();

        protected override void Learn(int id)
        {
            var root = GivenName.Root(Text(id));
            _roots[id] = _numbers.TryAdd(root, _numbers.Count) ? _numbers.Count - 1 : _numbers[root];
            _several[id] = IsSeveral(Text(id));
        }

        protected override ulong Feature(int id) => TextFeature.Of(Text(id));

        protected override int Partial(int a, int b, ulong left, ulong right, Scratch scratch)
        {
            if (_roots[a] == _roots[b])
            {
                return 4;
            }

            if (TextFeature.LengthOf(left) == 1 || TextFeature.LengthOf(right) == 1)
            {
                return TextFeature.SameInitial(left, right) ? 1 : 0;
            }

            var similarity = TextFeature.MayReach(left, right, 0.84) ? scratch.Jaro.Similarity(Text(a), Text(b)) : 0;
            return similarity >= 0.92 ? 3
                : similarity >= 0.84 || ((_several[a] || _several[b]) && Words.Share(Text(a), Text(b))) ? 2
                : TextFeature.SameInitial(left, right) ? 1 : 0;
        }
    }

    private sealed class FamilyNames(MatchColumn column) : FieldComparison(column, "similar", "part of a double name, or other umlauts", "very similar")
    {
        private readonly Dictionary<string, int> _numbers = new(StringComparer.Ordinal);
        private readonly PerValue<int> _cores = new();
        private readonly PerValue<bool> _several = new();

        protected override void Learn(int id)
        {
            var core = NameWords.Core(Text(id));
            _cores[id] = _numbers.TryAdd(core, _numbers.Count) ? _numbers.Count - 1 : _numbers[core];
            _several[id] = IsSeveral(Text(id));
        }

        protected override ulong Feature(int id) => TextFeature.Of(Text(id));

        protected override int Partial(int a, int b, ulong left, ulong right, Scratch scratch)
        {
            var similarity = TextFeature.MayReach(left, right, 0.84) ? scratch.Jaro.Similarity(Text(a), Text(b)) : 0;
            return similarity >= 0.92 ? 3 : _cores[a] == _cores[b] || ((_several[a] || _several[b]) && Words.Share(Text(a), Text(b))) ? 2 : similarity >= 0.84 ? 1 : 0;
        }
    }

    private static bool IsSeveral(string text) => text.Contains(' ', StringComparison.Ordinal);

    private sealed class Dates(MatchColumn column) : FieldComparison(column, "near year", "same day, other year", "two parts alike", "one digit off")
    {
        private readonly bool _isMixed = column.Reading.Dates.IsMixed;

        // Eight digits as one number, four bits each; 0 for what is no day.
        protected override ulong Feature(int id) =>
            Text(id).Length == 8 && uint.TryParse(Text(id), NumberStyles.HexNumber, CultureInfo.InvariantCulture, out var digits) ? digits : 0;

        protected override int Partial(int a, int b, ulong left, ulong right, Scratch scratch) =>
            left == 0 || right == 0 ? EditDistance.IsAtMostOne(Text(a), Text(b)) ? 4 : 0 : Partial((uint)left, (uint)right, _isMixed);

        private static int Partial(uint left, uint right, bool isMixed)
        {
            var apart = left ^ right;
            if (IsOneDigit(apart) || IsSwapOfNeighbours(left, right, apart))
            {
                return 4;
            }

            var (year, month, day) = (apart >> 16 == 0, (apart & 0xFF00) == 0, (apart & 0xFF) == 0);
            if (year && isMixed && IsSwapped(left, right))
            {
                return 4;
            }

            if (year && (month || day || IsSwapped(left, right) || IsFirstOfYear(left) || IsFirstOfYear(right)))
            {
                return 3;
            }

            // A year alone has no day that could be the same.
            return month && day && (left & 0xFFFF) != 0 ? 2 : Math.Abs(Year(left) - Year(right)) <= 1 ? 1 : 0;
        }

        private static bool IsOneDigit(uint apart) => apart >> (BitOperations.TrailingZeroCount(apart) & ~3) <= 0xF;

        private static bool IsSwapOfNeighbours(uint left, uint right, uint apart)
        {
            var shift = BitOperations.TrailingZeroCount(apart) & ~3;
            return apart >> shift <= 0xFF && shift <= 24 && ((left >> shift) & 0xF) == ((right >> (shift + 4)) & 0xF) && ((right >> shift) & 0xF) == ((left >> (shift + 4)) & 0xF);
        }

        private static bool IsSwapped(uint a, uint b) => ((a >> 8) & 0xFF) == (b & 0xFF) && (a & 0xFF) == ((b >> 8) & 0xFF);

        private static bool IsFirstOfYear(uint date) => (date & 0xFFFF) is 0x0101 or 0;

        private static int Year(uint date) => (int)(((date >> 28) * 1000) + (((date >> 24) & 0xF) * 100) + (((date >> 20) & 0xF) * 10) + ((date >> 16) & 0xF));
    }

    private sealed class Emails(MatchColumn column) : FieldComparison(column, "similar local part", "same local part")
    {
        private readonly PerValue<string> _locals = new();

        protected override void Learn(int id) => _locals[id] = Text(id).IndexOf('@', StringComparison.Ordinal) is > 0 and var at ? Text(id)[..at] : Text(id);

        protected override ulong Feature(int id) => TextFeature.Of(_locals[id]);

        protected override int Partial(int a, int b, ulong left, ulong right, Scratch scratch) =>
            !TextFeature.MayReach(left, right, 0.92) ? 0
            : string.Equals(_locals[a], _locals[b], StringComparison.Ordinal) ? 2
            : scratch.Jaro.Similarity(_locals[a], _locals[b]) >= 0.92 ? 1 : 0;
    }

    private sealed class Phones(MatchColumn column) : FieldComparison(column, "one digit off", "same last seven digits")
    {
        private const ulong LastSeven = (1UL << 28) - 1;

        // The last sixteen digits, four bits each and counted from one, so that a place without a digit is none.
        protected override ulong Feature(int id)
        {
            var digits = 0UL;
            foreach (var c in Text(id).AsSpan().TrimStart('+'))
            {
                digits = (digits << 4) | (uint)(c - '0' + 1);
            }

            return digits;
        }

        protected override int Partial(int a, int b, ulong left, ulong right, Scratch scratch)
        {
            var apart = left ^ right;
            if ((apart & LastSeven) == 0 && left > LastSeven >> 4 && right > LastSeven >> 4)
            {
                return 2;
            }

            // One digit or two neighbours apart, or of another length; the texts tell.
            var span = (BitOperations.Log2(apart) / 4) - (BitOperations.TrailingZeroCount(apart) / 4);
            return (span <= 1 || BitOperations.Log2(left) / 4 != BitOperations.Log2(right) / 4) && EditDistance.IsAtMostOne(Text(a), Text(b)) ? 1 : 0;
        }
    }

    private sealed class PostalCodes(MatchColumn column) : FieldComparison(column, "same area", "same district", "one character off")
    {
        protected override int Partial(int a, int b, ulong left, ulong right, Scratch scratch)
        {
            var (one, other) = (Text(a), Text(b));
            if (EditDistance.IsAtMostOne(one, other))
            {
                return 3;
            }

            var same = one.AsSpan().CommonPrefixLength(other);
            return same >= District(one) && same >= District(other) ? 2 : same >= 2 ? 1 : 0;
        }

        // A British code ends in a digit and two letters; elsewhere the first three tell the district.
        private static int District(string code) => code.Length > 4 && char.IsLetter(code[0]) && char.IsLetter(code[^1]) ? code.Length - 3 : 3;
    }

    private sealed class Places(MatchColumn column) : FieldComparison(column, "similar or contained")
    {
        protected override ulong Feature(int id) => TextFeature.Of(Text(id));

        protected override int Partial(int a, int b, ulong left, ulong right, Scratch scratch)
        {
            var (one, other) = (Text(a), Text(b));
            return (TextFeature.MayReach(left, right, 0.9) && scratch.Jaro.Similarity(one, other) >= 0.9)
                || one.Contains(other, StringComparison.Ordinal) || other.Contains(one, StringComparison.Ordinal) ? 1 : 0;
        }
    }

    private sealed class Identifiers(MatchColumn column) : FieldComparison(column, "similar", "one character off")
    {
        protected override int Partial(int a, int b, ulong left, ulong right, Scratch scratch)
        {
            var (one, other) = (Text(a), Text(b));
            return EditDistance.IsAtMostOne(one, other) ? 2
                : Math.Min(one.Length, other.Length) > 4 && (EditDistance.Bounded(one, other, 2) <= 2 || scratch.Jaro.Similarity(one, other) >= 0.92) ? 1 : 0;
        }
    }

    private sealed class Numbers(MatchColumn column) : FieldComparison(column, "within 20 %", "within 5 %", "within 1 %")
    {
        private readonly PerValue<double> _numbers = new();

        protected override void Learn(int id) => _numbers[id] = double.Parse(Text(id), CultureInfo.InvariantCulture);

        protected override int Partial(int a, int b, ulong left, ulong right, Scratch scratch)
        {
            var (one, other) = (_numbers[a], _numbers[b]);
            var apart = Math.Abs(one - other) / Math.Max(Math.Abs(one), Math.Abs(other));
            return apart <= 0.01 ? 3 : apart <= 0.05 ? 2 : apart <= 0.2 ? 1 : 0;
        }
    }

    private sealed class Categories(MatchColumn column) : FieldComparison(column)
    {
        protected override int Partial(int a, int b, ulong left, ulong right, Scratch scratch) => 0;
    }
}
