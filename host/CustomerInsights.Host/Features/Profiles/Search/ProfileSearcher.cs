using CustomerInsights.Core.Search;
using CustomerInsights.Host.Features.Metadata;
using CustomerInsights.Host.Features.Segments;
using CustomerInsights.Host.Platform;
using CustomerInsights.Storage;
using CustomerInsights.Storage.Profiles;

namespace CustomerInsights.Host.Features.Profiles.Search;

/// <summary>Finds profiles: by text, among those of a rule and a segment, page by page.</summary>
internal sealed class ProfileSearcher(SearchIndexes indexes, SegmentNumbers members, SegmentAnswers answers, IProfileStore store, TimeProvider clock)
{
    private const int Chunk = 1000;
    private const string Found = "found|";

    /// <summary>What is asked.</summary>
    /// <param name="ProfileType">The profile type.</param>
    /// <param name="Text">What a person typed; null lists.</param>
    /// <param name="By">name, email, phone or id; null tries everything.</param>
    /// <param name="Rule">Only those for whom it holds; null for everyone.</param>
    /// <param name="Segment">Only its members; null for everyone.</param>
    /// <param name="Known">Only known profiles, or only unknown ones; null for both.</param>
    public sealed record Request(string ProfileType, string? Text, string? By, SegmentModel? Rule, string? Segment, bool? Known);

    /// <summary>A page.</summary>
    /// <exception cref="Jobs.JobFailedException">The rule came to an overflow.</exception>
    /// <exception cref="BadCursorException">The cursor is not of such a search.</exception>
    /// <exception cref="NotReadyException">The index that gave the cursor is being built anew.</exception>
    public async ValueTask<(Page<StoredProfile> Page, IReadOnlyDictionary<long, SearchMatch> Matches)> FindAsync(
        InsightsModel model, Request request, string? after, int limit, CancellationToken cancellationToken)
    {
        var among = await AmongAsync(model, request, cancellationToken);
        if (request.Text is not { } text)
        {
            return (await ListAsync(request, among, Place(after)?.Number ?? 0, limit, cancellationToken), new Dictionary<long, SearchMatch>());
        }

        var search = new ProfileSearch(request.ProfileType, text, request.By);
        // A list is ended by what began it, so that an index that comes between two pages changes nothing.
        var begunInStore = after is not null && !after.StartsWith(Found, StringComparison.Ordinal);
        if (begunInStore || await indexes.IndexAsync(request.ProfileType, cancellationToken) is not { } index)
        {
            if (after is not null && !begunInStore)
            {
                throw new NotReadyException("The index that found the pages before is being built anew. Ask for this page again in a few seconds.");
            }

            return (await StoreAsync(request, search, among, after, limit, cancellationToken), new Dictionary<long, SearchMatch>());
        }

        var place = Place(after);

        // Ids and keys of records are looked up in the store; the index has neither.
        var exact = (await store.SearchExactAsync(search, cancellationToken)).Where(number => among is null || Array.BinarySearch(among, number) >= 0).ToHashSet();
        var query = new SearchQuery(text, request.By is null or "name", request.By switch { null => "*", "email" or "phone" or "id" => request.By, _ => null });
        var hits = index.Find(query, among, request.Known, place, limit + 1, exact);
        var own = exact.Select(number => new SearchHit(SearchMatch.Identifier, number)).Where(hit => place is null || hit > place.Value).ToList();
        if (request.Known is { } known && own.Count > 0)
        {
            var fitting = (await store.FindAllAsync([.. own.Select(hit => hit.Number)], cancellationToken)).Where(profile => profile.IsUnknown != known).Select(profile => profile.Number).ToHashSet();
            own.RemoveAll(hit => !fitting.Contains(hit.Number));
        }

        List<SearchHit> page = [.. own.Concat(hits).Order().Take(limit + 1)];
        var shown = page.Take(limit).ToList();
        return (
            new Page<StoredProfile>(await store.FindAllAsync([.. shown.Select(hit => hit.Number)], cancellationToken), page.Count > limit ? Cursor(shown[^1]) : null),
            shown.ToDictionary(hit => hit.Number, hit => hit.Match));
    }

    /// <summary>All that are not searched by text, oldest first, page by page. Who is among them is found out once, before the first page.</summary>
    /// <exception cref="Jobs.JobFailedException">The rule came to an overflow.</exception>
    public async ValueTask<IAsyncEnumerable<Page<StoredProfile>>> ReadAsync(InsightsModel model, Request request, CancellationToken cancellationToken)
    {
        var among = await AmongAsync(model, request, cancellationToken);
        return PagesAsync(request, among, cancellationToken);
    }

    private async IAsyncEnumerable<Page<StoredProfile>> PagesAsync(Request request, long[]? among, [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellationToken)
    {
        Page<StoredProfile> page;
        var after = 0L;
        do
        {
            yield return page = await ListAsync(request, among, after, Chunk, cancellationToken);
            after = page.Items.Count > 0 ? page.Items[^1].Number : after;
        }
        while (page.Next is not null);
    }

    private async ValueTask<long[]?> AmongAsync(InsightsModel model, Request request, CancellationToken cancellationToken)
    {
        long[]? among = null;
        if (request.Rule is { } rule)
        {
            var answer = await answers.MembersAsync(new PopulationQuestion(model, request.ProfileType, clock.GetUtcNow()), [rule], cancellationToken);
            among = answer.Members[rule.Name];
        }

        if (request.Segment is { } segment)
        {
            var own = await members.OfAsync(segment, cancellationToken);
            among = among is null ? own : Both(among, own);
        }

        return among;
    }

    private async ValueTask<Page<StoredProfile>> ListAsync(Request request, long[]? among, long after, int limit, CancellationToken cancellationToken)
    {
        var found = new List<StoredProfile>(limit + 1);
        var index = among is null && request.Known is not null ? await indexes.IndexAsync(request.ProfileType, cancellationToken) : null;
        while (found.Count <= limit)
        {
            var numbers = index is not null
                ? [.. index.Numbers(request.Known!.Value, after, Chunk)]
                : among is null
                ? await store.NumbersAsync(request.ProfileType, after, Chunk, cancellationToken)
                : [.. Behind(among, after).Take(Chunk)];
            if (numbers.Length == 0)
            {
                break;
            }

            after = numbers[^1];
            foreach (var piece in numbers.Chunk(limit + 1))
            {
                // A static segment may have members that are of the type no more.
                found.AddRange((await store.FindAllAsync(piece, cancellationToken)).Where(profile => profile.Type == request.ProfileType && (request.Known is null || profile.IsUnknown != request.Known)));
                if (found.Count > limit)
                {
                    break;
                }
            }
        }

        return new Page<StoredProfile>([.. found.Take(limit)], found.Count > limit ? Cursor(new SearchHit(SearchMatch.Identifier, found[limit - 1].Number)) : null);
    }

    // While there is no index. Its cursors are the store's own.
    private async ValueTask<Page<StoredProfile>> StoreAsync(Request request, ProfileSearch search, long[]? among, string? after, int limit, CancellationToken cancellationToken)
    {
        if (among is null && request.Known is null)
        {
            return await store.SearchAsync(search, after, limit, cancellationToken);
        }

        var found = new List<StoredProfile>();
        do
        {
            // One at a time at the end, so that the cursor stands behind the last that is shown.
            var page = await store.SearchAsync(search, after, Math.Max(1, limit - found.Count), cancellationToken);
            found.AddRange(page.Items.Where(profile => (among is null || Array.BinarySearch(among, profile.Number) >= 0) && (request.Known is null || profile.IsUnknown != request.Known)));
            after = page.Next;
        }
        while (after is not null && found.Count < limit);
        return new Page<StoredProfile>(found, after);
    }

    private static IEnumerable<long> Behind(long[] numbers, long after)
    {
        var at = Array.BinarySearch(numbers, after);
        for (var i = at >= 0 ? at + 1 : ~at; i < numbers.Length; i++)
        {
            yield return numbers[i];
        }
    }

    private static long[] Both(long[] one, long[] other)
    {
        var both = new List<long>(Math.Min(one.Length, other.Length));
        for (var (i, j) = (0, 0); i < one.Length && j < other.Length;)
        {
            if (one[i] == other[j])
            {
                both.Add(one[i++]);
                j++;
            }
            else if (one[i] < other[j])
            {
                i++;
            }
            else
            {
                j++;
            }
        }

        return [.. both];
    }

    private static string Cursor(SearchHit hit) => string.Create(System.Globalization.CultureInfo.InvariantCulture, $"{Found}{(int)hit.Match}|{hit.Number}");

    private static SearchHit? Place(string? cursor)
    {
        if (cursor is null)
        {
            return null;
        }

        var parts = cursor.Split('|');
        return parts is ["found", _, _] && int.TryParse(parts[1], System.Globalization.NumberStyles.None, System.Globalization.CultureInfo.InvariantCulture, out var match) && Enum.IsDefined((SearchMatch)match)
            && long.TryParse(parts[2], System.Globalization.NumberStyles.None, System.Globalization.CultureInfo.InvariantCulture, out var number)
            ? new SearchHit((SearchMatch)match, number)
            : throw new BadCursorException("search");
    }
}
