namespace CustomerInsights.Host.Features.Columns;

/// <summary>Which row a node's profile has, by node: pages of numbers, since nodes are numbered one after the other. Filled by one thread, then read by any.</summary>
internal sealed class NodeRows
{
    private const int PageBits = 16;
    private const int PageSize = 1 << PageBits;

    private uint[]?[] _pages = [];

    /// <summary>Says where a node's profile is.</summary>
    public void Set(long node, int part, int row)
    {
        var page = checked((int)(node >> PageBits));
        if (page >= _pages.Length)
        {
            Array.Resize(ref _pages, Math.Max(page + 1, 2 * _pages.Length));
        }

        (_pages[page] ??= new uint[PageSize])[(int)node & (PageSize - 1)] = checked(((uint)part * PartStep) + (uint)row + 1);
    }

    /// <summary>The part and the row; false, and a part of -1, for a node of no profile.</summary>
    public bool TryFind(long node, out int part, out int row)
    {
        var page = (ulong)node >> PageBits;
        var place = page < (ulong)_pages.Length && _pages[page] is { } found ? found[(int)node & (PageSize - 1)] : 0;
        (part, row) = place == 0 ? (-1, 0) : ((int)((place - 1) / PartStep), (int)((place - 1) % PartStep));
        return place != 0;
    }

    /// <summary>The most parts that fit.</summary>
    public const int MaxParts = (int)(uint.MaxValue / PartStep);

    private const uint PartStep = Core.Columns.ColumnPart.MaxRows;
}
