namespace CustomerInsights.Core.Unification;

/// <summary>
/// Levenshtein distance (insert, delete, substitute cost 1) over UTF-16 code units. <see cref="Reference"/> is the plain
/// dynamic programme; <see cref="Pattern"/> is the kernel, and a test holds the two equal.
/// </summary>
internal static class Levenshtein
{
    /// <summary>The textbook algorithm (Wagner and Fischer 1974), O(n·m).</summary>
    public static int Reference(string left, string right)
    {
        var row = new int[right.Length + 1];
        for (var j = 0; j <= right.Length; j++)
        {
            row[j] = j;
        }

        for (var i = 1; i <= left.Length; i++)
        {
            var diagonal = row[0];
            row[0] = i;
            for (var j = 1; j <= right.Length; j++)
            {
                var substituted = diagonal + (left[i - 1] == right[j - 1] ? 0 : 1);
                diagonal = row[j];
                row[j] = Math.Min(substituted, Math.Min(row[j], row[j - 1]) + 1);
            }
        }

        return row[right.Length];
    }

    /// <summary>The largest distance at which texts of this maximum length still score at least the percentage.</summary>
    /// <remarks>1 − d/L ≥ p/100 in whole numbers, so that no rounding decides.</remarks>
    public static int Limit(int maxLength, int percent) => (int)((long)(100 - percent) * maxLength / 100);

    /// <summary>Score = 1 − d / max(length).</summary>
    public static double Score(int distance, int maxLength) => maxLength == 0 ? 1 : (double)(maxLength - distance) / maxLength;

    /// <summary>
    /// A text prepared for comparison with many. Up to 64 units: the bit-parallel algorithm of Myers (J. ACM 46, 1999) in the
    /// form of Hyyrö (2003); longer: the band of Ukkonen (1985). Not safe for two threads at once; reusable by <see cref="Set"/>.
    /// </summary>
    internal sealed class Pattern
    {
        private readonly ulong[] _ascii = new ulong[128];
        private int[] _row = [];
        private string _text = "";

        public void Set(string text)
        {
            foreach (var letter in _text)
            {
                if (letter < 128)
                {
                    _ascii[letter] = 0;
                }
            }

            _text = text;
            for (var i = 0; i < Math.Min(text.Length, 64); i++)
            {
                if (text[i] < 128)
                {
                    _ascii[text[i]] |= 1UL << i;
                }
            }
        }

        /// <summary>The distance if it is at most the limit, otherwise any number above the limit.</summary>
        public int Distance(string other, int limit)
        {
            if (Math.Abs(_text.Length - other.Length) > limit)
            {
                return limit + 1;
            }

            if (_text.Length == 0 || other.Length == 0)
            {
                return Math.Max(_text.Length, other.Length);
            }

            return _text.Length <= 64 ? BitParallel(other, limit) : Banded(other, limit);
        }

        private int BitParallel(string other, int limit)
        {
            // A common end changes no distance. The pattern's bits need not change for it: only another row is read.
            var rows = _text.Length;
            var columns = other.Length;
            while (rows > 0 && columns > 0 && _text[rows - 1] == other[columns - 1])
            {
                rows--;
                columns--;
            }

            if (rows == 0 || columns == 0)
            {
                return rows + columns;
            }

            var last = rows - 1;
            var positive = ulong.MaxValue;
            var negative = 0UL;
            var distance = rows;
            for (var j = 0; j < columns; j++)
            {
                var letter = other[j];
                var equal = letter < 128 ? _ascii[letter] : Positions(letter);
                var diagonal = (((equal & positive) + positive) ^ positive) | equal | negative;
                var up = negative | ~(diagonal | positive);
                var down = positive & diagonal;

                // Plus and minus one without a branch: which it is cannot be predicted.
                distance += (int)((up >> last) & 1) - (int)((down >> last) & 1);

                // Each letter still to come can lower the distance by one at most.
                if (distance - (columns - 1 - j) > limit)
                {
                    return limit + 1;
                }

                up = (up << 1) | 1;
                down <<= 1;
                positive = down | ~(diagonal | up);
                negative = up & diagonal;
            }

            return distance;
        }

        private ulong Positions(char letter)
        {
            var positions = 0UL;
            for (var i = 0; i < _text.Length; i++)
            {
                if (_text[i] == letter)
                {
                    positions |= 1UL << i;
                }
            }

            return positions;
        }

        private int Banded(string other, int limit)
        {
            var n = _text.Length;
            var m = other.Length;
            if (_row.Length <= m)
            {
                _row = new int[Math.Max(256, 2 * (m + 1))];
            }

            var row = _row;
            var over = limit + 1;
            for (var j = 0; j <= m; j++)
            {
                row[j] = j <= limit ? j : over;
            }

            for (var i = 1; i <= n; i++)
            {
                var from = Math.Max(1, i - limit);
                var to = Math.Min(m, i + limit);
                if (from > to)
                {
                    return over;
                }

                var diagonal = row[from - 1];
                row[from - 1] = from == 1 && i <= limit ? i : over;
                var best = row[from - 1];
                for (var j = from; j <= to; j++)
                {
                    var above = j == i + limit ? over : row[j];
                    var cost = diagonal + (_text[i - 1] == other[j - 1] ? 0 : 1);
                    diagonal = row[j];
                    row[j] = Math.Min(over, Math.Min(cost, Math.Min(above, row[j - 1]) + 1));
                    best = Math.Min(best, row[j]);
                }

                if (best > limit)
                {
                    return over;
                }
            }

            return Math.Min(row[m], over);
        }
    }
}
