using System.Globalization;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;

namespace CustomerInsights.EdgePlugins.Tests;

/// <summary>An API of things, paged in the way that a test wants.</summary>
internal sealed class Api : IAsyncDisposable
{
    private Endpoint _endpoint = null!;
    private int _tokens;
    private int _used;

    public List<JsonObject> Rows { get; } = [];

    public IEnumerable<string> Ids => Rows.Select(row => (string)row["id"]!);

    public string Style { get; set; } = "all";

    public int PageSize { get; set; } = 3;

    public int Status { get; set; } = 200;

    /// <summary>Whether the next token of a page is refused.</summary>
    public bool Forgotten { get; set; }

    public bool NewestFirst { get; set; }

    /// <summary>Whether addresses of next pages repeat the key of the request.</summary>
    public bool EchoesKey { get; set; }

    public Uri? NextServer { get; set; }

    /// <summary>How many requests a token of the sign-in is good for; null for tokens that are not looked at.</summary>
    public int? TokenGoodFor { get; set; }

    public Uri Address => _endpoint.Address;

    public IReadOnlyList<Came> Came => _endpoint.Came;

    public static async Task<Api> StartAsync(int rows)
    {
        var api = new Api();
        for (var i = 1; i <= rows; i++)
        {
            api.Add(string.Create(CultureInfo.InvariantCulture, $"c{i:00}"), i);
        }

        api._endpoint = await Endpoint.StartAsync((_, context) => api.AnswerAsync(context));
        return api;
    }

    public void Add(string id, int second) => Rows.Add(new JsonObject
    {
        ["id"] = id,
        ["name"] = $"Name of {id}",
        ["at"] = DateTimeOffset.FromUnixTimeSeconds(1767225600 + second).ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture),
        ["x"] = 1,
    });

    public ValueTask DisposeAsync() => _endpoint.DisposeAsync();

    private async Task AnswerAsync(HttpContext context)
    {
        if (context.Request.Path == "/token")
        {
            _used = 0;
            await context.Response.WriteAsJsonAsync(new { access_token = $"token-{++_tokens}", expires_in = 3600 });
            return;
        }

        var query = context.Request.Query;
        if (Status != 200 || (Forgotten && query.ContainsKey("token")))
        {
            context.Response.StatusCode = Status != 200 ? Status : 400;
            Forgotten = false;
            return;
        }

        if (TokenGoodFor is { } most && (context.Request.Headers.Authorization != $"Bearer token-{_tokens}" || _used++ >= most))
        {
            context.Response.StatusCode = 401;
            return;
        }

        var rows = Since(query);
        var (skipped, size) = Place(query, rows);
        var page = rows.Skip(skipped).Take(size).ToList();
        var more = skipped + page.Count < rows.Count;
        var body = new JsonObject { ["items"] = new JsonArray([.. page.Select(row => row.DeepClone())]) };
        if (Style is "tokenMore" or "lastRecord" or "page")
        {
            body["more"] = more;
        }

        var next = $"/v1/things?skip={skipped + size}{(EchoesKey && query.TryGetValue("api_key", out var key) ? $"&api_key={key}" : "")}";
        switch (Style)
        {
            case "linkHeader" when more:
                context.Response.Headers.Link = $"<{Address.AbsoluteUri.TrimEnd('/')}/v1/things>; rel=\"first\", <{Address.AbsoluteUri.TrimEnd('/')}{next}>; rel=\"next\"";
                break;
            case "nextLink":
                body["next"] = more ? (NextServer ?? Address).AbsoluteUri.TrimEnd('/') + next : null;
                break;
            case "relative":
                body["next"] = more ? next : "";
                break;
            case "token" when more:
            case "tokenMore":
                body["next"] = string.Create(CultureInfo.InvariantCulture, $"t{skipped + size}+/=");
                break;
        }

        await context.Response.WriteAsJsonAsync(body);
    }

    private List<JsonObject> Since(IQueryCollection query)
    {
        var from = query["since"].ToString() is { Length: > 0 } text ? text.Split(' ')[^1] : "";
        var rows = Rows.Where(row => string.CompareOrdinal((string)row["at"]!, from) >= 0);
        return [.. NewestFirst ? rows.Reverse() : rows];
    }

    private (int Skipped, int Size) Place(IQueryCollection query, List<JsonObject> rows)
    {
        var number = int.TryParse(query[Style is "page" or "page0" ? "page" : Style == "offset" ? "offset" : "skip"], CultureInfo.InvariantCulture, out var given) ? given : Style == "page" ? 1 : 0;
        return Style switch
        {
            "all" => (0, int.MaxValue),
            "page" => ((number - 1) * PageSize, PageSize),
            "page0" => (number * PageSize, PageSize),
            "token" or "tokenMore" when query["token"].ToString() is ['t', .. var rest] => (int.Parse(rest.TrimEnd('+', '/', '='), CultureInfo.InvariantCulture), PageSize),
            "lastRecord" when query["after"].ToString() is { Length: > 0 } after => (rows.FindIndex(row => (string)row["id"]! == after) + 1, PageSize),
            _ => (number, PageSize),
        };
    }
}
