using System.Buffers.Text;
using System.Text;
using CustomerInsights.Host.Platform.Tables;
using CustomerInsights.Storage;

namespace CustomerInsights.Host.Platform;

/// <summary>A page as REST shows it.</summary>
/// <param name="Items">The items, in a stable order.</param>
/// <param name="Next">Send it as <c>cursor</c> to get the next page; absent at the end.</param>
public sealed record PageResponse<T>(IReadOnlyList<T> Items, string? Next) : ICounted, ITablePage<T>
    where T : class
{
    long ICounted.Count => Items.Count;

    string? ITablePage.Next => Next;
}

/// <summary>An answer that knows how many items it gives; the audit of reads notes it.</summary>
internal interface ICounted
{
    long Count { get; }
}

/// <summary>A query parameter has a value that it cannot have.</summary>
internal sealed class BadParameterException(string parameter, string message) : Exception(message)
{
    public string Parameter { get; } = parameter;
}

/// <summary>What is asked can be answered, but not now.</summary>
internal sealed class NotReadyException(string message) : Exception(message);

/// <summary>What a caller asks of a list.</summary>
/// <param name="Cursor">Where to go on, as <c>next</c> gave it.</param>
/// <param name="Limit">Items on the page, 1 to 1,000; 50 if not given.</param>
internal readonly record struct PageRequest(string? Cursor, int? Limit)
{
    /// <summary>The store's key of the cursor; throws <see cref="BadCursorException"/> for text that no list gave.</summary>
    public string? After()
    {
        if (Cursor is null)
        {
            return null;
        }

        try
        {
            var text = new UTF8Encoding(false, throwOnInvalidBytes: true).GetString(Base64Url.DecodeFromChars(Cursor));
            return text.StartsWith("1|", StringComparison.Ordinal) ? text[2..] : throw new BadCursorException("page");
        }
        catch (Exception error) when (error is FormatException or ArgumentException)
        {
            throw new BadCursorException("page");
        }
    }

    public int Size() => Limit switch
    {
        null => 50,
        >= 1 and <= 1000 => Limit.Value,
        _ => throw new BadParameterException("limit", $"limit={Limit}: a page has 1 to 1,000 items."),
    };

    public static PageResponse<TResponse> Response<T, TResponse>(Page<T> page, Func<T, TResponse> map)
        where TResponse : class => new(
        [.. page.Items.Select(map)],
        page.Next is null ? null : Base64Url.EncodeToString(Encoding.UTF8.GetBytes("1|" + page.Next)));
}
