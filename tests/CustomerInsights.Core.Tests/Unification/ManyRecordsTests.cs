using System.Diagnostics;
using CustomerInsights.Core.Model;
using CustomerInsights.Core.Unification;
using Xunit.Abstractions;
using static CustomerInsights.Core.Tests.Unification.People;

namespace CustomerInsights.Core.Tests.Unification;

/// <summary>What is compared stays far below all pairs, which are five thousand million; the time is written and not judged.</summary>
public sealed class ManyRecordsTests(ITestOutputHelper output)
{
    private static readonly StreamSchema Schema = new("crm", [new("name", DataType.Text), new("email", DataType.Text), new("city", DataType.Text)]);

    [Fact]
    public void A_hundred_thousand_records_with_a_fuzzy_rule_alone_are_compared_to_the_end()
    {
        var policy = new UnificationPolicy { Streams = [Include("crm", Rule("similar name", Like("name", 0.85m, Normaliser.LowerCase)))] };
        var result = Timed("100,000 records, name at 0.85 alone", () => Unifier.Unify(policy, Input(Synthetic(100_000, sharedEMail: false))));
        Assert.Equal(RuleOutcome.Complete, result.Rules[0].Outcome);
        Assert.True(result.Rules[0].Candidates < 500_000_000, "The names were not blocked.");
    }

    // E-mail addresses are the hard case, because most of the text is the domain; the full hundred thousand are in the docs.
    [Fact]
    public void Similar_e_mail_addresses_of_few_domains_do_not_compare_everybody_with_everybody()
    {
        var policy = new UnificationPolicy { Streams = [Include("crm", Rule("similar e-mail", Like("email", 0.8m, Normaliser.LowerCase)))] };
        var result = Timed("10,000 records, e-mail at 0.80 alone", () => Unifier.Unify(policy, Input(Synthetic(10_000, sharedEMail: false))));
        Assert.Equal(RuleOutcome.Complete, result.Rules[0].Outcome);
        Assert.True(result.Rules[0].Candidates < 50_000_000, "as many as all pairs");
    }

    [Fact]
    public void Work_in_many_pieces_gives_the_same_edges_on_any_number_of_threads()
    {
        var policy = new UnificationPolicy { Streams = [Include("crm", Rule("similar name", Like("name", 0.8m)))] };
        var input = Input(Synthetic(9_000, sharedEMail: false));
        var one = Unifier.Unify(policy, input, new UnifierLimits { Threads = 1 });
        var four = Unifier.Unify(policy, input, new UnifierLimits { Threads = 4 });
        Assert.Equal(one.Edges, four.Edges);
        Assert.Equal(one.Rules[0].Candidates, four.Rules[0].Candidates);
        Assert.True(one.Edges.Count > 1000);
    }

    [Fact]
    public void A_hundred_thousand_records_matched_by_two_similar_fields_are_compared_to_the_end()
    {
        var stream = Synthetic(100_000, sharedEMail: false);
        var policy = new UnificationPolicy
        {
            Streams = [Include("crm", Rule("similar", Like("name", 0.85m, Normaliser.LowerCase), Like("email", 0.6m), On("city")))],
        };
        var result = Timed("100,000 records, name 0.85 and e-mail 0.60 in one city", () => Unifier.Unify(policy, Input(stream)));
        Assert.Equal(RuleOutcome.Complete, result.Rules[0].Outcome);
        Assert.True(result.Rules[0].Candidates < 500_000_000, "The two fields were not blocked.");
    }

    [Fact]
    public void A_hundred_thousand_records_with_one_e_mail_stay_bounded()
    {
        var stream = Synthetic(100_000, sharedEMail: true);
        var exact = new UnificationPolicy { Streams = [Include("crm", Rule("e-mail", On("email")))] };
        var one = Timed("100,000 equal e-mails, exact", () => Unifier.Unify(exact, Input(stream)));
        Assert.Single(one.Profiles);
        Assert.Equal(99_999, one.Edges.Count);
        Assert.Equal(100_000L * 99_999 / 2, one.Rules[0].Pairs);

        var fuzzy = new UnificationPolicy { Streams = [Include("crm", Rule("e-mail and name", On("email"), Like("name", 0.5m)))] };
        var refused = Timed("100,000 equal e-mails, name at 0.50", () => Unifier.Unify(fuzzy, Input(stream)));
        Assert.Equal(RuleOutcome.Partial, refused.Rules[0].Outcome);
        Assert.True(refused.Rules[0].PairsNotCompared > 100_000_000);
        Assert.Contains("Bypass the value", refused.Rules[0].Reason, StringComparison.Ordinal);
    }

    private UnificationResult Timed(string what, Func<UnificationResult> run)
    {
        var before = GC.GetTotalAllocatedBytes();
        var clock = Stopwatch.StartNew();
        var result = run();
        var line = $"{what}: {clock.Elapsed.TotalSeconds:F2} s, {(GC.GetTotalAllocatedBytes() - before) >> 20} MiB allocated, {result.Rules[0].Candidates:N0} candidates, {result.Rules[0].Pairs:N0} pairs, {result.Edges.Count:N0} edges, {result.Profiles.Count:N0} profiles, by {result.Rules[0].Blocking}";
        output.WriteLine(line);
        return result;
    }

    /// <summary>Names from syllables, e-mails from names; every fifth record is an earlier one with a typing error.</summary>
    private static SourceStream Synthetic(int count, bool sharedEMail)
    {
        var random = new Random(7);
        string[] syllables = ["an", "ber", "ca", "dor", "el", "fin", "gar", "ha", "is", "jo", "kel", "lin", "mar", "no", "ol", "pe", "qui", "ros", "sten", "tom", "ul", "vi", "wes", "xan", "yor", "zel"];
        string[] mails = ["example.com", "mail.example", "post.example.org", "web.example.net", "northwind.example"];
        string Word() => string.Concat(Enumerable.Range(0, random.Next(2, 4)).Select(_ => syllables[random.Next(syllables.Length)]));
        var nodes = new List<SourceNode>(count);
        for (var i = 0; i < count; i++)
        {
            string name, mail;
            if (i > 10 && i % 5 == 0)
            {
                var earlier = nodes[random.Next(nodes.Count)].Values;
                (name, mail) = (Typo(earlier[0].AsText(), random), Typo(earlier[1].AsText(), random));
            }
            else
            {
                name = $"{Word()} {Word()}";
                mail = $"{name.Replace(' ', '_')}{random.Next(100)}@{mails[random.Next(mails.Length)]}";
            }

            nodes.Add(new SourceNode(i, $"k{i}", [Value.Of(name), Value.Of(sharedEMail ? "none@none.example" : mail), Value.Of($"city {random.Next(20)}")]));
        }

        return new SourceStream(Schema, nodes);
    }

    private static string Typo(string text, Random random)
    {
        var at = random.Next(text.Length);
        return random.Next(3) switch
        {
            0 => text.Remove(at, 1),
            1 => text.Insert(at, "e"),
            _ => text[..at] + (char)('a' + random.Next(26)) + text[(at + 1)..],
        };
    }
}
