using CustomerInsights.Core.Consent;

namespace CustomerInsights.Core.Tests.Consent;

public sealed class ConsentPolicyTests
{
    private static readonly DateTimeOffset s_now = new(2026, 3, 1, 0, 0, 0, TimeSpan.Zero);
    private static readonly Dictionary<string, Channel> s_channels = new() { ["email"] = new(["email"]), ["push"] = new(["push_token"], Every: true), ["text"] = new(["phone", "whatsapp"]) };

    [Theory]
    [InlineData(ConsentStatus.True, false, Reach.Reachable)]
    [InlineData(ConsentStatus.False, false, Reach.NoConsent)]
    [InlineData(ConsentStatus.False, true, Reach.NoConsent)]
    [InlineData(ConsentStatus.Unknown, false, Reach.ConsentUnknown)]
    [InlineData(ConsentStatus.Unknown, true, Reach.Reachable)]
    public void Consent_decides_and_a_setting_decides_where_nobody_knows(ConsentStatus status, bool implicitly, Reach expected) =>
        Assert.Equal(expected, Policy(unknown: implicitly).Judge("email", [Email("a@b.example", 0, status)]));

    [Fact]
    public void Only_the_identifier_of_its_type_that_was_seen_last_is_messaged()
    {
        var (old, recent) = (Email("old@b.example", 1, ConsentStatus.True), Email("new@b.example", 2, ConsentStatus.False));
        Assert.Equal(Reach.NoConsent, Policy().Judge("email", [old, recent]));
        Assert.Equal(Reach.NoConsent, Policy().Judge("email", [recent, old]));
        Assert.Equal(Reach.Reachable, Policy().Judge("email", [recent, old with { LastSeen = s_now.AddDays(3) }]));
    }

    [Fact]
    public void Where_none_was_seen_the_first_by_value_is_messaged_in_any_order()
    {
        var (a, b) = (new IdentifierState("email", "a@b.example"), new IdentifierState("email", "b@b.example"));
        Assert.Same(a, ConsentPolicy.LastSeen("email", [a, b]));
        Assert.Same(a, ConsentPolicy.LastSeen("email", [b, a]));
        Assert.Same(b, ConsentPolicy.LastSeen("email", [a, b with { LastSeen = s_now }]) is { LastSeen: not null } ? b : a);
    }

    [Fact]
    public void Every_push_token_may_be_messaged_and_one_that_works_is_enough()
    {
        var gone = new IdentifierState("push_token", "1") { Consent = ConsentStatus.True, ConsentAt = s_now, LastSeen = s_now.AddDays(1), Deliverable = false };
        var works = new IdentifierState("push_token", "2") { Consent = ConsentStatus.True, ConsentAt = s_now, LastSeen = s_now };
        Assert.Equal(Reach.Undeliverable, Policy().Judge("push", [gone]));
        Assert.Equal(Reach.Reachable, Policy().Judge("push", [gone, works]));
    }

    [Fact]
    public void An_opt_out_by_any_identifier_holds_for_the_whole_person_unless_the_setting_says_otherwise()
    {
        IdentifierState[] person = [Email("a@b.example", 1, ConsentStatus.True), new("phone", "15550100001") { OptedOut = true }];
        Assert.Equal(Reach.OptedOut, Policy().Judge("email", person));
        Assert.Equal(Reach.Reachable, Policy(optedOut: true).Judge("email", person));
        Assert.Equal(Reach.Reachable, Policy().Judge("email", person, needsConsent: false));
    }

    [Fact]
    public void What_does_not_arrive_is_not_reached_even_where_no_consent_is_needed()
    {
        var bounced = Email("a@b.example", 1, ConsentStatus.False) with { Deliverable = false };
        Assert.Equal(Reach.Undeliverable, Policy().Judge("email", [bounced], needsConsent: false));
        Assert.Equal(Reach.Reachable, Policy().Judge("email", [bounced with { Deliverable = true }], needsConsent: false));
        Assert.Equal(Reach.NoIdentifier, Policy().Judge("email", [new("phone", "15550100001")]));
        Assert.Equal(Reach.NoIdentifier, Policy().Judge("pigeon", [bounced]));
    }

    [Fact]
    public void A_source_has_a_default_until_somebody_says_something()
    {
        var policy = Policy(defaults: new Dictionary<string, bool> { ["web"] = true });
        var seen = new IdentifierState("email", "a@b.example") { LastSeen = s_now, SeenBy = "web" };
        Assert.Equal(Reach.Reachable, policy.Judge("email", [seen]));
        Assert.Equal(Reach.ConsentUnknown, policy.Judge("email", [seen with { SeenBy = "shop" }]));
        Assert.Equal(Reach.ConsentUnknown, policy.Judge("email", [seen with { ConsentAt = s_now }]));
    }

    [Theory]
    [InlineData("email", "a@b.example", true)]
    [InlineData("email", "a@b", false)]
    [InlineData("email", "@b.example", false)]
    [InlineData("email", "a@b@c.example", false)]
    [InlineData("email", "a b@c.example", false)]
    [InlineData("email", "a@b.example.", false)]
    [InlineData("email", "a@", false)]
    [InlineData("phone", "15550100001", true)]
    [InlineData("phone", "110", false)]
    [InlineData("push_token", "x", true)]
    public void What_can_be_no_address_is_not_well_formed(string type, string value, bool expected) => Assert.Equal(expected, ConsentPolicy.IsWellFormed(type, value));

    private static ConsentPolicy Policy(bool unknown = false, bool optedOut = false, IReadOnlyDictionary<string, bool>? defaults = null) =>
        new() { Channels = s_channels, UnknownIsReachable = unknown, OptedOutIsReachable = optedOut, SourceDefaults = defaults ?? new Dictionary<string, bool>() };

    private static IdentifierState Email(string value, int day, ConsentStatus status) => new("email", value) { Consent = status, ConsentAt = s_now, LastSeen = s_now.AddDays(day) };
}
