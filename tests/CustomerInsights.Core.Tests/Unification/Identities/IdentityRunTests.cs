using CustomerInsights.Core.Model;
using CustomerInsights.Core.Unification;
using CustomerInsights.Core.Unification.Identities;

namespace CustomerInsights.Core.Tests.Unification.Identities;

public sealed class IdentityRunTests
{
    private static readonly StreamField[] s_fields = [new("name", DataType.Text), new("email", DataType.Text) { Semantic = "contact.email" }];

    [Fact]
    public void A_rule_does_not_chain_what_limits_keep_apart_and_says_which_limit()
    {
        var result = Unify([Record(1, "c1", "Ann Moss", "ann@x"), Record(2, "c2", "Ann Moss", "")], [Record(3, "user_id/1", "Ann Moss", ""), Record(4, "user_id/2", "Ann Moss", "")], People.Rule("name", People.On("name")));
        Assert.Equal("1,3 2 4", result.Text());
        var refused = Assert.Single(result.Refused);
        Assert.Equal((4L, "user_id"), (refused.Edge.Right, refused.Limit!.Type));
    }

    [Fact]
    public void A_pair_that_somebody_wrote_down_is_one_person_whatever_the_limits_say()
    {
        var policy = Policy() with { Overrides = new MatchOverrides { Always = [new RecordPair("web.identities", "user_id/1", "web.identities", "user_id/2")] } };
        Assert.Equal("3,4", Unifier.Unify(policy, Input([], [Record(3, "user_id/1", "", ""), Record(4, "user_id/2", "", "")])).Text());
    }

    [Fact]
    public void Files_and_events_meet_by_an_address_without_any_rule()
    {
        var result = Unify([Record(1, "c1", "Ann", "Ann@X ")], [Record(2, "user_id/1", "", "ann@x"), Record(3, "anonymous_id/a", "", "")]);
        Assert.Equal("1,2", result.Text());
        Assert.Equal([3L], result.Dropped);
        Assert.Equal(new MatchEdge(1, 2, EdgeKind.Identifier, "email", 1), Assert.Single(result.IdentifierEdges));
    }

    [Fact]
    public void Unknown_visitors_are_kept_and_marked_where_the_policy_says_so()
    {
        var input = Input([], [Record(2, "user_id/1", "", ""), Record(3, "anonymous_id/a", "", ""), Record(4, "anonymous_id/b", "", "b@x"), Record(5, "user_id/null", "", "")]);
        Assert.Equal("2 4", Unifier.Unify(Policy(), input).Text());
        var kept = Unifier.Unify(Policy(new IdentityPolicy { UnknownVisitors = UnknownVisitors.Keep }), input);
        Assert.Equal("2 3 4 5", kept.Text());
        Assert.Equal([false, true, false, true], kept.Profiles.Select(profile => profile.IsUnknown));
    }

    [Fact]
    public void Without_a_policy_of_identities_a_run_is_as_it_ever_was()
    {
        var result = Unifier.Unify(Policy() with { Identity = null }, Input([Record(1, "c1", "Ann", "ann@x")], [Record(2, "user_id/1", "", "ann@x"), Record(3, "anonymous_id/a", "", "")]));
        Assert.Equal("1 2 3", result.Text());
        Assert.Empty(result.IdentifierEdges);
    }

    [Fact]
    public void What_is_wrong_with_a_policy_of_identities_is_told_with_its_place()
    {
        IdentityPolicy wrong = new()
        {
            Types = [new() { Type = "email", Limit = 0, Blocked = ["^(?=a)$", "^[$", ""] }, new() { Type = "email" }, new() { Type = "e mail" }, new() { Type = "loyaltyid" }],
            UnknownExpireAfter = "soon",
        };
        var problems = PolicyValidator.Validate(Policy(wrong), [.. Input([], []).Streams.Select(stream => stream.Schema)]);
        Assert.Equal(
            ["/identity/types/0/limit", "/identity/types/0/blocked/0", "/identity/types/0/blocked/1", "/identity/types/0/blocked/2", "/identity/types/1/type", "/identity/types/2/type", "/identity/unknownExpireAfter"],
            problems.Where(problem => problem.Severity == ProblemSeverity.Error).Select(problem => problem.Path));
        Assert.Contains("did you mean 'loyalty_id'?", problems.Single(problem => problem.Path == "/identity/types/3/type").Message, StringComparison.Ordinal);
    }

    private static UnificationResult Unify(SourceNode[] crm, SourceNode[] web, params MatchRule[] rules) =>
        Unifier.Unify(Policy() with { Matching = [People.Match("web.identities", rules)] }, Input(crm, web));

    private static UnificationPolicy Policy(IdentityPolicy? identity = null) => new()
    {
        Streams = [People.Include("crm"), People.Include("web.identities")],
        Matching = [People.Match("web.identities", People.Rule("both", People.On("name"), People.On("email")))],
        Identity = identity ?? new IdentityPolicy(),
    };

    private static UnificationInput Input(SourceNode[] crm, SourceNode[] web) => new()
    {
        Streams = [new SourceStream(new StreamSchema("crm", s_fields), crm), new SourceStream(new StreamSchema("web.identities", s_fields) { IsIdentities = true }, web)],
    };

    private static SourceNode Record(long id, string key, string name, string email) =>
        new(id, key, [name.Length == 0 ? Value.Missing : Value.Of(name), email.Length == 0 ? Value.Missing : Value.Of(email)]);
}
