using System.Text.Json;
using CustomerInsights.Host.Features.Metadata;
using CustomerInsights.Storage.Events;

namespace CustomerInsights.Host.Features.Events.Projecting;

/// <summary>Page calls of browsers as page views: where the visitor came from, with what, to which page. Pure.</summary>
internal static class PageViews
{
    private const int MostText = 500;

    private static readonly string[] s_engines = ["google", "bing", "duckduckgo", "yahoo", "ecosia", "baidu", "yandex", "qwant", "startpage", "seznam", "naver", "brave"];

    /// <summary>The page view that an event is; null where it is none: another call, another sender than a browser, a visitor without id.</summary>
    public static PageView? Of(EventEnvelope envelope, ProjectedEvent read)
    {
        if (envelope.Kind != "page" || read.Identities is [] || read.Identities[^1].Type != EventSources.AnonymousId
            || Part(envelope.Event, "context") is not { } context || Text(context, "userAgent") is not { } agent)
        {
            return null;
        }

        var page = Part(context, "page");
        var properties = Part(envelope.Event, "properties");
        string? Field(string name) => Text(properties, name) ?? Text(page, name);
        var url = Address(Field("url"));
        var (device, browser, system) = UserAgents.Of(agent);
        var origin = new VisitOrigin(Short(Field("path") ?? url?.AbsolutePath ?? Text(envelope.Event, "name") ?? "/")) { Device = device, Browser = browser, System = system };
        var asked = Query(Field("search") is { Length: > 1 } search ? search : url?.Query ?? "");
        return new PageView(read.At, From(origin, Part(context, "campaign"), asked, url, Field("referrer")));
    }

    // What a campaign says of itself goes before what the browser tells of the page before.
    private static VisitOrigin From(VisitOrigin origin, JsonElement? campaign, Dictionary<string, string> asked, Uri? url, string? referrer)
    {
        var before = Address(referrer);
        if (before is not null && !SameSite(before, url))
        {
            var engine = Array.Find(s_engines, engine => before.Host.Split('.').Contains(engine, StringComparer.OrdinalIgnoreCase));
            origin = origin with
            {
                Referrer = Short(before.GetLeftPart(UriPartial.Path)),
                Source = engine ?? Host(before),
                Medium = engine is null ? "referral" : "organic",
            };
        }

        if (asked.ContainsKey("gclid"))
        {
            origin = origin with { Source = "google", Medium = "cpc" };
        }

        var (source, medium, name) = (Said("source"), Said("medium"), Said("name") ?? asked.GetValueOrDefault("utm_campaign"));
        return origin with
        {
            Source = source ?? origin.Source,
            Medium = medium ?? (source is null ? origin.Medium : "campaign"),
            Campaign = name,
        };

        string? Said(string part) => Text(campaign, part) is { } said ? Short(said) : asked.GetValueOrDefault("utm_" + part);
    }

    private static bool SameSite(Uri one, Uri? other) => other is not null && string.Equals(Host(one), Host(other), StringComparison.OrdinalIgnoreCase);

    private static string Host(Uri address) => Short(address.Host.StartsWith("www.", StringComparison.OrdinalIgnoreCase) ? address.Host[4..] : address.Host);

    private static Uri? Address(string? text) =>
        text is { Length: > 0 and <= 8192 } && Uri.TryCreate(text, UriKind.Absolute, out var address) && address.Scheme is "http" or "https" ? address : null;

    private static Dictionary<string, string> Query(string query)
    {
        var found = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var pair in query.TrimStart('?').Split('&').Take(100))
        {
            var at = pair.IndexOf('=', StringComparison.Ordinal);
            if (at > 0 && (pair.StartsWith("utm_", StringComparison.Ordinal) || pair.StartsWith("gclid=", StringComparison.Ordinal))
                && Uri.UnescapeDataString(pair[(at + 1)..].Replace('+', ' ')) is { Length: > 0 } value)
            {
                found.TryAdd(pair[..at], Short(value));
            }
        }

        return found;
    }

    private static JsonElement? Part(JsonElement element, string name) =>
        element.TryGetProperty(name, out var part) && part.ValueKind == JsonValueKind.Object ? part : null;

    private static string? Text(JsonElement? element, string name) =>
        element is { } some && some.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String && value.GetString() is { Length: > 0 } text ? text : null;

    // Cut between characters, not within one.
    private static string Short(string text) =>
        text.Length <= MostText ? text : text[..(char.IsHighSurrogate(text[MostText - 1]) ? MostText - 1 : MostText)];
}
