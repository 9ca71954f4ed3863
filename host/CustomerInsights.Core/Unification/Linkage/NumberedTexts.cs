namespace CustomerInsights.Core.Unification.Linkage;

/// <summary>
/// Texts by number as they come, the empty one first: some 20 bytes beside each text, where a dictionary from texts to numbers and a list of them take 40 to 80.
/// </summary>
internal sealed class NumberedTexts
{
    // A place holds a number of a text, counted from 1; 0 for none. At most half of the places are taken. The first place to look at is the text's hash, the
    // next ones follow it. The process's own hashes: nobody can choose values that fall together.
    private int[] _places = new int[64];
    private string[] _texts = new string[32];
    private int[] _hashes = new int[32];
    private int _count;

    internal NumberedTexts() => NumberOf("");

    /// <summary>The number of a text, a new one where it is new.</summary>
    internal int NumberOf(string text)
    {
        var hash = string.GetHashCode(text, StringComparison.Ordinal);
        var place = hash & (_places.Length - 1);
        for (; _places[place] is not 0 and var taken; place = (place + 1) & (_places.Length - 1))
        {
            if (_hashes[taken - 1] == hash && string.Equals(_texts[taken - 1], text, StringComparison.Ordinal))
            {
                return taken - 1;
            }
        }

        if (_count == _texts.Length)
        {
            Grow();
            return NumberOf(text);
        }

        (_texts[_count], _hashes[_count]) = (text, hash);
        _places[place] = ++_count;
        return _count - 1;
    }

    /// <summary>All texts by number. None are left.</summary>
    internal string[] Take()
    {
        var texts = _texts.AsSpan(0, _count).ToArray();
        (_places, _texts, _hashes, _count) = (new int[64], new string[32], new int[32], 0);
        NumberOf("");
        return texts;
    }

    private void Grow()
    {
        var count = 2 * _texts.Length;
        Array.Resize(ref _texts, count);
        Array.Resize(ref _hashes, count);
        _places = new int[2 * count];
        for (var number = 1; number <= _count; number++)
        {
            var place = _hashes[number - 1] & (_places.Length - 1);
            while (_places[place] != 0)
            {
                place = (place + 1) & (_places.Length - 1);
            }

            _places[place] = number;
        }
    }
}
