using System.Globalization;
using System.Text.Json;

namespace CustomerInsights.Connectors.Http;

/// <summary>Knows how the next page is asked for. A place is a text: an address, a token or a number; null is the first page.</summary>
internal abstract class Pager(PagingOptions options)
{
    private readonly JsonPointer? _more = options.More is { } more ? new JsonPointer(more) : null;

    /// <summary>Whether places are addresses.</summary>
    public virtual bool IsAddress => false;

    /// <summary>The settings.</summary>
    protected PagingOptions Options { get; } = options;

    public static Pager Of(PagingOptions options) => options.Kind switch
    {
        "linkHeader" => new LinkPager(options, page => page.LinkNext),
        "nextLink" => new LinkPager(options, new JsonPointer(options.At).AsNext()),
        "token" => new TokenPager(options),
        "lastRecord" => new LastRecordPager(options),
        "page" => new NumberPager(options, byRecords: false),
        "offset" => new NumberPager(options, byRecords: true),
        _ => new SinglePager(options),
    };

    /// <summary>Whether a text can be a place; null is the first page's.</summary>
    public virtual bool Takes(string? place) => true;

    /// <summary>Parameters that ask for the page at a place.</summary>
    public virtual IEnumerable<NamedValue> Ask(string? place)
    {
        if (Options is { SizeParameter: { } parameter, Size: { } size })
        {
            yield return new NamedValue(parameter, size.ToString(CultureInfo.InvariantCulture));
        }

        if (place is not null)
        {
            yield return new NamedValue(Options.Parameter, place);
        }
    }

    /// <summary>The place of the page after this one; null when it was the last.</summary>
    public abstract string? Next(ApiPage page, string? place);

    /// <summary>What the answer says of more pages; null when it says nothing.</summary>
    protected bool? More(ApiPage page) => _more?.Find(page.Root) is { } found
        ? found.ValueKind switch
        {
            JsonValueKind.True => true,
            JsonValueKind.False or JsonValueKind.Null => false,
            _ => null,
        }
        : null;

    private sealed class SinglePager(PagingOptions options) : Pager(options)
    {
        public override string? Next(ApiPage page, string? place) => null;
    }

    private sealed class LinkPager(PagingOptions options, Func<ApiPage, string?> next) : Pager(options)
    {
        public override bool IsAddress => true;

        // Of this server, whatever a state says: the rest of an address is the settings'.
        public override bool Takes(string? place) => place is null || (place.StartsWith('/') && !place.StartsWith("//", StringComparison.Ordinal));

        public override string? Next(ApiPage page, string? place) => next(page);
    }

    private sealed class TokenPager(PagingOptions options) : Pager(options)
    {
        private readonly JsonPointer _at = new(options.At);

        public override string? Next(ApiPage page, string? place) => More(page) == false ? null : _at.Text(page.Root);
    }

    private sealed class LastRecordPager(PagingOptions options) : Pager(options)
    {
        private readonly JsonPointer _at = new(options.At);

        public override string? Next(ApiPage page, string? place) => More(page) == false || page.Items.Count == 0 ? null
            : _at.Text(page.Items[^1]) ?? throw page.Wrong($"its last record has no value at '{Options.At}', which asks for the next page");
    }

    private sealed class NumberPager(PagingOptions options, bool byRecords) : Pager(options)
    {
        public override bool Takes(string? place) => place is null || long.TryParse(place, NumberStyles.None, CultureInfo.InvariantCulture, out _);

        public override IEnumerable<NamedValue> Ask(string? place) => base.Ask(place ?? First.ToString(CultureInfo.InvariantCulture));

        public override string? Next(ApiPage page, string? place)
        {
            var at = place is null ? First : long.Parse(place, NumberStyles.None, CultureInfo.InvariantCulture);
            var full = Options.Size is not { } size || page.Items.Count >= size;
            return page.Items.Count == 0 || !(More(page) ?? full) ? null : (at + (byRecords ? page.Items.Count : 1)).ToString(CultureInfo.InvariantCulture);
        }

        private long First => byRecords ? 0 : Options.First;
    }
}

/// <summary>Pointers to addresses.</summary>
internal static class NextAddress
{
    /// <summary>Finds an address in an answer.</summary>
    public static Func<ApiPage, string?> AsNext(this JsonPointer at) => page => at.Find(page.Root) is { ValueKind: JsonValueKind.String } found ? JsonPointer.TextOf(found) : null;
}
