using CustomerInsights.Core.Model;
using CustomerInsights.Core.Unification;
using CustomerInsights.Core.Unification.Linkage;
using CustomerInsights.Core.Unification.Linkage.Stored;
using LinkedPeople = CustomerInsights.Core.Tests.Unification.Linkage.People;

namespace CustomerInsights.Core.Tests.Unification;

/// <summary>Rules, told pairs and denials together with the matcher.</summary>
public sealed class MatcherPolicyTests
{
    private static readonly LinkedPeople s_people = new(1200, 21);

    private static readonly UnificationPolicy s_policy = new()
    {
        Streams = [new StreamPolicy { Stream = "crm" }, new StreamPolicy { Stream = "shop" }],
        Matcher = new MatcherPolicy(),
    };

    private static readonly StreamField[] s_fields = [.. LinkedPeople.Names.Select(name => new StreamField(name, DataType.Text))];

    [Fact]
    public void A_matcher_without_rules_finds_the_people()
    {
        var result = Unifier.Unify(s_policy, Input());
        var scores = Scores(result);
        Assert.True(scores is { Precision: > 0.98, Recall: > 0.95 }, scores.ToString());
        Assert.All(result.Edges, edge => Assert.True(edge is { Rule: "matcher", Kind: EdgeKind.Policy, Score: > 0 and <= 1 }));
        Assert.Equal(LinkedPeople.Names.Order(), result.Matcher!.Fields.Select(field => field.Field).Order());
        Assert.Equal(result.Edges.Count, result.Matcher.Joins);
    }

    [Fact]
    public void The_run_of_the_matcher_is_at_hand_with_its_rows_and_what_was_certain()
    {
        var denied = Denied();
        var policy = s_policy with { Matching = [new StreamMatching { Stream = "shop", Rules = [People.Rule("phone", People.On("phone"))] }] };
        var result = Unifier.Unify(policy, Input() with { Edges = denied });
        var run = result.MatcherRun!;
        int Row(long node) => run.RowOf(node)!.Value;
        Assert.True(run.HasModel);
        Assert.Equal(Input().Streams.SelectMany(stream => stream.Nodes).Select(node => node.Id).Order(), run.Nodes.Order());
        Assert.All(run.Nodes.Select((node, row) => (node, row)), one => Assert.Equal(one.row, run.RowOf(one.node)));
        Assert.Null(run.RowOf(-1));
        Assert.All(result.Profiles, profile => Assert.Single(profile.Cluster.Nodes.Select(node => run.Result.Clusters[Row(node)]).Distinct()));
        Assert.Equal(result.Profiles.Count, run.Result.Clusters.Distinct().Count());
        var rules = result.Edges.Where(edge => edge.Rule == "phone").ToList();
        Assert.NotEmpty(rules);
        Assert.All(rules, edge => Assert.True(run.IsCertain(Row(edge.Left), Row(edge.Right))));
        Assert.All(result.Edges.Where(edge => edge.Rule == "matcher"), edge => Assert.False(run.IsCertain(Row(edge.Left), Row(edge.Right)) || run.IsHeldApart(Row(edge.Left), Row(edge.Right))));
        Assert.All(denied, edge => Assert.True(run.IsHeldApart(Row(edge.Left), Row(edge.Right)) && run.IsHeldApart(Row(edge.Right), Row(edge.Left))));
        Assert.Null(Unifier.Unify(policy with { Matcher = null }, Input()).MatcherRun);
        Assert.NotEmpty(new MatchLab(run.Result, run.Options).Curve([0, 3]));
        Assert.NotEmpty(DoubtQueue.Of(run.Result, run.Options, 10));
    }

    [Fact]
    public void The_closure_over_the_edges_gives_the_profiles()
    {
        var denied = Denied();
        var policy = s_policy with { Matching = [new StreamMatching { Stream = "shop", Rules = [People.Rule("name", People.On("surname"), People.On("given_name"))] }] };
        var result = Unifier.Unify(policy, Input() with { Edges = denied });
        var (clusters, _) = Clustering.Of(Input().Streams.SelectMany(stream => stream.Nodes).Select(node => node.Id), result.Edges.Concat(denied));
        Assert.Equal(clusters.Select(cluster => string.Join(',', cluster.Nodes)), result.Profiles.Select(profile => string.Join(',', profile.Cluster.Nodes)));
    }

    [Fact]
    public void Pairs_that_are_denied_stay_apart_whatever_the_model_says()
    {
        var denied = Denied();
        var of = Groups(Unifier.Unify(s_policy, Input() with { Edges = denied }));
        Assert.NotEmpty(denied);
        Assert.All(denied, edge => Assert.NotEqual(of[edge.Left], of[edge.Right]));
    }

    [Fact]
    public void What_the_rules_join_holds()
    {
        var rule = People.Rule("phone", People.On("phone"));
        var rules = new UnificationPolicy { Streams = s_policy.Streams, Matching = [new StreamMatching { Stream = "shop", Rules = [rule] }] };
        var without = Unifier.Unify(rules, Input());
        var of = Groups(Unifier.Unify(rules with { Matcher = new MatcherPolicy { Strictness = MatcherStrictness.Cautious, DuplicateFree = ["crm", "shop"] } }, Input()));
        Assert.NotEmpty(without.Edges);
        Assert.All(without.Edges, edge => Assert.Equal(of[edge.Left], of[edge.Right]));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public void The_order_of_records_streams_and_threads_changes_nothing(int seed)
    {
        var input = Input();
        var random = new Random(seed);
        var moved = new UnificationInput
        {
            Streams = [.. input.Streams.Reverse().Select(stream =>
            {
                var nodes = stream.Nodes.ToArray();
                random.Shuffle(nodes);
                return stream with { Nodes = nodes };
            })],
        };
        var (one, other) = (Unifier.Unify(s_policy, input, new UnifierLimits { Threads = 1 }), Unifier.Unify(s_policy, moved, new UnifierLimits { Threads = 3 }));
        Assert.Equal(one.Edges, other.Edges);
        Assert.Equal(Groups(one), Groups(other));

        // With the streams in the other order of match, the same people: only the edges' sides change.
        var turned = Unifier.Unify(s_policy with { Streams = [.. s_policy.Streams.Reverse()] }, input);
        Assert.Equal(Groups(one).OrderBy(pair => pair.Key).Select(pair => pair.Value), Groups(turned).OrderBy(pair => pair.Key).Select(pair => pair.Value));
    }

    [Fact]
    public void Two_records_of_a_stream_without_duplicates_are_never_joined()
    {
        var result = Unifier.Unify(s_policy with { Matcher = new MatcherPolicy { DuplicateFree = ["crm", "shop"] } }, Input());
        Assert.All(result.Profiles, profile => Assert.True(profile.Cluster.Nodes.CountBy(node => node % 2).All(count => count.Value == 1)));
        Assert.NotEmpty(result.Edges);
    }

    [Fact]
    public void Records_that_must_agree_in_a_field_and_differ_there_are_never_joined()
    {
        var rows = s_people.Rows.Select((row, i) => i % 7 == 0 ? [row[0], row[1], $"18{i % 90 + 10}-0{1 + (i % 9)}-{10 + (i % 17)}", row[3], row[4]] : row).ToList();
        var result = Unifier.Unify(s_policy with { Matcher = new MatcherPolicy { MustAgree = ["dob"] } }, Input(rows));
        var builder = new MatchColumnBuilder("dob", MatchFieldType.Date);
        rows.ForEach(row => builder.Add(row[2]));
        var column = builder.Build();
        var comparison = FieldComparisons.Of(column);
        foreach (var profile in result.Profiles)
        {
            var ids = profile.Cluster.Nodes.Select(node => column.Ids[(int)node - 1]).Distinct().Order().ToList();
            Assert.All(ids, one => Assert.All(ids, other => Assert.NotEqual(FieldComparison.Different, comparison.Level(Math.Min(one, other), Math.Max(one, other), new Scratch()))));
        }

        Assert.NotEmpty(result.Edges);
    }

    [Fact]
    public void Equal_records_with_a_strong_identifier_join_unless_they_are_denied()
    {
        var rows = s_people.Rows.Concat(s_people.Rows).ToList();
        var strong = Enumerable.Range(0, s_people.Rows.Count).Where(row => s_people.Rows[row][3].Length > 0).ToList();
        MatchEdge[] denied = [new(strong[0] + 1, strong[0] + 1 + s_people.Rows.Count, EdgeKind.Denied, "different", 1)];
        var of = Groups(Unifier.Unify(s_policy, Input(rows) with { Edges = denied }));
        Assert.NotEqual(of[denied[0].Left], of[denied[0].Right]);
        Assert.All(strong.Skip(1), row => Assert.True(of[row + 1] == of[row + 1 + s_people.Rows.Count] || s_people.Truth[row] == s_people.Truth[strong[0]]));
    }

    [Fact]
    public void A_policy_with_a_matcher_needs_no_rules_and_its_faults_are_named()
    {
        StreamSchema[] schemas = [new("crm", s_fields), new("shop", s_fields)];
        Assert.Empty(PolicyValidator.Validate(s_policy, schemas));
        var bad = new MatcherPolicy
        {
            Fields = [new MatcherField { Field = "emial" }, new MatcherField { Field = "dob" }, new MatcherField { Field = "dob" }],
            Strictness = (MatcherStrictness)9,
            Bits = double.NaN,
            PairsPerRecord = 0,
            MemoryMegabytes = 255,
            Country = "UK",
            DuplicateFree = ["crm", "crm", "web"],
            MustAgree = ["phone", "nothing"],
        };
        var problems = PolicyValidator.Validate(s_policy with { Matcher = bad }, schemas);
        Assert.Equal(
            ["/matcher/fields/0/field", "/matcher/fields/2/field", "/matcher/strictness", "/matcher/bits", "/matcher/pairsPerRecord", "/matcher/memoryMegabytes", "/matcher/country", "/matcher/duplicateFree/1", "/matcher/duplicateFree/2", "/matcher/mustAgree/0", "/matcher/mustAgree/1"],
            problems.Select(problem => problem.Path));
        Assert.Contains("did you mean 'email'?", problems[0].Message, StringComparison.Ordinal);
        var none = new MatcherPolicy { Fields = [new MatcherField { Field = "dob", Use = false }] };
        Assert.Equal("/matcher/fields", Assert.Single(PolicyValidator.Validate(s_policy with { Matcher = none }, schemas)).Path);
    }

    [Fact]
    public void Levels_and_keys_of_a_suggestion_written_out_change_nothing()
    {
        var input = Input();
        var suggested = MatcherSuggestion.Of(input.Streams);
        var (plain, written) = (MatcherSuggestion.Policy(suggested), MatcherSuggestion.Policy(suggested, withLevels: true));
        Assert.All(written.Fields, field => Assert.Equal(MatchLevels.DefaultOf(field.Type!.Value).Select(level => level.Name), field.Levels!.Select(level => level.Name)));
        Assert.Empty(PolicyValidator.Validate(s_policy with { Matcher = written }, [.. input.Streams.Select(stream => stream.Schema)]));
        var own = Unifier.Unify(s_policy with { Matcher = plain }, input);
        Assert.Equal(own.Edges, Unifier.Unify(s_policy with { Matcher = written }, input).Edges);

        // The sample is all records here, so that the keys are those of the run.
        var keys = MatcherSuggestion.Keys(written, input.Streams);
        Assert.Equal(own.Matcher!.Keys.Select(key => key.Name), keys.Select(key => key.Name));
        var only = written with { KeyUse = MatchKeyUse.Only, Keys = [.. keys.Select(key => new MatchKey { Parts = key.Parts })] };
        Assert.Empty(PolicyValidator.Validate(s_policy with { Matcher = only }, [.. input.Streams.Select(stream => stream.Schema)]));
        Assert.Equal(own.Edges, Unifier.Unify(s_policy with { Matcher = only }, input).Edges);
    }

    [Fact]
    public void Faults_in_levels_and_keys_are_named_with_what_is_allowed()
    {
        static MatchKey Key(params (string Field, string Part)[] parts) => new() { Parts = [.. parts.Select(part => new MatchKeyPart { Field = part.Field, Part = part.Part })] };
        StreamSchema[] schemas = [new("crm", s_fields), new("shop", s_fields)];
        MatchLevel[] sound = [new() { When = [new() { Test = LevelTest.Sound }] }];
        var bad = new MatcherPolicy
        {
            Fields = [new MatcherField { Field = "dob", Type = MatchFieldType.Date, Levels = sound }, new MatcherField { Field = "surname", Levels = sound }, new MatcherField { Field = "email", Use = false }],
            KeyUse = MatchKeyUse.Add,
            Keys = [Key(("dob", "yaer and month")), Key(("dob", "value"), ("dob", "value")), Key(), Key(("surname", "sound"), ("dob", "value")), Key(("dob", "value"), ("surname", "sound")), Key(("email", "value")), Key(("nothing", "value")), Key(("surname", "nonsense"))],
        };
        var problems = PolicyValidator.Validate(s_policy with { Matcher = bad }, schemas);
        Assert.Equal(
            [
                "/matcher/fields/0/levels/0/when/0/test", "/matcher/fields/1/type", "/matcher/keys/0/parts/0/part", "/matcher/keys/1/parts/1", "/matcher/keys/2/parts", "/matcher/keys/4",
                "/matcher/keys/5/parts/0/field", "/matcher/keys/6/parts/0/field", "/matcher/keys/7/parts/0/part",
            ],
            problems.Select(problem => problem.Path));
        Assert.Contains("editDistance, sameYearAndMonth", problems[0].Remedy, StringComparison.Ordinal);
        Assert.Contains("did you mean 'year and month'?", problems[2].Message, StringComparison.Ordinal);
        Assert.Equal("Use one of value, year and month, month and day, year and day.", problems[2].Remedy);
        Assert.Equal("/matcher/keyUse", Assert.Single(PolicyValidator.Validate(s_policy with { Matcher = new MatcherPolicy { KeyUse = MatchKeyUse.Only } }, schemas)).Path);
        var unused = Assert.Single(PolicyValidator.Validate(s_policy with { Matcher = new MatcherPolicy { Keys = [Key(("dob", "value"))] } }, schemas));
        Assert.Equal(("/matcher/keyUse", ProblemSeverity.Warning), (unused.Path, unused.Severity));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void A_stream_that_has_whole_names_alone_is_compared_with_one_that_has_their_parts(bool inverted)
    {
        StreamField[] whole = [new("full_name", DataType.Text) { Semantic = "person.full_name" }, .. s_fields[2..]];
        var input = Input();
        string Whole(SourceNode node) => inverted ? $"{node.Values[1]}, {node.Values[0]}" : $"{node.Values[0]} {node.Values[1]}";
        SourceNode Renamed(SourceNode node) => node with { Values = [node.Values[0].IsMissing || node.Values[1].IsMissing ? Value.Missing : Value.Of(Whole(node)), .. node.Values[2..]] };
        var streams = input.Streams.Select(stream => stream.Schema.Name == "crm" ? stream : new SourceStream(new StreamSchema("shop", whole), [.. stream.Nodes.Select(Renamed)])).ToList();
        var suggested = MatcherSuggestion.Of(streams);
        Assert.Equal("'full_name' is taken apart into given and family name where a stream has only that.", suggested.Single(field => field.Field == "full_name").Why);
        var scores = Scores(Unifier.Unify(s_policy, input with { Streams = streams }));
        var parts = Scores(Unifier.Unify(s_policy, input));
        Assert.True(scores.F1 > parts.F1 - 0.02, $"{scores.F1:0.0000} with whole names, {parts.F1:0.0000} with parts");
    }

    [Fact]
    public void Telephones_are_read_in_the_country_of_the_record_or_of_the_policy()
    {
        StreamField[] fields = [new("tel", DataType.Text) { Semantic = "contact.phone" }, new("home", DataType.Text) { Semantic = "address.country" }];
        string[][] rows = [["020 7946 0958", ""], ["030 123456", "Germany"], ["0049 30 123456", ""]];
        var nodes = rows.Select((row, i) => new SourceNode(i + 1, $"k{i}", [.. row.Select(text => text.Length == 0 ? Value.Missing : Value.Of(text))])).ToList();
        UnificationInput input = new() { Streams = [new SourceStream(new StreamSchema("crm", fields), nodes)] };
        UnificationPolicy policy = new() { Streams = [new StreamPolicy { Stream = "crm" }], Matcher = new MatcherPolicy { Country = "GB", Fields = [new MatcherField { Field = "tel" }, new MatcherField { Field = "home" }] } };
        var phones = Unifier.Unify(policy, input).MatcherRun!.Result.Fields[0].Column;
        Assert.Equal(["+442079460958", "+4930123456", "+4930123456"], phones.Ids.Select(id => phones.Values[id]));
    }

    [Fact]
    public void Semantic_types_decide_before_names_and_a_key_of_one_stream_is_not_compared()
    {
        StreamField[] fields = [new("a", DataType.Text) { Semantic = "contact.email" }, new("email", DataType.Text) { Semantic = "loyalty.tier" }, new("no", DataType.Text) { Semantic = "identity.contact_id" }, new("surname", DataType.Text)];
        var nodes = Enumerable.Range(1, 50).Select(i => new SourceNode(i, $"{i}", [Value.Of($"x{i}@example.com"), Value.Of("gold"), Value.Of($"C{i}"), Value.Of($"Berman{i % 20}")])).ToList();
        var suggested = MatcherSuggestion.Of([new SourceStream(new StreamSchema("crm", fields), nodes)]);
        Assert.Equal([MatchFieldType.Email, MatchFieldType.Ignored, MatchFieldType.Ignored, MatchFieldType.FamilyName], suggested.Select(field => field.Type));
        Assert.All(suggested, field => Assert.Contains($"'{field.Field}'", field.Why, StringComparison.Ordinal));
        Assert.Equal(["a", "surname"], MatcherSuggestion.Policy(suggested).Fields.Select(field => field.Field));
    }

    [Fact]
    public void A_run_that_is_given_what_an_earlier_one_learnt_learns_nothing_and_gives_the_same()
    {
        var first = Unifier.Unify(s_policy, Input());
        Assert.Equal((true, "there is none yet"), (first.Matcher!.Model!.Learnt, first.Matcher.Model.Reason));
        Assert.Null(first.Matcher.Model.Moved);
        var model = MatchModel.Read(first.MatcherRun!.ToModel()!.ToBytes(), out _);
        var second = Unifier.Unify(s_policy, Input() with { Model = model });
        Assert.Equal("frozen", second.Matcher!.Model!.ToString());
        Assert.Equal(Groups(first), Groups(second));
        Assert.Equal(first.Edges, second.Edges);
        Assert.Equal(first.Matcher.Compared, second.Matcher.Compared);
        Assert.Same(model, second.MatcherRun!.ToModel());
    }

    [Fact]
    public void A_run_learns_anew_when_it_is_asked_to_when_records_grew_and_when_the_policy_or_its_fields_changed()
    {
        var rows = s_people.Rows.Take(900).ToList();
        var model = Unifier.Unify(s_policy, Input(rows)).MatcherRun!.ToModel();
        ModelUse Use(UnificationPolicy policy, UnificationInput input) => Unifier.Unify(policy, input with { Model = model }).Matcher!.Model!;

        var asked = Use(s_policy, Input(rows) with { RefitBecause = "it was asked for" });
        Assert.Equal((true, "it was asked for", (int?)0), (asked.Learnt, asked.Reason, asked.Moved));

        var grown = Use(s_policy, Input());
        Assert.True(grown.Learnt);
        Assert.Contains("33 % more records", grown.Reason, StringComparison.Ordinal);
        Assert.Equal(grown.Moved, grown.MovedNodes!.Count);
        Assert.Equal(grown.Moved / 1200.0, grown.MovedShare);

        var strict = Use(s_policy with { Matcher = new MatcherPolicy { Strictness = MatcherStrictness.Cautious } }, Input(rows));
        Assert.Equal((true, "the policy's matcher or the fields of its streams changed", null), (strict.Learnt, strict.Reason, strict.Moved));

        var meant = Input(rows);
        meant = meant with { Streams = [.. meant.Streams.Select(stream => stream with { Schema = stream.Schema with { Fields = [.. stream.Schema.Fields.Select(field => field with { Semantic = field.Name == "email" ? "contact.email" : null })] } })] };
        Assert.True(Use(s_policy, meant).Learnt);

        // What the matcher does not see changes nothing.
        var never = s_policy with { Overrides = new MatchOverrides { Never = [new RecordPair("crm", "k1", "shop", "k2")] } };
        Assert.False(Use(never, Input(rows)).Learnt);
    }

    private static UnificationInput Input(IReadOnlyList<string[]>? rows = null)
    {
        var nodes = (rows ?? s_people.Rows).Select((row, i) => new SourceNode(i + 1, $"k{i}", [.. row.Select(text => text.Length == 0 ? Value.Missing : Value.Of(text))])).ToList();
        return new()
        {
            Streams = [.. new[] { "crm", "shop" }.Select((name, s) => new SourceStream(new StreamSchema(name, s_fields), [.. nodes.Where(node => node.Id % 2 == s)]))],
        };
    }

    // Every fifth join of a first run, told to be wrong.
    private static MatchEdge[] Denied() =>
        [.. Unifier.Unify(s_policy, Input()).Edges.Where((_, i) => i % 5 == 0).Select(edge => new MatchEdge(edge.Left, edge.Right, EdgeKind.Denied, "different", 1))];

    private static Dictionary<long, long> Groups(UnificationResult result) =>
        result.Profiles.SelectMany(profile => profile.Cluster.Nodes.Select(node => (node, profile.Cluster.First))).ToDictionary(one => one.node, one => one.First);

    private static ClusterScores Scores(UnificationResult result)
    {
        var of = Groups(result);
        return ClusterScores.Of([.. s_people.Rows.Select((_, i) => (int)of[i + 1])], s_people.Truth);
    }
}
