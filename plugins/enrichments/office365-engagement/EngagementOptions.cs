using System.Text.Json.Serialization;
using CustomerInsights.Sdk;

namespace CustomerInsights.Enrichments.Office365Engagement;

/// <summary>Settings, as <c>schema/account-engagement.json</c> has them.</summary>
/// <param name="Tenant">The tenant's id or domain.</param>
/// <param name="ClientId">The application's id.</param>
/// <param name="ClientSecret">Its secret; the keys of the state are made of it as well.</param>
/// <param name="Region">A cloud, or a region of the global one.</param>
/// <param name="Agree">That an administrator agrees to the reading of headers and calendars.</param>
/// <param name="Mailboxes">Own addresses.</param>
/// <param name="Groups">Addresses of groups of own people.</param>
/// <param name="ProfileType">The type whose profiles are enriched.</param>
/// <param name="Email">The attribute with e-mail addresses: one, or a list.</param>
/// <param name="Account">The attribute across the relationship that tells accounts apart; null where every profile stands for itself.</param>
/// <param name="ContactActivity">The type of activities that tell who belongs to a profile, each with an address; null where the profile has the addresses.</param>
/// <param name="WindowDays">How far back it looks, 30 to 366 days.</param>
/// <param name="Aggregation">The periods of the table: <c>year</c>, <c>month</c> or <c>week</c>.</param>
/// <param name="ExcludedDomains">Domains whose addresses are nobody's contacts.</param>
/// <param name="Weights">The weights of the score.</param>
/// <param name="Namespace">The namespace of what is written.</param>
/// <param name="MailboxesAtOnce">How many mailboxes are read at once, 1 to 16.</param>
/// <param name="GraphAddress">Another Graph, on this machine; for tests.</param>
/// <param name="SignInAddress">Another sign-in, on this machine; for tests.</param>
internal sealed record EngagementOptions(
    string Tenant = "",
    string ClientId = "",
    SecretReference? ClientSecret = null,
    string Region = "global",
    bool Agree = false,
    IReadOnlyList<string>? Mailboxes = null,
    IReadOnlyList<string>? Groups = null,
    string ProfileType = "contact",
    string Email = "",
    string? Account = null,
    string? ContactActivity = null,
    int WindowDays = 365,
    string Aggregation = "month",
    IReadOnlyList<string>? ExcludedDomains = null,
    ScoreWeights? Weights = null,
    string Namespace = "office365",
    int MailboxesAtOnce = 8,
    Uri? GraphAddress = null,
    Uri? SignInAddress = null);

/// <summary>How much each signal counts in the score; 0 leaves it out. Only their proportions matter.</summary>
/// <param name="EmailsFrom">E-mails from the account.</param>
/// <param name="EmailsTo">E-mails to the account.</param>
/// <param name="Meetings">Meetings, whoever invited.</param>
/// <param name="People">People of the account in e-mails and meetings.</param>
/// <param name="Recency">How short ago the last e-mail or meeting was.</param>
internal sealed record ScoreWeights(double EmailsFrom = 30, double EmailsTo = 15, double Meetings = 30, double People = 10, double Recency = 15)
{
    /// <summary>All weights together.</summary>
    public double Sum => EmailsFrom + EmailsTo + Meetings + People + Recency;
}

/// <summary>Settings that have been checked.</summary>
internal sealed record EngagementSettings(EngagementOptions Options, Cloud Cloud, SecretReference Secret, EnrichmentPeriod Period)
{
    /// <summary>Fewest own mailboxes.</summary>
    public const int FewestMailboxes = 2;

    /// <summary>Most own mailboxes.</summary>
    public const int MostMailboxes = 2500;

    /// <summary>The weights.</summary>
    public ScoreWeights Weights => Options.Weights ?? new ScoreWeights();

    /// <summary>Own addresses as written.</summary>
    public IReadOnlyList<string> Mailboxes => Options.Mailboxes ?? [];

    /// <summary>Groups as written.</summary>
    public IReadOnlyList<string> Groups => Options.Groups ?? [];

    /// <summary>Reads and checks settings; no I/O.</summary>
    /// <param name="configuration">UTF-8 JSON.</param>
    /// <exception cref="PluginException">Configuration, with the place.</exception>
    public static EngagementSettings Read(ReadOnlyMemory<byte> configuration)
    {
        var options = PluginOptions.Read(configuration, EngagementJson.Default.EngagementOptions);
        var cloud = Cloud.Find(options.Region) ?? throw Wrong("/region", $"There is no region '{options.Region}'; choose one of {string.Join(", ", Cloud.Regions)}.");
        Require(options.Tenant.Length is > 0 and <= 100 && options.Tenant.All(letter => char.IsAsciiLetterOrDigit(letter) || letter is '.' or '-'), "/tenant", "The tenant is an id or a domain, such as contoso.onmicrosoft.com.");
        Require(options.ClientId.Length is > 0 and <= 100, "/clientId", "The client id is missing; take the application (client) id of the app registration.");
        Require(options.ClientSecret is not null, "/clientSecret", "The client secret is missing; set it.");
        Require(options.Agree, "/agree", "Headers of e-mails and calendars of the named mailboxes are read. An administrator has to agree to it: set 'agree' to true.");
        Require((options.Mailboxes?.Count ?? 0) + (options.Groups?.Count ?? 0) > 0, "/mailboxes", $"No mailbox and no group is named; name {FewestMailboxes} to {MostMailboxes:N0} mailboxes of your organisation, or groups of them.");
        Require(options.Email.Length is > 0 and <= 300, "/email", "The attribute with the e-mail addresses is missing; name it, such as primary_email.");
        Require(options.ContactActivity is null || options.Account is null, "/contactActivity", "Where activities tell who belongs to a profile, the profile is the account: leave out 'account', or 'contactActivity'.");
        foreach (var (list, name) in new[] { (options.Mailboxes, "mailboxes"), (options.Groups, "groups") })
        {
            foreach (var (i, address) in (list ?? []).Index())
            {
                Require(Addresses.IsAddress(address), $"/{name}/{i}", $"Entry {i + 1} of '{name}' is not an e-mail address.");
            }
        }

        foreach (var (i, domain) in (options.ExcludedDomains ?? []).Index())
        {
            Require(domain.Length is > 2 and <= 253 && domain.Contains('.', StringComparison.Ordinal) && !domain.Contains('@', StringComparison.Ordinal), $"/excludedDomains/{i}", $"Entry {i + 1} of 'excludedDomains' is not a domain, such as example.com.");
        }

        Require(options.WindowDays is >= 30 and <= 366, "/windowDays", $"The window is {options.WindowDays} days; 30 to 366 are allowed.");
        Require(options.MailboxesAtOnce is >= 1 and <= 16, "/mailboxesAtOnce", $"{options.MailboxesAtOnce} mailboxes at once; 1 to 16 are allowed.");
        var weights = options.Weights ?? new ScoreWeights();
        double[] all = [weights.EmailsFrom, weights.EmailsTo, weights.Meetings, weights.People, weights.Recency];
        Require(all.All(weight => weight is >= 0 and <= 1000) && weights.Sum > 0, "/weights", "Weights are 0 to 1,000, and one of them is above 0.");
        RequireLocal(options.GraphAddress, "/graphAddress");
        RequireLocal(options.SignInAddress, "/signInAddress");
        var period = options.Aggregation switch
        {
            "year" => EnrichmentPeriod.Year,
            "month" => EnrichmentPeriod.Month,
            "week" => EnrichmentPeriod.Week,
            _ => throw Wrong("/aggregation", $"'{options.Aggregation}' is no aggregation level; choose year, month or week."),
        };
        cloud = cloud with { Graph = options.GraphAddress ?? cloud.Graph, SignIn = options.SignInAddress ?? cloud.SignIn };
        return new EngagementSettings(options, cloud, options.ClientSecret!, period);
    }

    // The secret goes to the clouds of the list and nowhere else; an emulator on this machine is for tests.
    private static void RequireLocal(Uri? address, string path) =>
        Require(address is null || (address.IsAbsoluteUri && address.IsLoopback && address.Scheme is "http" or "https"), path, "Another address than the region's is for tests, and is one of this machine. Remove it.");

    private static void Require(bool holds, string path, string message)
    {
        if (!holds)
        {
            throw Wrong(path, message);
        }
    }

    private static PluginException Wrong(string path, string message) => new(FailureKind.Configuration, message) { ConfigurationPath = path };
}

/// <summary>JSON of settings, without reflection.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(EngagementOptions))]
internal sealed partial class EngagementJson : JsonSerializerContext;
