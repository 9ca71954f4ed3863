using System.Text.Json;
using System.Text.Json.Serialization;
using CustomerInsights.Core.Model;
using CustomerInsights.Core.Unification;
using FsCheck;
using FsCheck.Fluent;
using static CustomerInsights.Core.Tests.Unification.People;

namespace CustomerInsights.Core.Tests.Unification;

public sealed class UnifierTests
{
    private static readonly SourceStream Crm = Stream("crm", 1, "email phone name", "a|ann@x|1|Ann", "b|bob@x|2|Bob", "c||3|Cy");
    private static readonly SourceStream Shop = Stream("shop", 11, "email phone name", "p|ANN@x|9|Ann", "q|new@x|2|Rob", "r||7|Zoe");
    private static readonly MatchRule EMail = Rule("email", On("email", Normaliser.LowerCase));
    private static readonly MatchRule Phone = Rule("phone", On("phone"));

    private static UnificationPolicy Policy(params MatchRule[] rules) =>
        new() { Streams = [Include("crm"), Include("shop")], Matching = [Match("shop", rules)] };

    [Fact]
    public void A_later_rule_runs_only_for_records_that_found_nothing()
    {
        var shop = Stream("shop", 11, "email phone name", "p|ann@x|2|Ann", "q|new@x|2|Rob");
        var result = Unifier.Unify(Policy(EMail, Phone), Input(Crm, shop));
        Assert.Equal("1,11 2,12 3", result.Text());
        Assert.Equal(["email", "phone"], result.Edges.Select(e => e.Rule));
        Assert.Equal([1L, 1L], result.Rules.Select(r => r.Records));
    }

    [Fact]
    public void A_missing_value_never_matches() =>
        Assert.Equal("1,11 2 3 12 13", Unifier.Unify(Policy(EMail), Input(Crm, Shop)).Text());

    [Fact]
    public void Without_include_all_an_unmatched_record_is_dropped_and_counted()
    {
        var policy = Policy(EMail, Phone) with { Streams = [Include("crm"), Include("shop") with { IncludeAll = false }] };
        var result = Unifier.Unify(policy, Input(Crm, Shop));
        Assert.Equal("1,11 2,12 3", result.Text());
        Assert.Equal([13L], result.Dropped);
        Assert.Equal(new StreamStatistics("shop", 3, 3, 0, 3, 2, 1, 1), result.Streams[1]);
    }

    [Fact]
    public void Two_records_that_hit_one_earlier_record_collapse_but_one_record_never_glues_two_earlier_ones()
    {
        var twice = Stream("shop", 11, "email phone name", "p|ann@x||", "q|ann@x||");
        Assert.Equal("1,11,12 2 3", Unifier.Unify(Policy(EMail), Input(Crm, twice)).Text());

        var doubled = Stream("crm", 1, "email phone name", "a|ann@x||", "b|ann@x||");
        var one = Stream("shop", 11, "email phone name", "p|ann@x||");
        Assert.Equal("1,11 2", Unifier.Unify(Policy(EMail), Input(doubled, one)).Text());
    }

    [Fact]
    public void A_hit_on_an_alternate_row_links_to_its_group()
    {
        var crm = Stream("crm", 1, "email phone name", "a|ann@x|1|Ann", "b||1|A");
        var shop = Stream("shop", 11, "email phone name", "p|||A");
        var policy = Policy(Rule("name", On("name"))) with { Streams = [Include("crm", Phone), Include("shop")] };
        var result = Unifier.Unify(policy, Input(crm, shop));
        Assert.Equal("1,2,11", result.Text());
        Assert.Equal(1, result.Profiles[0].Winners[0].Node);
        Assert.Equal(1, result.Streams[0].Deduplicated);
    }

    [Fact]
    public void The_best_score_wins_and_then_the_earliest_stream()
    {
        var crm = Stream("crm", 1, "name", "a|Abigael", "b|Abigail");
        var web = Stream("web", 5, "name", "w|Abigail");
        var shop = Stream("shop", 11, "name", "p|Abigail");
        var policy = new UnificationPolicy
        {
            Streams = [Include("crm"), Include("web"), Include("shop")],
            Matching = [Match("shop", Rule("name", Like("name", 0.8m)))],
        };
        Assert.Equal("1 2,11 5", Unifier.Unify(policy, Input(crm, web, shop)).Text());
    }

    [Fact]
    public void An_exception_keeps_twins_apart()
    {
        var crm = Stream("crm", 1, "last city first", "a|Lee|Rome|Ann", "b|Lee|Rome|Bea", "c|Lee|Rome|Ann", "d|Lee|Rome|");
        var twins = Rule("family", On("last"), On("city")).Except(On("first") with { Differs = true });
        var policy = new UnificationPolicy { Streams = [Include("crm", twins)] };
        var result = Unifier.Unify(policy, Input(crm with { Nodes = [.. crm.Nodes.Take(3)] }));
        Assert.Equal("1,3 2", result.Text());

        // A missing first name is no difference, and so becomes the bridge between the two: the documented limit.
        Assert.Equal("1,2,3,4", Unifier.Unify(policy, Input(crm)).Text());
    }

    [Fact]
    public void Never_match_holds_through_a_chain_and_says_what_it_stopped()
    {
        var policy = Policy(EMail, Phone) with
        {
            Overrides = new MatchOverrides { Never = [new("crm", "a", "crm", "b")], Always = [new("crm", "a", "shop", "p"), new("shop", "p", "shop", "q")] },
        };
        var result = Unifier.Unify(policy, Input(Crm, Shop));
        Assert.DoesNotContain(result.Profiles, p => p.Cluster.Nodes.Contains(1) && p.Cluster.Nodes.Contains(2));
        var refused = Assert.Single(result.Refused);
        Assert.Equal("phone", refused.Edge.Rule);
        Assert.Equal((1L, 2L), (Math.Min(refused.DeniedLeft, refused.DeniedRight), Math.Max(refused.DeniedLeft, refused.DeniedRight)));
    }

    [Fact]
    public void A_record_denied_its_best_partner_takes_the_next()
    {
        var crm = Stream("crm", 1, "email", "a|ann@x", "b|ann@x");
        var shop = Stream("shop", 11, "email", "p|ann@x");
        var policy = Policy(EMail) with { Overrides = new MatchOverrides { Never = [new("crm", "a", "shop", "p")] } };
        Assert.Equal("1 2,11", Unifier.Unify(policy, Input(crm, shop)).Text());
    }

    [Fact]
    public void An_override_that_names_no_record_is_a_warning()
    {
        var policy = Policy(EMail) with { Overrides = new MatchOverrides { Always = [new("crm", "zz", "shop", "p")] } };
        Assert.Contains("no record 'zz'", Assert.Single(Unifier.Unify(policy, Input(Crm, Shop)).Warnings), StringComparison.Ordinal);
    }

    [Fact]
    public void Told_edges_and_event_nodes_take_part_in_the_one_clustering()
    {
        var input = Input(Crm, Shop) with
        {
            Edges = [new(100, 1, EdgeKind.Asserted, "identify", 1), new(100, 101, EdgeKind.Identifier, "cookie", 1), new(2, 12, EdgeKind.Denied, "steward", 1),
                new(3, 13, EdgeKind.Policy, "of an earlier run", 1)],
            OtherNodes = [100, 101, 102],
        };
        Assert.Equal("1,11,100,101 2 3 12 13 102", Unifier.Unify(Policy(EMail, Phone), input).Text());
    }

    [Fact]
    public void A_rule_of_low_precision_alone_is_refused_with_the_number_of_pairs()
    {
        var policy = Policy(Rule("loose", Like("name", 0.6m)));
        var rule = Unifier.Unify(policy, Input(Crm, Shop)).Rules[0];
        Assert.Equal((RuleOutcome.Refused, 9L), (rule.Outcome, rule.PairsNotCompared));
        Assert.Contains("9 pairs", rule.Reason, StringComparison.Ordinal);
        Assert.Equal(RuleOutcome.Complete, Unifier.Unify(policy, Input(Crm, Shop), new UnifierLimits { UnblockedPairs = 9 }).Rules[0].Outcome);
    }

    [Fact]
    public void Rows_with_one_primary_key_are_one_record()
    {
        var crm = Stream("crm", 1, "email", "a|ann@x", "a|old@x");
        var result = Unifier.Unify(new UnificationPolicy { Streams = [Include("crm")] }, Input(crm));
        Assert.Equal("1,2", result.Text());
        Assert.Equal(new StreamStatistics("crm", 2, 1, 0, 1, 0, 1, 0), result.Streams[0]);
    }

    [Fact]
    public void Conditions_form_a_funnel()
    {
        var crm = Stream("crm", 1, "city name", "a|x|Annabelle", "b|x|Annabella", "c|x|Zoe", "d|y|Annabelle");
        var policy = new UnificationPolicy { Streams = [Include("crm", Rule("r", Like("name", 0.8m), On("city")))] };
        var rule = Unifier.Unify(policy, Input(crm)).Rules[0];
        Assert.Equal([new ConditionStatistics("name", 1), new ConditionStatistics("city", 3)], rule.Conditions);
        Assert.Equal((1L, 2L), (rule.Pairs, rule.Records));
    }

    [Fact]
    public void A_policy_survives_json()
    {
        var options = new JsonSerializerOptions(JsonSerializerDefaults.Web) { Converters = { new JsonStringEnumConverter(JsonNamingPolicy.CamelCase) } };
        var policy = Policy(EMail.Except(On("name") with { Differs = true }), Rule("n", Like("name", 0.85m, Normaliser.UnicodeToAscii))) with
        {
            Streams = [Include("crm", Phone) with { FieldWinners = new Dictionary<string, WinnerPolicy> { ["name"] = new() { Kind = WinnerKind.MostRecent, Field = "phone" } } }, Include("shop")],
            Merge = MergePolicy.ByFieldName([Crm.Schema, Shop.Schema]),
        };
        var json = JsonSerializer.Serialize(policy, options);
        Assert.Equal(json, JsonSerializer.Serialize(JsonSerializer.Deserialize<UnificationPolicy>(json, options), options));
        Assert.Contains("\"precision\":\"custom\",\"threshold\":0.85", json, StringComparison.Ordinal);
        Assert.DoesNotContain("percent", json, StringComparison.Ordinal);
    }

    [Fact]
    public void Neither_the_order_of_rows_and_streams_nor_the_thread_count_matters() =>
        Prop.ForAll(Worlds.ToArbitrary(), world =>
        {
            var (input, seed) = world;
            var shuffled = input with
            {
                Streams = [.. input.Streams.Reverse().Select(s => s with { Nodes = [.. s.Nodes.OrderBy(n => (n.Id * 7919) % seed)] })],
                Edges = [.. input.Edges.Reverse()],
            };
            var expected = JsonSerializer.Serialize(Describe(Unifier.Unify(Everything, input, new UnifierLimits { Threads = 1 })));
            return expected == JsonSerializer.Serialize(Describe(Unifier.Unify(Everything, shuffled, new UnifierLimits { Threads = 3 })));
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(60));

    [Fact]
    public void Clusters_are_the_closure_of_the_edges_that_were_not_refused_and_never_hold_a_denied_pair() =>
        Prop.ForAll(Worlds.ToArbitrary(), world =>
        {
            var result = Unifier.Unify(Everything, world.Input);
            var denied = world.Input.Edges.Where(e => e.Kind == EdgeKind.Denied && e.Left != e.Right).ToList();
            var clusters = result.Profiles.Select(p => p.Cluster).ToList();
            var refused = result.Refused.Select(r => r.Edge).ToHashSet();
            var closure = ClusteringTests.SlowClosure(
                clusters.SelectMany(c => c.Nodes), result.Edges.Concat(world.Input.Edges.Where(e => e.Kind == EdgeKind.Asserted)).Where(e => !refused.Contains(e)));
            return !denied.Exists(d => clusters.Exists(c => c.Nodes.Contains(d.Left) && c.Nodes.Contains(d.Right)))
                && string.Join('|', clusters.Select(c => string.Join(',', c.Nodes))) == closure;
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(80));

    private static object Describe(UnificationResult r) => new
    {
        Edges = r.Edges.Select(e => e.ToString()),
        Refused = r.Refused.Select(e => e.ToString()),
        r.Streams,
        r.Rules,
        r.Dropped,
        Profiles = r.Profiles.Select(p => $"{string.Join(',', p.Cluster.Nodes)}: {string.Join(' ', p.Winners)} {string.Join('|', p.Values.Select(v => $"{v.Value}@{v.Node}"))}"),
    };

    private static readonly UnificationPolicy Everything = new()
    {
        Streams = [Include("a", EMail, Rule("similar", Like("name", 0.8m))), Include("b"), Include("c", Phone)],
        Matching = [Match("b", EMail, Rule("name", Like("name", 0.6m), On("phone")).Except(On("email") with { Differs = true })), Match("c", Phone, Rule("similar", Like("name", 0.85m)))],
        Merge = MergePolicy.ByFieldName([Crm.Schema]) is var merge ? merge with { Attributes = [.. merge.Attributes.Select(a => a with { Sources = [.. "abc".Select(s => new AttributeSource { Stream = s.ToString(), Field = a.Name })] })] } : merge,
    };

    private static readonly Gen<(UnificationInput Input, int Seed)> Worlds =
        from rows in (
            from email in Gen.Elements("", "", "e1", "e2", "e3", "e4", "e5")
            from phone in Gen.Elements("", "", "1", "2", "3", "4")
            from name in Gen.Elements("", "Annabelle", "Annabella", "Anabella", "Robertson", "Robertsen", "Zoe")
            select $"|{email}|{phone}|{name}").ArrayOf(36)
        from edges in (
            from left in Gen.Choose(1, 36)
            from right in Gen.Choose(1, 36)
            from kind in Gen.Elements(EdgeKind.Asserted, EdgeKind.Denied, EdgeKind.Denied)
            select new MatchEdge(left, right, kind, "told", 1)).ArrayOf(8)
        from seed in Gen.Elements(31, 37, 41, 43)
        select (Input(
            Stream("a", 1, "email phone name", [.. rows[..12].Select((r, i) => $"k{i}{r}")]),
            Stream("b", 13, "email phone name", [.. rows[12..24].Select((r, i) => $"k{i}{r}")]),
            Stream("c", 25, "email phone name", [.. rows[24..].Select((r, i) => $"k{i}{r}")])) with
        { Edges = [.. edges.Where(e => e.Left != e.Right)] }, Seed: seed);
}
