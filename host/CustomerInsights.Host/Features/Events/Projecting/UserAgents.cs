namespace CustomerInsights.Host.Features.Events.Projecting;

/// <summary>
/// What a browser calls itself, roughly: the kind of device, browser and operating system. Browsers name others to be taken for them, so the more special name
/// is looked for first. Nothing finer is asked, so no list has to be kept current.
/// </summary>
internal static class UserAgents
{
    private static readonly (string Sign, string Name)[] s_browsers =
    [
        ("Edg", "Edge"), ("OPR/", "Opera"), ("SamsungBrowser", "Samsung Internet"), ("YaBrowser", "Yandex"), ("Vivaldi", "Vivaldi"), ("Firefox", "Firefox"), ("FxiOS", "Firefox"),
        ("CriOS", "Chrome"), ("Chrome", "Chrome"), ("Safari", "Safari"), ("MSIE", "Internet Explorer"), ("Trident", "Internet Explorer"),
    ];

    private static readonly (string Sign, string Name)[] s_systems =
    [
        ("Windows", "Windows"), ("iPhone", "iOS"), ("iPad", "iOS"), ("iPod", "iOS"), ("Android", "Android"), ("CrOS", "ChromeOS"), ("Mac OS X", "macOS"), ("Macintosh", "macOS"), ("Linux", "Linux"),
    ];

    private static readonly string[] s_bots = ["bot", "crawl", "spider", "slurp", "headless", "preview", "lighthouse"];

    private static readonly string[] s_tablets = ["iPad", "Tablet", "Kindle", "Silk/"];

    private static readonly string[] s_phones = ["iPhone", "iPod", "Mobile", "Mobi"];

    public static (string Device, string? Browser, string? System) Of(string agent) => (Device(agent), Named(agent, s_browsers), Named(agent, s_systems));

    // Android on a tablet says Android, on a phone Android and Mobile.
    private static string Device(string agent) =>
        Array.Exists(s_bots, sign => agent.Contains(sign, StringComparison.OrdinalIgnoreCase)) ? "bot"
        : Has(agent, s_tablets) ? "tablet"
        : Has(agent, s_phones) ? "mobile"
        : agent.Contains("Android", StringComparison.Ordinal) ? "tablet" : "desktop";

    private static bool Has(string agent, string[] signs) => Array.Exists(signs, sign => agent.Contains(sign, StringComparison.Ordinal));

    private static string? Named(string agent, (string Sign, string Name)[] names) =>
        Array.Find(names, name => agent.Contains(name.Sign, StringComparison.Ordinal)) is { Name: { } found } ? found : null;
}
