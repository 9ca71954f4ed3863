using System.Globalization;
using System.Text.Json.Nodes;
using CustomerInsights.Sdk.Testing.Fixtures;

namespace CustomerInsights.Sdk.Testing.Server;

/// <summary>Turns the routes of a fixture into answers. Knows nothing of sockets and faults.</summary>
internal sealed class ServerScript(HttpFixture fixture, Func<string, string> replace, TargetTruth truth)
{
    internal ServerAnswer Answer(SeenRequest request)
    {
        foreach (var (name, value) in fixture.Require)
        {
            if (request.Headers.GetValueOrDefault(name) != replace(value))
            {
                return ServerAnswer.Json(401, """{"error":"unauthorized"}""");
            }
        }

        var query = request.Query();
        if (fixture.Routes.FirstOrDefault(route => Fits(route, request, query)) is not { } found)
        {
            return ServerAnswer.Json(404, """{"error":"not found"}""");
        }

        if (found.Effect is { } effect)
        {
            truth.Take(effect, request, found.Run is { } parameter ? query.GetValueOrDefault(parameter) ?? "" : "", found.Merge);
        }

        var headers = found.Headers.ToDictionary(pair => pair.Key, pair => replace(pair.Value), StringComparer.Ordinal);
        var body = found.Rows is not null ? Page(found, query) : found.Text ?? found.Body?.ToJsonString() ?? "";
        body = found.Wrap is { } wrap ? new JsonObject { [wrap] = body }.ToJsonString() : body;
        return ServerAnswer.Json(found.Status, replace(body)) with { Headers = headers };
    }

    private static bool Fits(HttpRoute route, SeenRequest request, Dictionary<string, string> query) =>
        route.Method == request.Method && (route.Path.EndsWith("/*", StringComparison.Ordinal) ? request.Path.StartsWith(route.Path[..^1], StringComparison.Ordinal) : route.Path == request.Path)
        && route.Query.All(pair => query.TryGetValue(pair.Key, out var value) && (pair.Value == "*" || pair.Value == value));

    private string Page(HttpRoute route, Dictionary<string, string> query)
    {
        var rows = Selected(route, query);
        if (route.Paging is not { } paging)
        {
            return $"[{string.Join(',', rows.Select(row => row()))}]";
        }

        var given = query.TryGetValue(paging.Parameter, out var text) && int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : (int?)null;
        var skipped = paging.Style == PagingStyle.Offset ? given ?? 0 : ((given ?? paging.First) - paging.First) * paging.Size;
        var page = rows.Skip(skipped).Take(paging.Size).Select(row => row());
        var more = skipped + paging.Size < rows.Count;
        var next = paging.Style switch
        {
            _ when !more => "null",
            PagingStyle.Offset => (skipped + paging.Size).ToString(CultureInfo.InvariantCulture),
            PagingStyle.Page => ((given ?? paging.First) + 1).ToString(CultureInfo.InvariantCulture),
            _ => JsonValue.Create(NextLink(route, paging, query, (given ?? paging.First) + 1)).ToJsonString(),
        };
        return $"{{\"{paging.Items}\":[{string.Join(',', page)}],\"{paging.Next}\":{next}}}";
    }

    private List<Func<string>> Selected(HttpRoute route, Dictionary<string, string> query)
    {
        if (route.Repeat is { } count && route.Rows is [var first, ..])
        {
            var template = first.ToJsonString();
            return [.. Enumerable.Range(1, count).Select(n => (Func<string>)(() => template.Replace("{n}", n.ToString(CultureInfo.InvariantCulture), StringComparison.Ordinal)))];
        }

        IEnumerable<JsonObject> rows = route.Rows!;
        if (route.Visible is { } visible)
        {
            rows = rows.Where(row => truth.Count(ValueOf(row, visible)) > 0);
        }

        if (route.Since is { } since)
        {
            rows = rows.OrderBy(row => ValueOf(row, since.Field), StringComparer.Ordinal);
            if (query.TryGetValue(since.Parameter, out var from))
            {
                rows = rows.Where(row => string.CompareOrdinal(ValueOf(row, since.Field), from) >= 0);
            }
        }

        return [.. rows.Select(row => (Func<string>)(() => (route.Value is { } value ? row[value]?.ToJsonString() : row.ToJsonString()) ?? "null"))];
    }

    private static string ValueOf(JsonObject row, string field) => row[field]?.ToString() ?? "";

    private static string NextLink(HttpRoute route, Paging paging, Dictionary<string, string> query, int page)
    {
        var kept = query.Where(pair => pair.Key != paging.Parameter).Append(new(paging.Parameter, page.ToString(CultureInfo.InvariantCulture)));
        return $"${{server}}{route.Path}?{string.Join('&', kept.Select(pair => $"{Uri.EscapeDataString(pair.Key)}={Uri.EscapeDataString(pair.Value)}"))}";
    }
}
