using CustomerInsights.Core.Unification;
using static CustomerInsights.Core.Tests.Unification.People;

namespace CustomerInsights.Core.Tests.Unification;

public sealed class ContosoTests
{
    private static UnificationPolicy Policy(params MatchRule[] rules) => new()
    {
        Streams = [Include("contacts"), Include("loyalty")],
        Matching = [Match("loyalty", rules)],
    };

    private static readonly MatchRule EMail = Rule("e-mail", On("EMail", Normaliser.LowerCase));

    private static readonly MatchRule NameAndEMail = Rule("name and similar e-mail",
        On("FullName", Normaliser.LowerCase, Normaliser.NameOrder),
        new MatchCondition { Field = "EMail", Normalisers = [Normaliser.LowerCase], Precision = Precision.High });

    [ContosoFact]
    public void Equal_e_mail_finds_all_but_one_of_the_true_pairs()
    {
        var (recall, precision, _) = Measure(Policy(EMail));
        Assert.Equal(4999 / 5000.0, recall);
        Assert.Equal(1, precision);
    }

    [ContosoFact]
    public void A_second_rule_on_name_and_similar_e_mail_finds_the_last_one()
    {
        var (recall, precision, result) = Measure(Policy(EMail, NameAndEMail));
        Assert.Equal(1, recall);
        Assert.Equal(1, precision);
        Assert.Equal([4999L, 1L], result.Rules.Select(r => r.Records));
        Assert.Equal(new StreamStatistics("loyalty", 5002, 5002, 0, 5002, 5000, 2, 0), result.Streams[1]);
        Assert.Equal(5002, result.Profiles.Count);
    }

    private static (double Recall, double Precision, UnificationResult Result) Measure(UnificationPolicy policy)
    {
        var (contacts, loyalty, truth) = ContosoData.Read();
        var result = Unifier.Unify(policy, Input(contacts, loyalty));

        // Every pair of records inside a profile counts, not only the edges.
        var pairs = result.Profiles.SelectMany(p => p.Cluster.Nodes.SelectMany(a => p.Cluster.Nodes.Where(b => b > a).Select(b => (a, b)))).ToList();
        double right = pairs.Count(p => truth.TryGetValue(p.b, out var contact) && contact == p.a);
        return (right / truth.Values.Count(t => t is not null), right / pairs.Count, result);
    }
}
