using CustomerInsights.Core.Model;
using CustomerInsights.Core.Unification;
using static CustomerInsights.Core.Tests.Unification.People;

namespace CustomerInsights.Core.Tests.Unification;

public sealed class PolicyValidatorTests
{
    private static readonly StreamSchema[] Schemas =
    [
        new("crm", [new("email", DataType.Text), new("born", DataType.Date), new("tags", DataType.TextList)]),
        new("shop", [new("email", DataType.Text), new("mail", DataType.Text), new("born", DataType.Date)]),
    ];

    private static readonly UnificationPolicy Good = new()
    {
        Streams = [Include("crm"), Include("shop")],
        Matching = [Match("shop", Rule("email", On("email")))],
    };

    private static string[] Paths(UnificationPolicy policy, ProblemSeverity severity = ProblemSeverity.Error) =>
        [.. PolicyValidator.Validate(policy, Schemas).Where(p => p.Severity == severity).Select(p => p.Path)];

    private static UnificationPolicy With(params MatchRule[] rules) => Good with { Matching = [Match("shop", rules)] };

    [Fact]
    public void A_good_policy_has_no_problems() => Assert.Empty(PolicyValidator.Validate(Good, Schemas));

    [Fact]
    public void An_unknown_field_is_named_by_its_path_with_a_suggestion()
    {
        var policy = With(Rule("a", On("email")), Rule("b", On("email"), On("born"), On("emial")) with { LeftStreams = ["crm"] });
        var problems = PolicyValidator.Validate(policy, Schemas);
        Assert.All(problems, p => Assert.Equal("/matching/0/rules/1/conditions/2/field", p.Path));
        Assert.Equal("Stream 'shop' has no field 'emial' (did you mean 'email'?).", problems[0].Message);
        Assert.False(string.IsNullOrWhiteSpace(problems[0].Remedy));
    }

    [Fact]
    public void The_left_field_is_looked_for_on_the_left()
    {
        Assert.Empty(Paths(With(Rule("a", On("mail") with { LeftField = "email" }))));
        Assert.Equal(["/matching/0/rules/0/conditions/0/leftField"], Paths(With(Rule("a", On("mail") with { LeftField = "mail" }) with { LeftStreams = ["crm"] })));
        Assert.Equal(["/matching/0/rules/0/leftStreams"], Paths(With(Rule("a", On("mail")))));
    }

    [Fact]
    public void Every_problem_is_reported_at_once()
    {
        var policy = new UnificationPolicy
        {
            Streams =
            [
                Include("crm", Rule("", Like("born", 0.8m)), Rule("x"), Rule("x", On("tags"), On("email") with { LeftField = "email" }) with { LeftStreams = ["shop"] }) with
                {
                    Winner = new WinnerPolicy { Kind = WinnerKind.MostRecent, Field = "email" },
                },
                Include("shop"), Include("shop"), Include("crn"),
            ],
            Matching = [Match("crm", Rule("r", On("email"))), Match("nowhere"), Match("shop", Rule("r", Like("email", 0.855m), On("email") with { Threshold = 0.5m }, On("email") with { Differs = true }).Except())],
            Overrides = new MatchOverrides { Always = [new("crm", "1", "shop", "2"), new("CRM", "1", "crm", "1")], Never = [new("shop", "2", "crm", "1"), new("crm", "3", "crm", "3")] },
            Merge = new MergePolicy
            {
                Attributes = [new UnifiedAttribute { Name = "a", Kind = MergeKind.MostRecent, Sources = [new AttributeSource { Stream = "crm", Field = "emai" }] }, new UnifiedAttribute { Name = "a" }],
                Groups = [new AttributeGroup { Name = "g", Attributes = ["b"], Sources = [new GroupSource { Stream = "crm", Fields = [] }, new GroupSource { Stream = "x" }] }, new AttributeGroup()],
            },
        };
        Assert.Equal(
        [
            "/streams/0/deduplication/0/name",
            "/streams/0/deduplication/0/conditions/0/precision",
            "/streams/0/deduplication/1/conditions",
            "/streams/0/deduplication/2/name",
            "/streams/0/deduplication/2/leftStreams",
            "/streams/0/deduplication/2/conditions/0/field",
            "/streams/0/deduplication/2/conditions/1/leftField",
            "/streams/0/winner/field",
            "/streams/2/stream",
            "/streams/3/stream",
            "/matching/0/stream",
            "/matching/1/stream",
            "/matching/2/rules/0/conditions/0/threshold",
            "/matching/2/rules/0/conditions/1/threshold",
            "/matching/2/rules/0/conditions/2/differs",
            "/matching/2/rules/0/exceptions/0/conditions",
            "/overrides/always/1/stream1",
            "/overrides/never/1",
            "/overrides/always/0",
            "/merge/attributes/0/sources/0/field",
            "/merge/attributes/0/sources/0/recencyField",
            "/merge/attributes/1/name",
            "/merge/groups/0/sources/0/fields",
            "/merge/groups/0/sources/1/stream",
            "/merge/groups/1/attributes",
            "/merge/groups/1/sources",
        ], Paths(policy));
    }

    [Fact]
    public void Streams_that_no_rule_compares_need_rules()
    {
        var warning = Assert.Single(PolicyValidator.Validate(Good with { Matching = [] }, Schemas));
        Assert.Equal((ProblemSeverity.Warning, "/streams/1"), (warning.Severity, warning.Path));
        Assert.Contains("'shop' and 'crm' need rules", warning.Message, StringComparison.Ordinal);
        Assert.Single(PolicyValidator.Validate(With(Rule("email", On("email")) with { Active = false }), Schemas));
    }

    [Fact]
    public void A_rule_of_low_precision_alone_is_a_warning() =>
        Assert.Equal(["/matching/0/rules/0/conditions"], Paths(With(Rule("low", Like("email", 0.79m))), ProblemSeverity.Warning));

    [Fact]
    public void A_policy_with_errors_does_not_run()
    {
        var input = Input(new SourceStream(Schemas[0], []), new SourceStream(Schemas[1], []));
        var error = Assert.Throws<ArgumentException>(() => Unifier.Unify(With(Rule("a", On("nothing"))), input));
        Assert.Contains("/matching/0/rules/0/leftStreams", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void An_unknown_stream_is_suggested() =>
        Assert.Contains(
            PolicyValidator.Validate(Good with { Streams = [Include("crm"), Include("Shop")] }, Schemas),
            p => string.Equals(p.Message, "There is no stream 'Shop' (did you mean 'shop'?).", StringComparison.Ordinal));
}
