using System.Numerics;

namespace CustomerInsights.Core.Columns.Evaluation;

/// <summary>A set of living profiles of an image. Sets of one image combine; the operators change the set that they are called on.</summary>
public sealed class ImageRows
{
    private readonly RowBits[] _parts;

    internal ImageRows(ColumnImage image, RowBits[] parts)
    {
        Image = image;
        _parts = parts;
    }

    /// <summary>Of which image.</summary>
    public ColumnImage Image { get; }

    /// <summary>One set a part, in the image's order; rows that are not alive are never in it.</summary>
    public IReadOnlyList<RowBits> Parts => _parts;

    /// <summary>How many profiles are in the set.</summary>
    public long Count => _parts.Sum(part => (long)part.Count());

    /// <summary>No profile.</summary>
    public static ImageRows None(ColumnImage image)
    {
        ArgumentNullException.ThrowIfNull(image);
        return new ImageRows(image, [.. image.Parts.Select(part => new RowBits(part.Part.Rows))]);
    }

    /// <summary>Every living profile.</summary>
    public static ImageRows All(ColumnImage image)
    {
        ArgumentNullException.ThrowIfNull(image);
        return new ImageRows(image, [.. image.Parts.Select(part => part.Alive?.Clone() ?? RowBits.All(part.Part.Rows))]);
    }

    /// <summary>The living profiles with these numbers; numbers that nobody alive has are left out.</summary>
    public static ImageRows Of(ColumnImage image, ReadOnlySpan<long> numbers)
    {
        var rows = None(image);
        for (var i = 0; i < rows._parts.Length; i++)
        {
            var (part, alive) = image.Parts[i];
            foreach (var number in numbers)
            {
                if (part.RowOf(number) is >= 0 and var row && (alive is null || alive[row]))
                {
                    rows._parts[i][row] = true;
                }
            }
        }

        return rows;
    }

    /// <summary>A copy.</summary>
    public ImageRows Clone() => new(Image, [.. _parts.Select(part => part.Clone())]);

    /// <summary>Keeps what is in both.</summary>
    /// <exception cref="ArgumentException">The other set is of another image.</exception>
    public void And(ImageRows other) => Combine(other, (mine, others) => mine.And(others));

    /// <summary>Adds what is in the other.</summary>
    /// <exception cref="ArgumentException">The other set is of another image.</exception>
    public void Or(ImageRows other) => Combine(other, (mine, others) => mine.Or(others));

    /// <summary>Takes away what is in the other.</summary>
    /// <exception cref="ArgumentException">The other set is of another image.</exception>
    public void Except(ImageRows other) => Combine(other, (mine, others) => mine.Except(others));

    /// <summary>The living profiles that were out are in, and the other way round.</summary>
    public void Not()
    {
        for (var i = 0; i < _parts.Length; i++)
        {
            _parts[i].Not();
            if (Image.Parts[i].Alive is { } alive)
            {
                _parts[i].And(alive);
            }
        }
    }

    /// <summary>The profiles' numbers, ascending.</summary>
    public long[] Numbers() => Take(int.MaxValue);

    /// <summary>The lowest numbers, ascending.</summary>
    /// <param name="most">How many at most.</param>
    public long[] Take(int most)
    {
        var lists = new List<long[]>(_parts.Length);
        for (var i = 0; i < _parts.Length; i++)
        {
            var list = Lowest(i, most);
            if (list.Length > 0)
            {
                lists.Add(list);
            }
        }

        if (lists.Count == 1)
        {
            return lists[0];
        }

        long[] all = [.. lists.SelectMany(list => list)];
        for (var i = 1; i < all.Length; i++)
        {
            // Parts mostly follow each other; a changed profile's newer row does not.
            if (all[i] < all[i - 1])
            {
                Array.Sort(all);
                break;
            }
        }

        return all.Length <= most ? all : all[..most];
    }

    private long[] Lowest(int index, int most)
    {
        var numbers = Image.Parts[index].Part.Numbers;
        var lowest = new long[Math.Min(most, _parts[index].Count())];
        var words = _parts[index].Words;
        var count = 0;
        for (var i = 0; i < words.Length && count < lowest.Length; i++)
        {
            for (var word = words[i]; word != 0 && count < lowest.Length; word &= word - 1)
            {
                lowest[count++] = numbers[(i << 6) + BitOperations.TrailingZeroCount(word)];
            }
        }

        return lowest;
    }

    private void Combine(ImageRows other, Action<RowBits, RowBits> combine)
    {
        ArgumentNullException.ThrowIfNull(other);
        if (!ReferenceEquals(other.Image, Image))
        {
            throw new ArgumentException("The sets are of different images.", nameof(other));
        }

        for (var i = 0; i < _parts.Length; i++)
        {
            combine(_parts[i], other._parts[i]);
        }
    }
}
